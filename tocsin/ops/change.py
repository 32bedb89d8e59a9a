"""Searching changes."""

from typing import Annotated, Final, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.alert_view import IntegrationName
from tocsin.domain.change import Change, ChangeStatus
from tocsin.domain.filter import Filter
from tocsin.domain.incident_view import ChannelName
from tocsin.engine import alert_names, change_search
from tocsin.engine.change_search import Said
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import HOUR, seconds
from tocsin.store import change_list
from tocsin.store import channel as channels
from tocsin.store.change import StoredEvent
from tocsin.store.change_list import Order, Wanted
from tocsin.store.database import Tx
from tocsin.wire.asked import check_text, span

TAG: Final = "On-call/Changes"
LIST_LIMIT: Final = 10
QUERY_MAX: Final = 1024
EVENTS_SHOWN_MAX: Final = 20


class ListChanges(Struct, frozen=True, kw_only=True):
    start_time: Annotated[int, Meta(description="Seconds; with end_time absent: an hour ago.")] = 0
    end_time: Annotated[int, Meta(description="Seconds; at most 31 days after start_time.")] = 0
    change_ids: tuple[str, ...] = ()
    channel_ids: Annotated[tuple[int, ...], Meta(description="0: outside channels.")] = ()
    integration_ids: tuple[int, ...] = ()
    filters: Annotated[
        Filter,
        Meta(description="Over title, description, change_key, status, labels, integration_id."),
    ] = ()
    query: Annotated[
        str, Meta(description="A pattern found in title, description or change_key.")
    ] = ""
    include_events: Annotated[bool, Meta(description="With the newest 20 events of each.")] = False
    order_by: Order | UnsetType = UNSET
    orderby: Annotated[Order, Meta(description="Newer name of order_by.")] | UnsetType = UNSET
    asc: bool = False
    p: int = 0
    limit: Annotated[int, Meta(le=100, description="10 where absent.")] = 0


class ChangeEventItem(Struct, frozen=True):
    """One report about a change."""

    event_id: str
    change_id: str
    change_key: str
    change_status: ChangeStatus
    title: str
    description: str
    link: str
    labels: dict[str, str]
    event_time: int
    created_at: int

    @classmethod
    def of(cls, event: StoredEvent) -> Self:
        return cls(
            event_id=event.id,
            change_id=event.change_id,
            change_key=event.change_key,
            change_status=event.status,
            title=event.title,
            description=event.description,
            link=event.link,
            labels=event.labels,
            event_time=seconds(event.happened_at),
            created_at=seconds(event.created_at),
        )


class ChangeItem(Struct, frozen=True, kw_only=True):
    """A change with the names that go with its ids. Its status is the newest event's."""

    change_id: str
    account_id: int
    channel_id: Annotated[int, Meta(description="0 outside any channel.")]
    channel_name: str
    channel_status: str
    integration_id: int
    integration_name: str
    data_source_id: Annotated[int, Meta(description="Old name of integration_id.")]
    data_source_name: Annotated[str, Meta(description="Old name of integration_name.")]
    title: str
    description: str
    change_key: str
    change_status: ChangeStatus
    start_time: Annotated[int, Meta(description="Of its first event.")]
    last_time: int
    end_time: Annotated[int, Meta(description="When it was done or canceled, else 0.")]
    labels: dict[str, str]
    link: str
    event_cnt: int
    created_at: int
    updated_at: int
    events: list[ChangeEventItem] | UnsetType = UNSET

    @classmethod
    def of(
        cls,
        change: Change,
        channel: ChannelName,
        integration: IntegrationName,
        events: list[ChangeEventItem] | UnsetType,
    ) -> Self:
        return cls(
            change_id=change.id,
            account_id=change.account_id,
            channel_id=change.channel_id,
            channel_name=channel.name,
            channel_status=channel.status,
            integration_id=change.integration_id,
            integration_name=integration.name,
            data_source_id=change.integration_id,
            data_source_name=integration.name,
            title=change.title,
            description=change.description,
            change_key=change.change_key,
            change_status=change.status,
            start_time=seconds(change.start_time),
            last_time=seconds(change.last_time),
            end_time=seconds(change.end_time),
            labels=change.labels,
            link=change.link,
            event_cnt=change.event_count,
            created_at=seconds(change.created_at),
            updated_at=seconds(change.updated_at),
            events=events,
        )


class ChangePage(Struct, frozen=True):
    items: list[ChangeItem]
    total: Annotated[int, Meta(description="Counted to 1000.")]
    has_next_page: bool


@operation("/change/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListChanges) -> ChangePage:
    """Search changes that were under way in a span of time, by default the last hour.

    Newest first unless `asc`. A query or filters look through the first 10,000 of them.
    """
    check_text("query", request.query, QUERY_MAX)
    place = window(request.p, request.limit, default=LIST_LIMIT)
    found = change_search.search(
        tx,
        caller,
        Wanted(
            span=_span(tx, request),
            change_ids=request.change_ids or None,
            channel_ids=request.channel_ids or None,
            integration_ids=request.integration_ids or None,
        ),
        Said(request.filters, request.query.strip()),
        request.order_by or request.orderby or Order.START,
        place,
        ascending=request.asc,
    )
    return ChangePage(_items(tx, caller, found.changes, request), found.total, found.has_more)


def _span(tx: Tx, request: ListChanges) -> tuple[int, int]:
    if request.start_time or request.end_time:
        return span(request.start_time, request.end_time)
    return tx.now - HOUR, tx.now


def _items(tx: Tx, caller: Caller, found: list[Change], request: ListChanges) -> list[ChangeItem]:
    account_id = caller.account_id
    within = channels.get_many(tx, account_id, {one.channel_id for one in found} - {0})
    names = {one.id: ChannelName(one.name, str(one.status)) for one in within.values()}
    senders = alert_names.integration_names(tx, account_id, {one.integration_id for one in found})
    said: dict[str, list[StoredEvent]] = {}
    if request.include_events:
        ids = [one.id for one in found]
        said = change_list.events_of(tx, account_id, ids, EVENTS_SHOWN_MAX)
    return [
        ChangeItem.of(
            one,
            names.get(one.channel_id, ChannelName()),
            senders.get(one.integration_id, IntegrationName()),
            [ChangeEventItem.of(event) for event in said.get(one.id, [])]
            if request.include_events
            else UNSET,
        )
        for one in found
    ]
