"""Finding changes."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, func, literal, select

from tocsin.domain.change import Change
from tocsin.kernel.paging import TOTAL_MAX
from tocsin.store.change import StoredEvent
from tocsin.store.database import Tx
from tocsin.store.tables.change import change, change_event


class Order(StrEnum):
    """What a list of changes is sorted by."""

    START = "start_time"
    LAST = "last_time"


class Wanted(Struct, frozen=True, kw_only=True):
    """Which changes; None narrows nothing. One lies in `span` (ms, both ends included) when it
    began before its end and was heard of after its start."""

    span: tuple[int, int]
    hidden_channel_ids: tuple[int, ...] = ()
    change_ids: tuple[str, ...] | None = None
    channel_ids: tuple[int, ...] | None = None
    integration_ids: tuple[int, ...] | None = None


def page(
    tx: Tx,
    account_id: int,
    wanted: Wanted,
    order: Order,
    *,
    ascending: bool,
    limit: int,
    offset: int = 0,
) -> list[Change]:
    """Changes in order, newest first unless `ascending`."""
    keys = (change.c[order], change.c.id)
    found = _of(select(change), account_id, wanted)
    found = found.order_by(*(keys if ascending else (key.desc() for key in keys)))
    return tx.rows(found.offset(offset).limit(limit), Change)


def count(tx: Tx, account_id: int, wanted: Wanted) -> int:
    """How many there are in all, counted to TOTAL_MAX."""
    found = _of(select(literal(1)), account_id, wanted).limit(TOTAL_MAX)
    return int(tx.value(select(func.count()).select_from(found.subquery())))


def events_of(
    tx: Tx, account_id: int, change_ids: Collection[str], limit: int
) -> dict[str, list[StoredEvent]]:
    """The newest reports about changes, newest first, at most `limit` of each."""
    place = func.row_number().over(
        partition_by=change_event.c.change_id, order_by=change_event.c.id.desc()
    )
    ranked = (
        select(change_event, place.label("place"))
        .where(change_event.c.account_id == account_id, change_event.c.change_id.in_(change_ids))
        .subquery()
    )
    columns = [ranked.c[name] for name in StoredEvent.__struct_fields__]
    newest = select(*columns).where(ranked.c.place <= limit).order_by(ranked.c.place)
    found: dict[str, list[StoredEvent]] = {}
    for event in tx.rows(newest, StoredEvent):
        found.setdefault(event.change_id, []).append(event)
    return found


def _of(found: Select[Any], account_id: int, wanted: Wanted) -> Select[Any]:
    since, until = wanted.span
    found = found.where(
        change.c.account_id == account_id,
        change.c.start_time <= until,
        change.c.last_time >= since,
    )
    choices: Sequence[tuple[Any, Collection[Any] | None]] = (
        (change.c.id, wanted.change_ids),
        (change.c.channel_id, wanted.channel_ids),
        (change.c.integration_id, wanted.integration_ids),
    )
    for column, values in choices:
        if values is not None:
            found = found.where(column.in_(values))
    if wanted.hidden_channel_ids:
        found = found.where(change.c.channel_id.not_in(wanted.hidden_channel_ids))
    return found
