"""Input that was refused or could not be read: kept for people to see, never dropped in silence."""

from typing import Final

import zstandard
from msgspec import Struct
from sqlalchemy import delete, func, insert, select, update

from tocsin.domain.news import About
from tocsin.kernel.paging import Window
from tocsin.kernel.text import cut
from tocsin.store import news
from tocsin.store.database import Tx
from tocsin.store.inbox_entry import Entry
from tocsin.store.tables.engine import rejected

BODY_BYTES_MAX: Final = 1024 * 1024
REASON_LENGTH_MAX: Final = 1_000


class Rejected(Struct, frozen=True):
    """One piece of input as it came; `body` is cut at BODY_BYTES_MAX of `body_size` bytes.

    `replayed_at` (ms) is when a member had it taken in after all, 0 for never.
    """

    id: str
    account_id: int
    door: str
    scope: str
    reason: str
    received_at: int
    rejected_at: int
    meta: dict[str, str]
    body_size: int
    body_compressed: bytes
    replayed_at: int
    replayed_by: int

    @property
    def body(self) -> bytes:
        return zstandard.decompress(self.body_compressed, max_output_size=BODY_BYTES_MAX)


def add(tx: Tx, entry: Entry, reason: str) -> None:
    """Keep `entry` and why it was not taken in."""
    tx.run(
        insert(rejected).values(
            id=tx.ids.object_id(),
            account_id=entry.account_id,
            door=entry.door,
            scope=entry.scope,
            reason=cut(reason, REASON_LENGTH_MAX),
            received_at=entry.received_at,
            rejected_at=tx.now,
            meta=entry.meta,
            body_size=len(entry.body),
            body_compressed=zstandard.compress(entry.body[:BODY_BYTES_MAX]),
            replayed_at=0,
            replayed_by=0,
        )
    )
    if entry.scope.isdecimal():
        news.tell(tx, entry.account_id, About.INTEGRATION, entry.scope)


def get(tx: Tx, account_id: int, rejected_id: str, *, lock: bool = False) -> Rejected | None:
    """One piece of rejected input, or None."""
    found = select(rejected).where(
        rejected.c.account_id == account_id, rejected.c.id == rejected_id
    )
    return tx.row(found.with_for_update() if lock else found, Rejected)


def mark_replayed(tx: Tx, one: Rejected, by: int) -> None:
    """Note that a member had it taken in."""
    _change(tx, one, replayed_at=tx.now, replayed_by=by)


def unmark_replayed(tx: Tx, one: Rejected, reason: str) -> None:
    """Note that it was not taken in after all, and why."""
    _change(tx, one, replayed_at=0, replayed_by=0, reason=cut(reason, REASON_LENGTH_MAX))


def _change(tx: Tx, one: Rejected, **values: object) -> None:
    mine = (rejected.c.account_id == one.account_id, rejected.c.id == one.id)
    tx.run(update(rejected).where(*mine).values(**values))


def newest(tx: Tx, account_id: int, limit: int, offset: int = 0) -> list[Rejected]:
    """The account's rejected input, newest first."""
    return tx.rows(
        select(rejected)
        .where(rejected.c.account_id == account_id)
        .order_by(rejected.c.rejected_at.desc(), rejected.c.id.desc())
        .limit(limit)
        .offset(offset),
        Rejected,
    )


def of_scope(tx: Tx, account_id: int, scope: str, window: Window) -> list[Rejected]:
    """What one application or integration sent that was rejected, newest first."""
    found = select(rejected).where(rejected.c.account_id == account_id, rejected.c.scope == scope)
    ordered = found.order_by(rejected.c.rejected_at.desc(), rejected.c.id.desc())
    return tx.rows(ordered.offset(window.offset).limit(window.limit), Rejected)


def count(tx: Tx, account_id: int, scope: str) -> int:
    """How much one application or integration sent that was rejected."""
    found = select(func.count()).select_from(rejected)
    mine = found.where(rejected.c.account_id == account_id, rejected.c.scope == scope)
    return int(tx.value(mine))


def sweep(tx: Tx, rejected_before: int, limit: int) -> int:
    """Forget up to `limit` entries rejected before that instant; how many."""
    old = select(rejected.c.id).where(rejected.c.rejected_at < rejected_before).limit(limit)
    return tx.run(delete(rejected).where(rejected.c.id.in_(old)))
