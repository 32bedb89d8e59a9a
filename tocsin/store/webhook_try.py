"""The history of outgoing webhooks at rest."""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select

from tocsin.domain.webhook_try import TryStatus, WebhookTry
from tocsin.store.database import Tx
from tocsin.store.tables.webhook import webhook_try


class Filter(Struct, frozen=True):
    """Which tries a list holds: of events in [start, end) ms; None and "" narrow nothing."""

    start: int
    end: int
    integration_ids: Collection[int] | None = None
    hidden_channel_ids: Collection[int] = ()
    ref_id: str = ""
    event_types: Collection[str] = ()
    status: TryStatus | None = None


class Place(Struct, frozen=True, array_like=True):
    """Where a page ended."""

    event_time: int
    id: str


def add(tx: Tx, new: WebhookTry) -> None:
    """Keep a try."""
    tx.run(insert(webhook_try).values(**asdict(new)))


def browse(
    tx: Tx, account_id: int, wanted: Filter, after: Place | None, limit: int, *, ascending: bool
) -> list[WebhookTry]:
    """Tries in the order of their events; one more than `limit` if there is one."""
    found = select(webhook_try).where(*_conditions(account_id, wanted))
    if after:
        found = found.where(_beyond(after, ascending))
    columns = (webhook_try.c.event_time, webhook_try.c.id)
    order = columns if ascending else [column.desc() for column in columns]
    return tx.rows(found.order_by(*order).limit(limit + 1), WebhookTry)


def count(tx: Tx, account_id: int, wanted: Filter) -> int:
    """How many tries a list has in all."""
    found = select(func.count()).select_from(webhook_try)
    return int(tx.value(found.where(*_conditions(account_id, wanted))))


def latest(tx: Tx, account_id: int, integration_id: int, event_id: str) -> WebhookTry | None:
    """The last try of an event for a receiver."""
    found = select(webhook_try).where(
        webhook_try.c.account_id == account_id,
        webhook_try.c.event_id == event_id,
        webhook_try.c.integration_id == integration_id,
    )
    return tx.row(
        found.order_by(webhook_try.c.tried_at.desc(), webhook_try.c.id.desc()), WebhookTry
    )


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to `limit` tries that are older; how many."""
    old = select(webhook_try.c.id).where(webhook_try.c.tried_at < before).limit(limit)
    return tx.run(delete(webhook_try).where(webhook_try.c.id.in_(old)))


def _conditions(account_id: int, wanted: Filter) -> list[ColumnElement[bool]]:
    table = webhook_try.c
    conditions: list[ColumnElement[bool]] = [
        table.account_id == account_id,
        table.event_time >= wanted.start,
        table.event_time < wanted.end,
    ]
    if wanted.integration_ids is not None:
        conditions.append(table.integration_id.in_(wanted.integration_ids))
    if wanted.hidden_channel_ids:
        conditions.append(table.channel_id.not_in(wanted.hidden_channel_ids))
    if wanted.ref_id:
        conditions.append(table.ref_id == wanted.ref_id)
    if wanted.event_types:
        conditions.append(table.event_type.in_(wanted.event_types))
    if wanted.status is not None:
        conditions.append(table.status == wanted.status)
    return conditions


def _beyond(after: Place, ascending: bool) -> ColumnElement[bool]:
    table = webhook_try.c
    if ascending:
        later = table.event_time > after.event_time
        return or_(later, and_(table.event_time == after.event_time, table.id > after.id))
    earlier = table.event_time < after.event_time
    return or_(earlier, and_(table.event_time == after.event_time, table.id < after.id))
