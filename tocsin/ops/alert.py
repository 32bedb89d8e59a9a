"""Reading alerts."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.alert_view import AlertInfo
from tocsin.domain.severity import EventStatus
from tocsin.engine import alert_search, alert_sight
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import decode_cursor, encode_cursor, window
from tocsin.store.alert_list import After, Order, Wanted
from tocsin.store.database import Tx
from tocsin.wire.alert import TAG, AlertId, AlertIds, AlertPage
from tocsin.wire.asked import EndTime, LabelFilter, StartTime, check_wanted, choices, span


class ListAlerts(Struct, frozen=True, kw_only=True):
    start_time: StartTime = 0
    end_time: EndTime = 0
    by_updated_at: Annotated[
        bool, Meta(description="The span is about the last change, not about when it fired.")
    ] = False
    is_active: Annotated[bool | None, Meta(description="Whether it fires; absent: either way.")] = (
        None
    )
    ever_muted: Annotated[bool | None, Meta(description="Absent: either way.")] = None
    alert_severity: Annotated[str, Meta(description="Critical, Warning, Info, Ok; by commas.")] = ""
    channel_ids: tuple[int, ...] = ()
    integration_ids: tuple[int, ...] = ()
    alert_ids: tuple[AlertId, ...] = ()
    alert_keys: tuple[str, ...] = ()
    title: Annotated[str, Meta(description="The whole title.")] = ""
    labels: LabelFilter = {}
    orderby: Order = Order.CREATED
    asc: bool = False
    p: int = 0
    limit: Annotated[int, Meta(le=100)] = 0
    search_after_ctx: str = ""


class OneAlert(Struct, frozen=True):
    alert_id: AlertId


class SeveralAlerts(Struct, frozen=True):
    alert_ids: AlertIds


@operation("/alert/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListAlerts) -> AlertPage:
    """Search alerts that were alive in a span of time.

    Those count that began before its end and were heard of after its start. Newest first unless
    `asc`. Pages go by `p` and `limit`, or by handing `search_after_ctx` back, which neither
    loses nor repeats an alert while others arrive. By `updated_at`, one that changes meanwhile
    moves: with `asc` it comes again at the end.
    """
    place = window(request.p, request.limit)
    after = decode_cursor(request.search_after_ctx, After) if request.search_after_ctx else None
    order = request.orderby
    found = alert_search.search(
        tx, caller, _wanted(request), order, place, ascending=request.asc, after=after
    )
    names = alert_sight.load(tx, caller, found.rows)
    cursor = ""
    if found.has_more:
        last = found.rows[-1]
        cursor = encode_cursor(getattr(last, order), last.id)
    items = [AlertInfo.of(alert, names) for alert in found.rows]
    return AlertPage(items, found.total, found.has_more, cursor)


@operation("/alert/info", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: OneAlert) -> AlertInfo:
    """Read one alert."""
    found = alert_search.reachable(tx, caller, [request.alert_id])
    return AlertInfo.of(found[0], alert_sight.load(tx, caller, found))


@operation("/alert/list-by-ids", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def list_by_ids(tx: Tx, caller: Caller, request: SeveralAlerts) -> AlertPage:
    """Read alerts by id, in the order asked for.

    One id that is unknown to the caller fails the whole call.
    """
    found = alert_search.reachable(tx, caller, request.alert_ids)
    names = alert_sight.load(tx, caller, found)
    return AlertPage([AlertInfo.of(alert, names) for alert in found], len(found))


def _wanted(request: ListAlerts) -> Wanted:
    check_wanted("labels", request.labels)
    by_id = request.alert_ids and not request.start_time and not request.end_time
    within = None if by_id else span(request.start_time, request.end_time)
    return Wanted(
        alive=None if request.by_updated_at else within,
        updated=within if request.by_updated_at else None,
        is_active=request.is_active,
        ever_muted=request.ever_muted,
        severity=choices(EventStatus, "alert_severity", request.alert_severity),
        channel_ids=request.channel_ids or None,
        integration_ids=request.integration_ids or None,
        alert_ids=tuple(one.lower() for one in request.alert_ids) or None,
        alert_keys=request.alert_keys or None,
        title=request.title,
        labels=request.labels,
    )
