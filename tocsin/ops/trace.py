"""Why an event became an incident, or did not; and what would become of one."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.trace import Outcome
from tocsin.engine import alert_search
from tocsin.engine import trace as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import decode_cursor, encode_cursor, window
from tocsin.sources import standard
from tocsin.store.database import Tx
from tocsin.store.trace import After, Wanted
from tocsin.wire.alert import AlertId
from tocsin.wire.asked import EndTime, StartTime, choices, span
from tocsin.wire.trace import TraceView, view

TAG: Final = "Decision traces"
PREVIEW_KEY: Final = "preview"


class ReadTrace(Struct, frozen=True):
    """An alert, or one event of it."""

    alert_id: AlertId | None = None
    event_id: AlertId | None = None
    p: int = 1
    limit: Annotated[int, Meta(le=100)] = 20
    search_after_ctx: str = ""


class ListTraces(Struct, frozen=True):
    start_time: StartTime
    end_time: EndTime
    integration_ids: tuple[int, ...] = ()
    channel_ids: Annotated[
        tuple[int, ...], Meta(description="0 is before any channel.", max_length=1000)
    ] = ()
    alert_key: str = ""
    outcomes: Annotated[
        str, Meta(description="By commas: " + ", ".join(Outcome) + "; empty means all.")
    ] = ""
    p: int = 1
    limit: Annotated[int, Meta(le=100)] = 20
    search_after_ctx: str = ""


class TracePage(Struct, frozen=True):
    """Last received first; `search_after_ctx` is empty on the last page."""

    items: list[TraceView]
    has_next_page: bool
    search_after_ctx: str


class PreviewEvent(Struct, frozen=True):
    """`channel_id` is the channel that the push would name, 0 for none."""

    integration_id: int
    event: Annotated[
        dict[str, Any],
        Meta(description="The body of a standard push (`/event/push/alert/standard`)."),
    ]
    channel_id: int = 0


class Preview(Struct, frozen=True):
    """One trace a channel, or one alone where no channel would take the event."""

    items: list[TraceView]


@operation("/alert/trace", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def of_alert(tx: Tx, caller: Caller, request: ReadTrace) -> TracePage:
    """Tell why the events of an alert became what they became, newest first.

    Repeats that said nothing new left no trace. Traces are kept for 30 days.
    """
    if (request.alert_id is None) == (request.event_id is None):
        raise InvalidParameter("name either alert_id or event_id", field="alert_id")
    if request.alert_id is None:
        wanted = Wanted(event_ids=((request.event_id or "").lower(),))
    else:
        (alert,) = alert_search.reachable(tx, caller, [request.alert_id])
        wanted = Wanted(alert_ids=(alert.id,))
    return _page(tx, caller, wanted, request)


@operation("/event/trace/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListTraces) -> TracePage:
    """Search what was decided about events, also those that became nothing."""
    wanted = Wanted(
        span=span(request.start_time, request.end_time),
        integration_ids=request.integration_ids or None,
        channel_ids=request.channel_ids or None,
        alert_keys=(request.alert_key,) if request.alert_key else None,
        outcomes=choices(Outcome, "outcomes", request.outcomes),
    )
    return _page(tx, caller, wanted, request)


@operation("/event/preview", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: PreviewEvent) -> Preview:
    """Tell what would become of an event if an integration sent it now; nothing happens."""
    body = msgspec.json.encode(request.event)
    key = standard.check(body) or PREVIEW_KEY
    event = standard.parse(body, key, tx.now)
    found = engine.preview(tx, caller, request.integration_id, request.channel_id, event)
    return Preview([view(one) for one in found])


def _page(tx: Tx, caller: Caller, wanted: Wanted, request: ReadTrace | ListTraces) -> TracePage:
    place = window(request.p, request.limit)
    after = decode_cursor(request.search_after_ctx, After) if request.search_after_ctx else None
    rows = engine.search(tx, caller, wanted, place, after)
    shown = rows[: place.limit]
    more = len(rows) > len(shown)
    cursor = encode_cursor(shown[-1].last_received_at, shown[-1].id) if more else ""
    return TracePage([view(one) for one in shown], more, cursor)
