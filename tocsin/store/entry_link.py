"""Links that let a member in once, by the hash of what stands in them."""

from msgspec.structs import asdict
from sqlalchemy import delete, insert, select

from tocsin.domain.entry_link import EntryLink
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.entry_link import entry_link


def add(tx: Tx, new: EntryLink, secret_hash: str) -> None:
    """Keep a link in place of those that the member has."""
    remove_of(tx, new.account_id, new.member_id)
    tx.run(insert(entry_link).values(hash=secret_hash, **asdict(new)))


def get(tx: Tx, secret_hash: str) -> EntryLink | None:
    """A link that is still good."""
    found = select(*fields(entry_link, EntryLink)).where(
        entry_link.c.hash == secret_hash, entry_link.c.expires_at > tx.now
    )
    return tx.row(found, EntryLink)


def remove_of(tx: Tx, account_id: int, member_id: int) -> None:
    """Have none of a member's links let anybody in any more."""
    mine = (entry_link.c.account_id == account_id) & (entry_link.c.member_id == member_id)
    tx.run(delete(entry_link).where(mine))


def sweep(tx: Tx, limit: int) -> int:
    """Drop up to `limit` links that are over, and say how many."""
    over = select(entry_link.c.hash).where(entry_link.c.expires_at <= tx.now).limit(limit)
    return tx.run(delete(entry_link).where(entry_link.c.hash.in_(over)))
