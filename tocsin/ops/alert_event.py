"""Reading the events behind alerts."""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.alert_view import AlertEventItem, IntegrationName
from tocsin.domain.severity import EventStatus
from tocsin.engine import alert_names, alert_search
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import decode_cursor, encode_cursor, window
from tocsin.store import alert as alerts
from tocsin.store.alert_list import After, WantedEvents
from tocsin.store.database import Tx
from tocsin.wire.alert import TAG, AlertId
from tocsin.wire.asked import choices, span

EVENTS_MAX: Final = 1000


class EventsOfAlert(Struct, frozen=True):
    alert_id: AlertId
    p: Annotated[int, Meta(description="From 1; absent: the first 1000 events.")] = 0
    limit: Annotated[int, Meta(le=EVENTS_MAX)] = 0


class AlertEvents(Struct, frozen=True):
    items: list[AlertEventItem]


class EventOrder(StrEnum):
    """What events are sorted by."""

    EVENT_TIME = "event_time"


class ListEvents(Struct, frozen=True, kw_only=True):
    start_time: Annotated[int, Meta(description="Seconds; absent with end_time: any time.")] = 0
    end_time: Annotated[int, Meta(description="Seconds; at most 31 days after start_time.")] = 0
    channel_ids: Annotated[tuple[int, ...], Meta(max_length=100)] = ()
    integration_ids: tuple[int, ...] = ()
    integration_types: Annotated[tuple[str, ...], Meta(description="Kinds of plugins.")] = ()
    severities: Annotated[str, Meta(description="Critical, Warning, Info, Ok; by commas.")] = ""
    orderby: EventOrder = EventOrder.EVENT_TIME
    asc: bool = False
    p: int = 0
    limit: Annotated[int, Meta(le=100)] = 0
    search_after_ctx: str = ""


class EventPage(Struct, frozen=True):
    """`total` is counted to 1000; `search_after_ctx` is empty on the last page."""

    items: list[AlertEventItem]
    total: int
    has_next_page: bool
    search_after_ctx: str


@operation("/alert/event/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def list_of_alert(tx: Tx, caller: Caller, request: EventsOfAlert) -> AlertEvents:
    """Read the events of an alert, oldest first.

    A repeat that said nothing new was not kept.
    """
    place = window(request.p, request.limit, default=EVENTS_MAX, maximum=EVENTS_MAX)
    (alert,) = alert_search.reachable(tx, caller, [request.alert_id])
    found = alerts.first_events(tx, caller.account_id, alert.id, place)
    senders = alert_names.integration_names(tx, caller.account_id, [alert.integration_id])
    sender = senders.get(alert.integration_id, IntegrationName())
    return AlertEvents([AlertEventItem.of(event, sender) for event in found])


@operation("/alert-event/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListEvents) -> EventPage:
    """Search the events of all alerts by when they happened.

    Newest first unless `asc`. Pages go by `p` and `limit`, or by handing `search_after_ctx` back.
    """
    place = window(request.p, request.limit)
    after = decode_cursor(request.search_after_ctx, After) if request.search_after_ctx else None
    any_time = not request.start_time and not request.end_time
    wanted = WantedEvents(
        span=None if any_time else span(request.start_time, request.end_time),
        channel_ids=request.channel_ids or None,
        integration_ids=request.integration_ids or None,
        integration_types=request.integration_types or None,
        severity=choices(EventStatus, "severities", request.severities),
    )
    found = alert_search.search_events(
        tx, caller, wanted, place, ascending=request.asc, after=after
    )
    ids = {event.integration_id for event in found.rows}
    senders = alert_names.integration_names(tx, caller.account_id, ids)
    items = [
        AlertEventItem.of(event, senders.get(event.integration_id, IntegrationName()))
        for event in found.rows
    ]
    last = found.rows[-1] if found.has_more else None
    cursor = encode_cursor(last.happened_at, last.id) if last else ""
    return EventPage(items, found.total, found.has_more, cursor)
