"""Finding alerts, and the events behind all of them."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_

from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import StoredEvent
from tocsin.domain.severity import EventStatus
from tocsin.kernel.paging import TOTAL_MAX, Window
from tocsin.store import label_filter
from tocsin.store.database import Tx
from tocsin.store.few import Condition, Narrowed, gathered, hours
from tocsin.store.label_filter import Labels
from tocsin.store.tables.alert import ACTIVE, alert, alert_event, alert_label
from tocsin.store.tables.channel import integration

LABELS: Final = Labels(alert_label, alert.c.id, alert.c.labels)


class Order(StrEnum):
    """What a list of alerts is sorted by."""

    CREATED = "created_at"
    UPDATED = "updated_at"


class After(Struct, frozen=True, array_like=True):
    """Where the page before ended: the instant sorted by, and the id."""

    at: int
    id: str


class Wanted(Struct, frozen=True, kw_only=True):
    """Which alerts; None narrows nothing. Spans are in ms, both ends included.

    An alert lies in `alive` when it began before its end and was heard of after its start.
    `hidden_channel_ids` are those whose alerts the caller may not see.
    """

    alive: tuple[int, int] | None = None
    updated: tuple[int, int] | None = None
    hidden_channel_ids: tuple[int, ...] = ()
    is_active: bool | None = None
    ever_muted: bool | None = None
    severity: tuple[EventStatus, ...] | None = None
    channel_ids: tuple[int, ...] | None = None
    integration_ids: tuple[int, ...] | None = None
    alert_ids: tuple[str, ...] | None = None
    alert_keys: tuple[str, ...] | None = None
    title: str = ""
    labels: Mapping[str, tuple[str, ...]] = {}


class WantedEvents(Struct, frozen=True, kw_only=True):
    """Which events; None narrows nothing. `span` is in ms, both ends included."""

    span: tuple[int, int] | None = None
    hidden_channel_ids: tuple[int, ...] = ()
    channel_ids: tuple[int, ...] | None = None
    integration_ids: tuple[int, ...] | None = None
    integration_types: tuple[str, ...] | None = None
    severity: tuple[EventStatus, ...] | None = None


def page(
    tx: Tx,
    account_id: int,
    wanted: Wanted,
    order: Order,
    place: Window,
    *,
    ascending: bool,
    after: After | None = None,
) -> list[Alert]:
    """Alerts in order, newest first unless `ascending`; one more than the window holds, if any."""
    found = statement(tx, account_id, wanted, order, place, ascending=ascending, after=after)
    return tx.rows(found, Alert)


def statement(
    tx: Tx,
    account_id: int,
    wanted: Wanted,
    order: Order,
    place: Window,
    *,
    ascending: bool,
    after: After | None = None,
) -> Select[Any]:
    """The query behind a page."""
    narrowed = _narrowed(tx, account_id, wanted)
    at, key = alert.c[order], alert.c.id
    if not narrowed.is_few:
        return _paged(select(alert).where(*narrowed.conditions), at, key, place, ascending, after)
    few = gathered(select(at.label("at"), key).where(*narrowed.conditions))
    keys = _paged(select(few), few.c.at, few.c.id, place, ascending, after).subquery()
    found = select(alert).join(keys, keys.c.id == alert.c.id)
    return found.order_by(*((at, key) if ascending else (at.desc(), key.desc())))


def count(tx: Tx, account_id: int, wanted: Wanted) -> int:
    """How many there are in all, counted to TOTAL_MAX."""
    narrowed = _narrowed(tx, account_id, wanted)
    found = select(alert.c.id).where(*narrowed.conditions)
    return _counted(tx, select(gathered(found)) if narrowed.is_few else found)


def page_of_events(
    tx: Tx,
    account_id: int,
    wanted: WantedEvents,
    place: Window,
    *,
    ascending: bool,
    after: After | None = None,
) -> list[StoredEvent]:
    """Events by when they happened, newest first unless `ascending`; one more than the window
    holds, if there is one."""
    found = select(alert_event).where(*_of_events(account_id, wanted))
    happened = alert_event.c.happened_at
    return tx.rows(_paged(found, happened, alert_event.c.id, place, ascending, after), StoredEvent)


def count_events(tx: Tx, account_id: int, wanted: WantedEvents) -> int:
    """How many there are in all, counted to TOTAL_MAX."""
    found = select(literal(1)).select_from(alert_event)
    return _counted(tx, found.where(*_of_events(account_id, wanted)))


def _paged(
    found: Select[Any],
    at: ColumnElement[Any],
    id_: ColumnElement[Any],
    place: Window,
    ascending: bool,
    after: After | None,
) -> Select[Any]:
    keys = (at, id_) if ascending else (at.desc(), id_.desc())
    if after is None:
        found = found.offset(place.offset)
    else:
        end, key = tuple_(after.at, after.id), tuple_(at, id_)
        found = found.where(end < key if ascending else end > key)
    return found.order_by(*keys).limit(place.limit + 1)


def _counted(tx: Tx, found: Select[Any]) -> int:
    return int(tx.value(select(func.count()).select_from(found.limit(TOTAL_MAX).subquery())))


def _narrowed(tx: Tx, account_id: int, wanted: Wanted) -> Narrowed:
    mine = Narrowed((alert.c.account_id == account_id, *_of(wanted)))
    if wanted.alert_ids is not None or wanted.alert_keys is not None:
        mine = replace(mine, is_few=True)
    if not wanted.labels:
        return mine
    first = tx.value(select(func.min(alert.c.created_at)).where(alert.c.account_id == account_id))
    within = hours(first or tx.now, tx.now)
    return mine + label_filter.narrowed(
        tx, account_id, LABELS, wanted.labels, within, mine.conditions
    )


def _of(wanted: Wanted) -> Iterator[Condition]:
    if wanted.alive:
        yield alert.c.start_time <= wanted.alive[1]
        yield alert.c.last_time >= wanted.alive[0]
    if wanted.updated:
        yield alert.c.updated_at.between(*wanted.updated)
    if wanted.hidden_channel_ids:
        yield alert.c.channel_id.not_in(wanted.hidden_channel_ids)
    if wanted.is_active is not None:
        # Said in the words of the partial index, or the planner would not know it fits.
        yield ACTIVE if wanted.is_active else alert.c.end_time > 0
    if wanted.ever_muted is not None:
        yield alert.c.ever_muted.is_(wanted.ever_muted)
    if wanted.title:
        yield alert.c.title == wanted.title
    for column, values in (
        (alert.c.severity, wanted.severity),
        (alert.c.channel_id, wanted.channel_ids),
        (alert.c.integration_id, wanted.integration_ids),
        (alert.c.id, wanted.alert_ids),
        (alert.c.alert_key, wanted.alert_keys),
    ):
        if values is not None:
            yield column.in_(values)


def _of_events(account_id: int, wanted: WantedEvents) -> Iterator[ColumnElement[bool]]:
    yield alert_event.c.account_id == account_id
    if wanted.span:
        yield alert_event.c.happened_at.between(*wanted.span)
    if wanted.hidden_channel_ids:
        yield alert_event.c.channel_id.not_in(wanted.hidden_channel_ids)
    if wanted.channel_ids is not None:
        yield alert_event.c.channel_id.in_(wanted.channel_ids)
    if wanted.integration_ids is not None:
        yield alert_event.c.integration_id.in_(wanted.integration_ids)
    if wanted.severity is not None:
        yield alert_event.c.status.in_(wanted.severity)
    if wanted.integration_types is not None:
        yield alert_event.c.integration_id.in_(
            select(integration.c.id).where(
                integration.c.account_id == account_id,
                integration.c.plugin_type.in_(wanted.integration_types),
            )
        )
