"""Channels: the spaces incidents live in."""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType, field

from tocsin.domain.access import Permission
from tocsin.domain.channel import (
    AutoResolveMode,
    Channel,
    ChannelEdit,
    ChannelStatus,
    Flapping,
    Group,
    is_visible,
)
from tocsin.domain.escalation import FirstRule
from tocsin.engine import channel as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import DAY, from_seconds, seconds
from tocsin.store import channel as channels
from tocsin.store import channel_activity
from tocsin.store import member as members
from tocsin.store import team as teams
from tocsin.store.channel import Filter, Order
from tocsin.store.database import Tx

LIST_LIMIT: Final = 100
INFOS_MAX: Final = 1000
COUNTED_MS: Final = 30 * DAY
TAG: Final = "Channels"

Name = Annotated[str, Meta(min_length=1, max_length=59, description="Unique in the account.")]
Description = Annotated[str, Meta(max_length=500)]
ManagingTeams = Annotated[
    tuple[int, ...], Meta(max_length=3, description="Further teams that may manage the channel.")
]
AutoResolveTimeout = Annotated[
    int, Meta(ge=0, le=2_592_000, description="Seconds until an incident closes itself; 0 is off.")
]
Mode = Annotated[
    AutoResolveMode, Meta(description="Counts from the incident's start or from its last merge.")
]
Reporting = Annotated[bool, Meta(description="Whether outsiders with the token may report.")]
Token = Annotated[str, Meta(description="For outside reporters; shown this once.")]


class ChannelFields(Struct, frozen=True, kw_only=True):
    """What both creation and change may say about a channel."""

    managing_team_ids: ManagingTeams | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    auto_resolve_timeout: AutoResolveTimeout | UnsetType = UNSET
    auto_resolve_mode: Mode | UnsetType = UNSET
    is_private: bool | UnsetType = UNSET
    group: Group | UnsetType = UNSET
    flapping: Flapping | UnsetType = UNSET
    disable_outlier_detection: bool | UnsetType = UNSET
    disable_auto_close: bool | UnsetType = UNSET
    is_external_report_enabled: Reporting | UnsetType = UNSET

    def edit(self, name: str | UnsetType, team_id: int | UnsetType) -> ChannelEdit:
        timeout = self.auto_resolve_timeout
        return ChannelEdit(
            team_id=team_id,
            managing_team_ids=self.managing_team_ids,
            name=name,
            description=self.description,
            auto_resolve_timeout_ms=UNSET if timeout is UNSET else from_seconds(timeout),
            auto_resolve_mode=self.auto_resolve_mode,
            is_private=self.is_private,
            disable_outlier_detection=self.disable_outlier_detection,
            disable_auto_close=self.disable_auto_close,
            is_external_report_enabled=self.is_external_report_enabled,
            group=self.group,
            flapping=self.flapping,
        )


class CreateChannel(ChannelFields, frozen=True, kw_only=True):
    team_id: Annotated[int, Meta(description="The team that owns it.")]
    channel_name: Name
    escalate_rule: FirstRule | UnsetType = UNSET
    plugin_ids: Annotated[tuple[int, ...], Meta(description="Integrations to attach, by id.")] = ()


class CreatedChannel(Struct, frozen=True):
    channel_id: int
    channel_name: str
    external_report_token: Token | UnsetType = UNSET


class UpdateChannel(ChannelFields, frozen=True, kw_only=True):
    channel_id: int
    team_id: int | UnsetType = UNSET
    channel_name: Name | UnsetType = UNSET


class UpdatedChannel(Struct, frozen=True):
    external_report_token: Token | UnsetType = UNSET


class ChannelId(Struct, frozen=True):
    channel_id: int


class ChannelIds(Struct, frozen=True):
    channel_ids: Annotated[tuple[int, ...], Meta(max_length=INFOS_MAX)]


class ListOrder(StrEnum):
    """`ranking` is the order of creation."""

    RANKING = "ranking"
    CREATED = "created_at"
    UPDATED = "updated_at"
    NAME = "channel_name"
    LAST_INCIDENT = "last_incident_at"


_ORDERS: Final = {
    ListOrder.RANKING: Order.CREATED,
    ListOrder.CREATED: Order.CREATED,
    ListOrder.UPDATED: Order.UPDATED,
    ListOrder.NAME: Order.NAME,
    ListOrder.LAST_INCIDENT: Order.LAST_INCIDENT,
}


