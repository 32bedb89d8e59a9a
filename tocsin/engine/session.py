"""Signing in to the console, and the sessions that come of it.

1. Five failures in a row for one address from one place, or thirty from one place, lock for five
   minutes. Others who know the address cannot lock its owner out.
2. Passwords are checked with no transaction open, as that is slow by design; an unknown address
   takes as long as a wrong password.
3. Who has a second factor shows a code of it with the right password; a wrong one is a failure.
4. A one-time password opens nothing by itself: a password of the member's own must come with it.
5. The session's secret is random, new at each sign-in, and kept by hash. It ends some days after
   its last use, and some weeks after it began.
6. Why somebody was not let in goes to the log, never what they typed.
"""

import logging
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from tocsin.domain.access import Permission
from tocsin.domain.session import AGENT_LENGTH_MAX, Session, WayIn
from tocsin.engine import auditing, authentication, password, second_factor
from tocsin.engine.access import require_permission
from tocsin.engine.auditing import Call, Deed
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import (
    InvalidParameter,
    RequestLocked,
    RequestVerifyRequired,
    SecondFactorRequired,
    Unauthorized,
)
from tocsin.kernel.text import cut, digest, fold
from tocsin.kernel.units import MINUTE, seconds
from tocsin.store import member as members
from tocsin.store import session as sessions
from tocsin.store.database import Database, Tx
from tocsin.store.session import Attempts, Login

FAILURES_MAX: Final = 5
FAILURES_OF_A_PLACE_MAX: Final = 30
LOCK_MS: Final = 5 * MINUTE
PASSWORD_LENGTH_MIN: Final = 10
SIGN_IN: Final = Deed("session:write:create", "Sign in to the console")
log = logging.getLogger(__name__)


class Visitor(Struct, frozen=True):
    """Where somebody comes from, who has not shown yet who they are. `session_id` is the session
    that their browser has already: signing in ends it."""

    ip: str = ""
    agent: str = ""
    session_id: str = ""


class SignIn(Struct, frozen=True):
    """What a person types; `new_password` is needed once, with a one-time password, and `code` by
    who has a second factor."""

    email: str
    password: str
    new_password: str = ""
    code: str = ""
    visitor: Visitor = Visitor()

    @property
    def counted_as(self) -> tuple[tuple[str, int], ...]:
        """Whose failures this one's adds to, and how many each may have."""
        ip = self.visitor.ip
        return (f"{ip} {fold(self.email)}", FAILURES_MAX), (ip, FAILURES_OF_A_PLACE_MAX)


class Opened(Struct, frozen=True):
    """A session and who it lets in; its secret is told to the browser and to nobody else."""

    secret: str
    caller: Caller
    expires_at: int


class _Checked(Struct, frozen=True):
    """What the password came to; `new_hash` is of the password that replaces a one-time one."""

    login: Login | None
    new_hash: str = ""


def sign_in(database: Database, typed: SignIn) -> Opened:
    """Open a session, or raise the failure that says why not."""
    with database.read() as tx:
        require_unlocked(tx, typed)
        logins = sessions.logins(tx, typed.email)
    checked = _check(logins, typed)
    with database.write() as tx:
        if checked.login and _has_second_factor(tx, checked.login, typed):
            return _enter(tx, checked.login, checked.new_hash, typed)
        count_failure(tx, typed)
        _record(tx, logins, typed)
    if checked.login:
        raise _refused(typed, "wrong code", "this code is wrong or was used; wait for the next one")
    why = "wrong password" if logins else "no member with a password has this address"
    raise _refused(typed, why, "e-mail or password is wrong")


def open_for(tx: Tx, login: Login, way: WayIn, visitor: Visitor) -> Opened:
    """Open a session for a member who proved who they are, in place of their browser's old one."""
    if visitor.session_id:
        sessions.remove_any(tx, visitor.session_id)
    secret = tx.ids.hex32() + tx.ids.hex32()
    new = Session(
        id=tx.ids.object_id(),
        account_id=login.account_id,
        member_id=login.id,
        way=way,
        ip=visitor.ip,
        agent=cut(visitor.agent, AGENT_LENGTH_MAX),
        created_at=tx.now,
        used_at=tx.now,
        expires_at=tx.now + tx.site.session_life_ms,
    )
    sessions.add(tx, new, digest(secret))
    return Opened(secret, authentication.by_session(tx, secret, visitor.ip), new.expires_at)


