"""Finding the alerts of one integration, for the sender itself."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from tocsin.domain.alert import Alert
from tocsin.domain.incident import Progress
from tocsin.domain.order import TAGS
from tocsin.kernel.paging import Window
from tocsin.store.database import Tx
from tocsin.store.json_part import value_of
from tocsin.store.tables.alert import alert
from tocsin.store.tables.incident import incident

LATEST: Final = 2**62
COUNTED_MAX: Final = 100_000


class Order(StrEnum):
    """What a list is sorted by."""

    CREATED = "created_at"
    UPDATED = "updated_at"
    HEARD = "last_time"
    TITLE = "title"
    KEY = "alert_key"
    COUNT = "event_count"


class Span(Struct, frozen=True):
    """Instants (ms) of a column, both ends included."""

    column: Order
    start: int = 0
    end: int = LATEST


class Wanted(Struct, frozen=True, kw_only=True):
    """Which alerts; None narrows nothing. All of it must hold, and of each list one value."""

    is_open: bool | None = None
    is_acknowledged: bool | None = None
    is_snoozed: bool | None = None
    ids: tuple[str, ...] | None = None
    keys: tuple[str, ...] | None = None
    titles: tuple[tuple[str, ...], ...] = ()
    tags: tuple[tuple[str, ...], ...] = ()
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    spans: tuple[Span, ...] = ()


def page(
    tx: Tx,
    account_id: int,
    integration_id: int,
    wanted: Wanted,
    order: Order,
    place: Window,
    *,
    ascending: bool,
) -> list[Alert]:
    """A page of alerts."""
    column = alert.c[order]
    by = (column, alert.c.id) if ascending else (column.desc(), alert.c.id.desc())
    found = _of(select(alert), tx, account_id, integration_id, wanted)
    return tx.rows(found.order_by(*by).offset(place.offset).limit(place.limit), Alert)


def count(tx: Tx, account_id: int, integration_id: int, wanted: Wanted) -> int:
    """How many there are in all, counted to COUNTED_MAX."""
    found = _of(select(literal(1)), tx, account_id, integration_id, wanted)
    return int(tx.value(select(func.count()).select_from(found.limit(COUNTED_MAX).subquery())))


def _of(
    found: Select[Any], tx: Tx, account_id: int, integration_id: int, wanted: Wanted
) -> Select[Any]:
    of_alert = and_(
        incident.c.account_id == alert.c.account_id,
        incident.c.incident_id == alert.c.incident_id,
    )
    joined = found.select_from(alert.outerjoin(incident, of_alert))
    return joined.where(
        alert.c.account_id == account_id,
        alert.c.integration_id == integration_id,
        *_conditions(wanted, tx.now),
    )


def _conditions(wanted: Wanted, now: int) -> Iterator[ColumnElement[bool]]:
    is_open = and_(alert.c.end_time == 0, alert.c.close_time == 0)
    acknowledged = and_(is_open, incident.c.progress == Progress.PROCESSING)
    snoozed = incident.c.snoozed_before > now
    for asked, holds in (
        (wanted.is_open, is_open),
        (wanted.is_acknowledged, acknowledged),
        (wanted.is_snoozed, snoozed),
    ):
        if asked is not None:
            yield func.coalesce(holds, literal(value=False)) == literal(value=asked)
    if wanted.ids is not None:
        yield alert.c.id.in_(wanted.ids)
    if wanted.keys is not None:
        yield alert.c.alert_key.in_(wanted.keys)
    for words in wanted.titles:
        yield or_(*(alert.c.title.icontains(word, autoescape=True) for word in words))
    for tags in wanted.tags:
        yield or_(*(_tagged(tag) for tag in tags))
    for name, values in wanted.labels:
        yield value_of(alert.c.labels, name).in_(values)
    for span in wanted.spans:
        yield alert.c[span.column].between(span.start, span.end)


def _tagged(tag: str) -> ColumnElement[bool]:
    held: ColumnElement[str] = literal(",") + value_of(alert.c.labels, TAGS) + literal(",")
    return held.icontains(f",{tag},", autoescape=True)
