"""Console sessions, and the attempts to open one."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, insert, select, update

from tocsin.domain.member import MemberStatus
from tocsin.domain.session import Session
from tocsin.kernel.text import fold
from tocsin.store.database import Tx
from tocsin.store.tables.platform import member, session
from tocsin.store.tables.sign_in import sign_in
from tocsin.store.upsert import upsert


class Login(Struct, frozen=True):
    """What signing in needs to know of a member."""

    account_id: int
    id: int
    password_hash: str
    password_is_temporary: bool


class Attempts(Struct, frozen=True):
    """Failures of `who` so far, which count until the instant `until`."""

    failures: int = 0
    until: int = 0


def logins(tx: Tx, email: str) -> list[Login]:
    """The members with this address who have a password."""
    found = select(
        member.c.account_id, member.c.id, member.c.password_hash, member.c.password_is_temporary
    ).where(
        member.c.email_key == fold(email),
        member.c.status != MemberStatus.DELETED,
        member.c.password_hash != "",
    )
    return tx.rows(found, Login)


def has_password(tx: Tx, account_id: int, member_id: int) -> bool:
    """Whether a member has one, be it for one sign-in only."""
    mine = (member.c.account_id == account_id) & (member.c.id == member_id)
    return bool(tx.value(select(member.c.password_hash).where(mine)))


def attempts(tx: Tx, who: str, *, lock: bool = False) -> Attempts:
    found = select(sign_in.c.failures, sign_in.c.until).where(
        sign_in.c.who == who, sign_in.c.until > tx.now
    )
    return tx.row(found.with_for_update() if lock else found, Attempts) or Attempts()


def set_attempts(tx: Tx, who: str, now: Attempts) -> None:
    upsert(tx, sign_in, {"who": who}, {"failures": now.failures, "until": now.until})


def forget_attempts(tx: Tx, who: str) -> None:
    tx.run(delete(sign_in).where(sign_in.c.who == who))


def sweep(tx: Tx, limit: int) -> int:
    """Drop up to `limit` sessions and failures that are over, and say how many."""
    failures = select(sign_in.c.who).where(sign_in.c.until <= tx.now).limit(limit)
    ended = select(session.c.hash).where(~_lasts(tx)).limit(limit)
    return max(
        tx.run(delete(sign_in).where(sign_in.c.who.in_(failures))),
        tx.run(delete(session).where(session.c.hash.in_(ended))),
    )


def login_of(tx: Tx, account_id: int, member_id: int) -> Login:
    """A member as signing in knows them; the hash is empty where they have no password."""
    mine = (member.c.account_id == account_id) & (member.c.id == member_id)
    names = (member.c[name] for name in Login.__struct_fields__)
    found = tx.row(select(*names).where(mine), Login)
    assert found is not None, "every caller is a member"
    return found


def set_password(tx: Tx, login: Login, password_hash: str, *, keep: str = "") -> None:
    """Replace a password by one the member chose, and end the member's sessions but `keep`."""
    mine = (member.c.account_id == login.account_id) & (member.c.id == login.id)
    tx.run(
        update(member)
        .where(mine)
        .values(
            password_hash=password_hash,
            password_is_temporary=False,
            email_verified=True,
            status=MemberStatus.ENABLED,
        )
    )
    end_all(tx, login.account_id, login.id, keep=keep)


def end_all(tx: Tx, account_id: int, member_id: int, *, keep: str = "") -> None:
    """Sign a member out everywhere but in the session `keep`."""
    mine = (session.c.account_id == account_id) & (session.c.member_id == member_id)
    tx.run(delete(session).where(mine, session.c.id != keep))


def add(tx: Tx, new: Session, secret_hash: str) -> None:
    tx.run(insert(session).values(hash=secret_hash, **asdict(new)))


def of_member(tx: Tx, account_id: int, member_id: int) -> list[Session]:
    """A member's sessions that have not ended, the one used last first."""
    mine = (session.c.account_id == account_id) & (session.c.member_id == member_id)
    found = select(*(session.c[name] for name in Session.__struct_fields__)).where(mine, _lasts(tx))
    return tx.rows(found.order_by(session.c.used_at.desc(), session.c.id.desc()), Session)


def remove(tx: Tx, account_id: int, member_id: int, session_ids: Sequence[str]) -> None:
    """End these sessions of a member; others of the ids are left alone."""
    mine = (session.c.account_id == account_id) & (session.c.member_id == member_id)
    tx.run(delete(session).where(mine, session.c.id.in_(session_ids)))


def remove_any(tx: Tx, session_id: str) -> None:
    """End a session, whoever's it is; nothing happens when it has ended already."""
    tx.run(delete(session).where(session.c.id == session_id))


def _lasts(tx: Tx) -> ColumnElement[bool]:
    idle_since = tx.now - tx.site.session_idle_ms
    return (session.c.expires_at > tx.now) & (session.c.used_at > idle_since)