def require_code(tx: Tx, account_id: int, member_id: int, code: str) -> None:
    """Ask a member who has a second factor for a code, where none came."""
    if not code and second_factor.is_on(tx, account_id, member_id):
        raise SecondFactorRequired("send code: of your authenticator, or one for recovery")


def of_member(tx: Tx, caller: Caller, member_id: int) -> list[Session]:
    """The sessions of a member, 0 for the caller: one's own, or anybody's for who manages members."""
    return sessions.of_member(tx, caller.account_id, _whose(caller, member_id))


def end(tx: Tx, caller: Caller, member_id: int, session_ids: Sequence[str]) -> None:
    """Sign a member out, 0 for the caller, where these sessions are; ended ones are no matter."""
    sessions.remove(tx, caller.account_id, _whose(caller, member_id), session_ids)


def _whose(caller: Caller, member_id: int) -> int:
    if member_id in (0, caller.member_id):
        return caller.member_id
    require_permission(caller, Permission.MEMBERS_MANAGE)
    return member_id


def _record(tx: Tx, logins: list[Login], typed: SignIn) -> None:
    """Have the audit log say that somebody failed to sign in as a member."""
    for login in logins:
        name = members.names(tx, login.account_id, [login.id])[login.id]
        who = Caller(login.account_id, login.id, name, ip=typed.visitor.ip)
        auditing.record(tx, who, SIGN_IN, Call("", b"{}", []), Unauthorized.code)


def _refused(typed: SignIn, why: str, told: str) -> Unauthorized:
    log.warning("sign-in refused: %s", why, extra={"ip": typed.visitor.ip})
    return Unauthorized(told)


def _has_second_factor(tx: Tx, login: Login, typed: SignIn) -> bool:
    """Whether the code that came is right, or none is asked for."""
    require_code(tx, login.account_id, login.id, typed.code)
    return second_factor.passes(tx, login.account_id, login.id, typed.code)


def require_unlocked(tx: Tx, typed: SignIn) -> None:
    """Refuse who failed too often of late."""
    for who, failures_max in typed.counted_as:
        tried = sessions.attempts(tx, who)
        if tried.failures >= failures_max:
            wait = seconds(tried.until - tx.now) + 1
            log.warning("sign-in refused: locked", extra={"ip": typed.visitor.ip})
            raise RequestLocked("too many failures; try again in {wait} s", wait=wait)


def _check(logins: list[Login], typed: SignIn) -> _Checked:
    login = next(
        (each for each in logins if password.matches(typed.password, each.password_hash)), None
    )
    if not logins:
        password.waste_time(typed.password)
    if login is None or not login.password_is_temporary:
        return _Checked(login)
    if not typed.new_password:
        raise RequestVerifyRequired(
            "this is a one-time password; send new_password with one of your own"
        )
    if len(typed.new_password) < PASSWORD_LENGTH_MIN or typed.new_password == typed.password:
        raise InvalidParameter(
            "{field} must be new and have at least {minimum} characters",
            field="new_password",
            minimum=PASSWORD_LENGTH_MIN,
        )
    return _Checked(login, password.hash_password(typed.new_password))


def count_failure(tx: Tx, typed: SignIn) -> None:
    """Count a failure towards the lock."""
    for who, _ in typed.counted_as:
        tried = sessions.attempts(tx, who, lock=True)
        sessions.set_attempts(tx, who, Attempts(tried.failures + 1, tx.now + LOCK_MS))


def _enter(tx: Tx, login: Login, new_hash: str, typed: SignIn) -> Opened:
    if login not in sessions.logins(tx, typed.email):
        # The password was changed while it was being checked.
        raise Unauthorized("e-mail or password is wrong")
    if new_hash:
        sessions.set_password(tx, login, new_hash)
    sessions.forget_attempts(tx, typed.counted_as[0][0])
    return open_for(tx, login, WayIn.PASSWORD, typed.visitor)