class ListChannels(Struct, frozen=True):
    p: int = 1
    limit: int = LIST_LIMIT
    orderby: ListOrder = ListOrder.RANKING
    asc: bool = False
    is_my_managed: Annotated[bool, Meta(description="Only channels the caller may change.")] = False
    is_my_starred: Annotated[bool, Meta(description="Excludes `is_my_team`.")] = False
    is_brief: Annotated[bool, Meta(description="Only id, name, description and status.")] = False
    is_my_team: Annotated[bool, Meta(description="Only what the caller's teams own.")] = False
    team_ids: tuple[int, ...] | None = None
    query: Annotated[str, Meta(description="Part of the name or description.")] = ""
    channel_ids: tuple[int, ...] | None = None
    channel_name: Annotated[str, Meta(description="Exact name; outranks `query`.")] = ""


class OpenCounts(Struct, frozen=True):
    """Incidents that began in the last 30 days and are not closed."""

    triggered: int = field(name="Triggered")
    processing: int = field(name="Processing")


class ChannelItem(Struct, frozen=True, kw_only=True):
    """A channel; a brief list leaves out all but the first four members."""

    channel_id: int
    channel_name: str
    description: str
    status: ChannelStatus
    account_id: int | UnsetType = UNSET
    team_id: int | UnsetType = UNSET
    team_name: str | UnsetType = UNSET
    managing_team_ids: tuple[int, ...] | UnsetType = UNSET
    creator_id: int | UnsetType = UNSET
    creator_name: str | UnsetType = UNSET
    created_at: int | UnsetType = UNSET
    updated_at: int | UnsetType = UNSET
    deleted_at: int | UnsetType = UNSET
    auto_resolve_timeout: int | UnsetType = UNSET
    auto_resolve_mode: AutoResolveMode | UnsetType = UNSET
    is_private: bool | UnsetType = UNSET
    disable_outlier_detection: bool | UnsetType = UNSET
    disable_auto_close: bool | UnsetType = UNSET
    group: Group | UnsetType = UNSET
    flapping: Flapping | UnsetType = UNSET
    progress_to_incident_cnts: OpenCounts | UnsetType = UNSET
    is_starred: bool | UnsetType = UNSET
    active_incident_highest_severity: (
        Annotated[str, Meta(description="Empty while no incident is open.")] | UnsetType
    ) = UNSET
    last_incident_at: int | UnsetType = UNSET
    is_external_report_enabled: bool | UnsetType = UNSET
    external_report_token: Token | UnsetType = UNSET


class ChannelPage(Struct, frozen=True):
    items: list[ChannelItem]
    total: int
    has_next_page: bool


