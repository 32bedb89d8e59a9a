"""Messages heard before, by their senders' own names for them: what comes twice counts once."""

from typing import Final

from sqlalchemy import delete, select

from tocsin.kernel.text import digest
from tocsin.kernel.units import DAY
from tocsin.store.database import Tx
from tocsin.store.tables.engine import seen_message
from tocsin.store.upsert import insert_new

REMEMBERED_MS: Final = DAY


def first(tx: Tx, account_id: int, scope: str, message_id: str) -> bool:
    """Whether a message comes for the first time within a day; from now on it does not."""
    name = digest(f"{account_id}/{scope}/{message_id}")
    return insert_new(tx, seen_message, {"name": name, "account_id": account_id, "seen_at": tx.now})


def sweep(tx: Tx, limit: int) -> int:
    """Forget up to `limit` messages of more than a day ago; how many."""
    old = select(seen_message.c.name).where(seen_message.c.seen_at < tx.now - REMEMBERED_MS)
    return tx.run(delete(seen_message).where(seen_message.c.name.in_(old.limit(limit))))
