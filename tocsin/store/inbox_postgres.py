"""The inbox on PostgreSQL: a table that many edges append to and many engines take from.

What one engine took is locked until its transaction ends and skipped by the others; taking it
off the table and all effects are that one transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, delete, func, insert, select

from tocsin.store.database import Database, Tx
from tocsin.store.inbox_entry import Entry, Taken
from tocsin.store.tables.engine import inbox


class PostgresInbox:
    """See Inbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entries: Sequence[Entry]) -> None:
        with self._database.write() as tx:
            tx.run(insert(inbox), [row(entry) for entry in entries])

    @contextmanager
    def take(self, limit: int) -> Iterator[Taken]:
        with self._database.write() as tx:
            yield self._taken(tx, select(inbox).order_by(inbox.c.id).limit(limit))

    @contextmanager
    def take_one(self, entry_id: int) -> Iterator[Taken]:
        with self._database.write() as tx:
            yield self._taken(tx, select(inbox).where(inbox.c.id == entry_id))

    def _taken(self, tx: Tx, found: Select[Any]) -> Taken:
        entries = tx.rows(found.with_for_update(skip_locked=True), Entry)
        return Taken(entries, lambda: _digest(tx, entries))

    def depth(self) -> int:
        with self._database.read() as tx:
            ends = select(func.max(inbox.c.id) - func.min(inbox.c.id) + 1)
            return int(tx.value(ends) or 0)

    def oldest_received_at(self) -> int:
        with self._database.read() as tx:
            oldest = select(inbox.c.received_at).order_by(inbox.c.id).limit(1)
            return int(tx.value(oldest) or 0)

    def prune(self, limit: int) -> int:
        return 0

    def checkpoint(self) -> None: ...

    def close(self) -> None: ...


def row(entry: Entry) -> dict[str, Any]:
    """An entry's columns; the database numbers it."""
    return {
        "received_at": entry.received_at,
        "door": entry.door,
        "account_id": entry.account_id,
        "scope": entry.scope,
        "refused": entry.refused,
        "meta": entry.meta,
        "body": entry.body,
    }


@contextmanager
def _digest(tx: Tx, entries: list[Entry]) -> Iterator[Tx]:
    yield tx
    if entries:
        tx.run(delete(inbox).where(inbox.c.id.in_([entry.id for entry in entries])))