class LiveStatus(StrEnum):
    """The status of a channel that is not deleted."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class ChannelShort(Struct, frozen=True):
    channel_id: int
    channel_name: str
    status: LiveStatus
    team_id: int
    creator_id: int


class ChannelShorts(Struct, frozen=True):
    items: list[ChannelShort]


@operation("/channel/create", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateChannel) -> CreatedChannel:
    """Open a channel for a team's incidents.

    `escalate_rule` is kept as the rule the channel starts with. `plugin_ids` lets integrations
    that exist deliver here too. The token comes only with external reporting switched on.
    """
    new, token = engine.create(
        tx,
        caller,
        request.edit(request.channel_name, request.team_id),
        request.escalate_rule or None,
        request.plugin_ids,
    )
    return CreatedChannel(new.id, new.name, token or UNSET)


@operation("/channel/update", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateChannel) -> UpdatedChannel:
    """Change settings of a channel; members that are not sent stay as they are.

    Switching external reporting on makes a new token, shown this once; off invalidates it.
    """
    edit = request.edit(request.channel_name, request.team_id)
    return UpdatedChannel(engine.change(tx, caller, request.channel_id, edit) or UNSET)


@operation("/channel/enable", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: ChannelId) -> Empty:
    """Let alerts into a channel again."""
    engine.set_status(tx, caller, request.channel_id, ChannelStatus.ENABLED)
    return Empty()


@operation("/channel/disable", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def disable(tx: Tx, caller: Caller, request: ChannelId) -> Empty:
    """Keep alerts out of a channel, which stays with its history."""
    engine.set_status(tx, caller, request.channel_id, ChannelStatus.DISABLED)
    return Empty()


@operation("/channel/delete", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: ChannelId) -> Empty:
    """Delete a channel for good, with its own integrations, its alerts and its incidents."""
    engine.delete(tx, caller, request.channel_id)
    return Empty()


@operation("/channel/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: ChannelId) -> ChannelItem:
    """Show one channel."""
    return _items(tx, caller, [engine.seen(tx, caller, request.channel_id)])[0]


@operation("/channel/infos", None, Kind.READ, tag=TAG)
def infos(tx: Tx, caller: Caller, request: ChannelIds) -> ChannelShorts:
    """Name channels by their ids; those unknown or hidden from the caller are left out."""
    found = channels.get_many(tx, caller.account_id, request.channel_ids)
    return ChannelShorts(
        [
            ChannelShort(one.id, one.name, LiveStatus(one.status), one.team_id, one.creator_id)
            for one in found.values()
            if is_visible(one, caller)
        ]
    )


@operation("/channel/list", None, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListChannels) -> ChannelPage:
    """List the channels the caller may see."""
    page = window(request.p, request.limit, default=LIST_LIMIT)
    viewer, wanted = engine.viewer(caller), _filter(caller, request)
    order = _ORDERS[request.orderby]
    found = channels.browse(
        tx, caller.account_id, viewer, wanted, order, ascending=request.asc, window=page
    )
    total = channels.count(tx, caller.account_id, viewer, wanted)
    items = [_brief(one) for one in found] if request.is_brief else _items(tx, caller, found)
    return ChannelPage(items, total, has_next_page=page.offset + len(found) < total)


def _filter(caller: Caller, request: ListChannels) -> Filter:
    if request.is_my_team and request.is_my_starred:
        raise InvalidParameter("is_my_team and is_my_starred exclude each other; send one of them")
    team_ids = request.team_ids or None
    if request.is_my_team:
        team_ids = tuple(caller.team_ids.intersection(team_ids or caller.team_ids))
    return Filter(
        # Nobody has starred channels until there is an operation to star one.
        channel_ids=() if request.is_my_starred else request.channel_ids or None,
        team_ids=team_ids,
        managed_by=engine.viewer(caller) if request.is_my_managed else None,
        name=request.channel_name,
        query=request.query,
    )


def _brief(channel: Channel) -> ChannelItem:
    return ChannelItem(
        channel_id=channel.id,
        channel_name=channel.name,
        description=channel.description,
        status=channel.status,
    )


def _items(tx: Tx, caller: Caller, found: list[Channel]) -> list[ChannelItem]:
    account_id = caller.account_id
    team_names = teams.names(tx, account_id, [one.team_id for one in found])
    ids = [one.id for one in found]
    busy = channel_activity.of_channels(tx, account_id, ids, tx.now - COUNTED_MS)
    creators = members.names(tx, account_id, [one.creator_id for one in found])
    return [
        ChannelItem(
            channel_id=one.id,
            channel_name=one.name,
            description=one.description,
            status=one.status,
            account_id=one.account_id,
            team_id=one.team_id,
            team_name=team_names.get(one.team_id, ""),
            managing_team_ids=one.managing_team_ids,
            creator_id=one.creator_id,
            creator_name=creators.get(one.creator_id, ""),
            created_at=seconds(one.created_at),
            updated_at=seconds(one.updated_at),
            deleted_at=seconds(one.deleted_at),
            auto_resolve_timeout=seconds(one.auto_resolve_timeout_ms),
            auto_resolve_mode=one.auto_resolve_mode,
            is_private=one.is_private,
            disable_outlier_detection=one.disable_outlier_detection,
            disable_auto_close=one.disable_auto_close,
            group=one.group,
            flapping=one.flapping,
            progress_to_incident_cnts=OpenCounts(busy[one.id].triggered, busy[one.id].processing),
            is_starred=False,
            active_incident_highest_severity=busy[one.id].worst or "",
            last_incident_at=seconds(busy[one.id].last_incident_at),
            is_external_report_enabled=one.is_external_report_enabled,
        )
        for one in found
    ]
