"""Signing in to the console.

1. Five failures in a row for one address from one place, or thirty from one place, lock for five
   minutes. Others who know the address cannot lock its owner out.
2. Passwords are checked with no transaction open, as that is slow by design; an unknown address
   takes as long as a wrong password.
3. A one-time password opens nothing by itself: a password of the member's own must come with it.
4. The session's secret is random, kept by hash, and ends after twelve hours.
"""

from typing import Final

from msgspec import Struct

from tocsin.engine import password
from tocsin.kernel.errors import (
    InvalidParameter,
    RequestLocked,
    RequestVerifyRequired,
    Unauthorized,
)
from tocsin.kernel.text import digest, fold
from tocsin.kernel.units import HOUR, MINUTE, seconds
from tocsin.store import session as sessions
from tocsin.store.database import Database, Tx
from tocsin.store.session import Attempts, Login

LIFE_MS: Final = 12 * HOUR
FAILURES_MAX: Final = 5
FAILURES_OF_A_PLACE_MAX: Final = 30
LOCK_MS: Final = 5 * MINUTE
PASSWORD_LENGTH_MIN: Final = 10


class SignIn(Struct, frozen=True):
    """What a person types; `new_password` is needed once, with a one-time password."""

    email: str
    password: str
    new_password: str = ""
    ip: str = ""

    @property
    def counted_as(self) -> tuple[tuple[str, int], ...]:
        """Whose failures this one's adds to, and how many each may have."""
        return (
            (f"{self.ip} {fold(self.email)}", FAILURES_MAX),
            (self.ip, FAILURES_OF_A_PLACE_MAX),
        )


class Opened(Struct, frozen=True):
    """A session; its secret is told to the browser and to nobody else."""

    secret: str
    member_id: int
    expires_at: int


class _Checked(Struct, frozen=True):
    """What the password came to; `new_hash` is of the password that replaces a one-time one."""

    login: Login | None
    new_hash: str = ""


def sign_in(database: Database, typed: SignIn) -> Opened:
    """Open a session, or raise the failure that says why not."""
    with database.read() as tx:
        _require_unlocked(tx, typed)
        logins = sessions.logins(tx, typed.email)
    checked = _check(logins, typed)
    with database.write() as tx:
        if checked.login is None:
            _count_failure(tx, typed)
        else:
            return _open(tx, checked.login, checked.new_hash, typed)
    raise Unauthorized("e-mail or password is wrong")


def _require_unlocked(tx: Tx, typed: SignIn) -> None:
    for who, failures_max in typed.counted_as:
        tried = sessions.attempts(tx, who)
        if tried.failures >= failures_max:
            wait = seconds(tried.until - tx.now) + 1
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


def sign_out(tx: Tx, secret: str) -> None:
    """End a session; nothing happens when it has ended already."""
    sessions.remove(tx, digest(secret))


def _count_failure(tx: Tx, typed: SignIn) -> None:
    for who, _ in typed.counted_as:
        tried = sessions.attempts(tx, who, lock=True)
        sessions.set_attempts(tx, who, Attempts(tried.failures + 1, tx.now + LOCK_MS))


def _open(tx: Tx, login: Login, new_hash: str, typed: SignIn) -> Opened:
    if login not in sessions.logins(tx, typed.email):
        # The password was changed while it was being checked.
        raise Unauthorized("e-mail or password is wrong")
    if new_hash:
        sessions.set_password(tx, login, new_hash)
    sessions.forget_attempts(tx, typed.counted_as[0][0])
    secret = tx.ids.hex32() + tx.ids.hex32()
    sessions.add(tx, login, digest(secret), tx.now + LIFE_MS)
    return Opened(secret, login.id, tx.now + LIFE_MS)
