"""A member's own password, replaced by another while they are signed in."""

from tocsin.engine import password, session
from tocsin.engine.session import PASSWORD_LENGTH_MIN, SignIn, Visitor
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.store import session as sessions
from tocsin.store.database import Database


def change(database: Database, caller: Caller, current: str, new: str) -> None:
    """Replace the caller's password, which they must know where they have one. Their other sessions
    end. Guessing it locks as at sign-in."""
    typed = SignIn(str(caller.member_id), current, visitor=Visitor(caller.ip))
    with database.read() as tx:
        session.require_unlocked(tx, typed)
        login = sessions.login_of(tx, caller.account_id, caller.member_id)
    if login.password_hash and not password.matches(current, login.password_hash):
        with database.write() as tx:
            session.count_failure(tx, typed)
        raise InvalidParameter("this is not the password you have now")
    if len(new) < PASSWORD_LENGTH_MIN or new == current:
        raise InvalidParameter(
            "{field} must be new and have at least {minimum} characters",
            field="new_password",
            minimum=PASSWORD_LENGTH_MIN,
        )
    hashed = password.hash_password(new)
    with database.write() as tx:
        sessions.set_password(tx, login, hashed, keep=caller.session_id)
