"""Timelines at rest."""

from collections.abc import Collection, Sequence

import msgspec
from msgspec import Raw, Struct
from sqlalchemy import delete, select

from tocsin.domain.alert_feed import AlertEntry
from tocsin.domain.feed import Entry
from tocsin.kernel.paging import Window
from tocsin.store import bulk
from tocsin.store.database import Tx
from tocsin.store.tables.incident import feed


class FeedRow(Struct, frozen=True):
    """An entry as it is kept; `detail` is JSON in the shape of its type, `created_at` in ms.

    `ref_id` is an incident or an alert: their ids never meet.
    """

    id: str
    account_id: int
    ref_id: str
    type: str
    detail: Raw
    reason: str
    creator_id: int
    created_at: int


class Addition(Struct, frozen=True):
    """What is to stand on one timeline, in order, and why it came about."""

    account_id: int
    ref_id: str
    entries: Sequence[Entry | AlertEntry]
    reason: str


def append(tx: Tx, additions: Sequence[Addition]) -> None:
    """Write on timelines."""
    rows = [
        {
            "id": tx.ids.object_id(),
            "account_id": addition.account_id,
            "ref_id": addition.ref_id,
            "type": str(entry.type),
            "detail": msgspec.json.encode(entry.detail).decode(),
            "reason": addition.reason,
            "creator_id": entry.creator_id,
            "created_at": tx.now,
        }
        for addition in additions
        for entry in addition.entries
    ]
    bulk.add(tx, feed, rows)


def page(
    tx: Tx,
    account_id: int,
    ref_id: str,
    types: Collection[str],
    *,
    ascending: bool,
    window: Window,
) -> list[FeedRow]:
    """One entry more than the window holds, if there is one; no `types` means all."""
    found = select(feed).where(feed.c.account_id == account_id, feed.c.ref_id == ref_id)
    if types:
        found = found.where(feed.c.type.in_([str(one) for one in types]))
    order = (feed.c.created_at, feed.c.id)
    found = found.order_by(*(order if ascending else (column.desc() for column in order)))
    rows = tx.connection.execute(found.offset(window.offset).limit(window.limit + 1)).mappings()
    return [FeedRow(**{**row, "detail": Raw(row["detail"].encode())}) for row in rows]


def remove(tx: Tx, account_id: int, ref_ids: Collection[str]) -> None:
    """Erase whole timelines."""
    tx.run(delete(feed).where(feed.c.account_id == account_id, feed.c.ref_id.in_(ref_ids)))
