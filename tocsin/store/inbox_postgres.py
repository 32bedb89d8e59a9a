"""The inbox on PostgreSQL: a table that many edges append to and many engines take from.

What one engine took is locked until its transaction ends and skipped by the others; taking it
off the table and all effects are that one transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, insert, select, true

from tocsin.store.database import Database, Tx
from tocsin.store.inbox_entry import IN_ORDER, STIRRED, TAKEN_BYTES_MAX, Entry, Taken
from tocsin.store.tables.engine import inbox

_IN_ORDER_LOCK: Final = 7_402_117_233_845_115


class PostgresInbox:
    """See Inbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entries: Sequence[Entry]) -> None:
        with self._database.write() as tx:
            tx.run(insert(inbox), [row(entry) for entry in entries])
            tx.stirred.add(STIRRED)

    @contextmanager
    def take(self, limit: int) -> Iterator[Taken]:
        with self._database.write() as tx:
            oldest = (
                select(inbox.c.id, func.octet_length(inbox.c.body))
                .where(_in_turn(tx))
                .order_by(inbox.c.id)
            )
            held = tx.tuples(oldest.limit(limit).with_for_update(skip_locked=True))
            sizes = accumulate(size for _, size in held)
            fitting = [
                entry_id
                for (entry_id, _), size in zip(held, sizes, strict=True)
                if size <= TAKEN_BYTES_MAX or entry_id == held[0][0]
            ]
            found = select(inbox).where(inbox.c.id.in_(fitting)).order_by(inbox.c.id)
            yield _taken(tx, tx.rows(found, Entry) if fitting else [])

    @contextmanager
    def take_one(self, entry_id: int) -> Iterator[Taken]:
        with self._database.write() as tx:
            found = select(inbox).where(inbox.c.id == entry_id, _in_turn(tx))
            yield _taken(tx, tx.rows(found.with_for_update(skip_locked=True), Entry))

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


def _in_turn(tx: Tx) -> ColumnElement[bool]:
    """What this engine may take: all, unless another one is at the doors that are read in order."""
    if tx.value(select(func.pg_try_advisory_xact_lock(_IN_ORDER_LOCK))):
        return true()
    return inbox.c.door.not_in(IN_ORDER)


def _taken(tx: Tx, entries: list[Entry]) -> Taken:
    return Taken(entries, lambda done: _digest(tx, done))


@contextmanager
def _digest(tx: Tx, done: Sequence[Entry]) -> Iterator[Tx]:
    yield tx
    if done:
        tx.run(delete(inbox).where(inbox.c.id.in_([entry.id for entry in done])))
