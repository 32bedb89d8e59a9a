"""Who members are to the providers that vouch for them."""

from sqlalchemy import select

from tocsin.domain.member import MemberStatus
from tocsin.kernel.text import digest
from tocsin.store.database import Tx
from tocsin.store.tables.identity import identity
from tocsin.store.tables.platform import member
from tocsin.store.upsert import upsert


def member_of(tx: Tx, account_id: int, issuer: str, subject: str) -> int:
    """The member that a provider knows by this subject, 0 for none."""
    found = (
        select(identity.c.member_id)
        .join(
            member,
            (member.c.account_id == identity.c.account_id)
            & (member.c.id == identity.c.member_id)
            & (member.c.status != MemberStatus.DELETED),
        )
        .where(identity.c.hash == _hash(issuer, subject), identity.c.account_id == account_id)
    )
    return int(tx.value(found) or 0)


def add(tx: Tx, account_id: int, member_id: int, issuer: str, subject: str) -> None:
    """Remember that a provider knows a member by this subject, in place of who left."""
    known = {"account_id": account_id, "member_id": member_id, "issuer": issuer}
    key = {"hash": _hash(issuer, subject)}
    upsert(tx, identity, key, {**known, "created_at": tx.now})


def _hash(issuer: str, subject: str) -> str:
    return digest(f"{issuer}\n{subject}")
