"""Signing in to the console.

1. Five failures in a row lock an address for five minutes, whoever tries.
2. A one-time password opens nothing by itself: a password of the member's own must come with it.
3. The session's secret is random, kept by hash, and ends after twelve hours.
"""

from typing import Final

from msgspec import Struct

from tocsin.engine import password
from tocsin.kernel.errors import (
    Failure,
    InvalidParameter,
    RequestLocked,
    RequestVerifyRequired,
    Unauthorized,
)
from tocsin.kernel.text import digest
from tocsin.kernel.units import HOUR, MINUTE, seconds
from tocsin.store import session as sessions
from tocsin.store.database import Tx
from tocsin.store.session import Attempts, Login

LIFE_MS: Final = 12 * HOUR
FAILURES_MAX: Final = 5
LOCK_MS: Final = 5 * MINUTE
PASSWORD_LENGTH_MIN: Final = 10


class SignIn(Struct, frozen=True):
    """What a person types; `new_password` is needed once, with a one-time password."""

    email: str
    password: str
    new_password: str = ""


class Opened(Struct, frozen=True):
    """A session; its secret is told to the browser and to nobody else."""

    secret: str
    member_id: int
    expires_at: int


def sign_in(tx: Tx, typed: SignIn) -> Opened | Failure:
    """Open a session, or say why not; the failure is an answer, so that its count is kept."""
    tried = sessions.attempts(tx, typed.email)
    if tried.locked_until > tx.now:
        wait = seconds(tried.locked_until - tx.now) + 1
        return RequestLocked("too many failures; try again in {wait} s", wait=wait)
    login = _matching(tx, typed)
    if login is None:
        _count_failure(tx, typed.email, tried)
        return Unauthorized("e-mail or password is wrong")
    if login.password_is_temporary:
        if not typed.new_password:
            return RequestVerifyRequired(
                "this is a one-time password; send new_password with one of your own"
            )
        if len(typed.new_password) < PASSWORD_LENGTH_MIN or typed.new_password == typed.password:
            return InvalidParameter(
                "{field} must be new and have at least {minimum} characters",
                field="new_password",
                minimum=PASSWORD_LENGTH_MIN,
            )
        sessions.set_password(tx, login, password.hash_password(typed.new_password))
    if tried.failures:
        sessions.set_attempts(tx, typed.email, Attempts())
    return _open(tx, login)


def sign_out(tx: Tx, secret: str) -> None:
    """End a session; nothing happens when it has ended already."""
    sessions.remove(tx, digest(secret))


def _matching(tx: Tx, typed: SignIn) -> Login | None:
    for login in sessions.logins(tx, typed.email):
        if password.matches(typed.password, login.password_hash):
            return login
    return None


def _count_failure(tx: Tx, email: str, tried: Attempts) -> None:
    failures = tried.failures + 1
    locked = failures >= FAILURES_MAX
    sessions.set_attempts(
        tx, email, Attempts(0 if locked else failures, tx.now + LOCK_MS if locked else 0)
    )


def _open(tx: Tx, login: Login) -> Opened:
    secret = tx.ids.hex32() + tx.ids.hex32()
    sessions.add(tx, login, digest(secret), tx.now + LIFE_MS)
    return Opened(secret, login.id, tx.now + LIFE_MS)
