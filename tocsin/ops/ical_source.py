"""Calendars kept elsewhere, whose entries may be the shifts of a schedule's layer."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.ical_source import NAME_MAX, URL_MAX, IcalSource
from tocsin.engine import ical_source as engine
from tocsin.engine.ical_source import SourceWish
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store import ical_source as sources
from tocsin.store.database import Tx

TAG: Final = "On-call/Schedules"
READ: Final = (Permission.SCHEDULES_READ, Permission.SCHEDULES_MANAGE)
UNKNOWN_MAX: Final = 20

Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
Url = Annotated[
    str,
    Meta(
        max_length=URL_MAX,
        description="http, https or webcal; kept sealed and never shown again.",
    ),
]


class CreateSource(Struct, frozen=True):
    source_name: Name
    url: Url
    team_id: Annotated[int, Meta(description="Whose it is; 0: the caller's alone.")] = 0


class UpdateSource(Struct, frozen=True):
    """What is not sent stays."""

    source_id: str
    source_name: Name | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    team_id: int | UnsetType = UNSET


class SourceId(Struct, frozen=True):
    source_id: str


class UnknownEntry(Struct, frozen=True):
    """An entry with people whom nobody knows here; a gap where nobody else is named."""

    start: int
    end: int
    title: str
    people: tuple[str, ...]
    is_gap: bool


class SourceItem(Struct, frozen=True):
    """A calendar as it was last read. Instants are seconds, 0 for never."""

    source_id: str
    source_name: str
    team_id: int
    host: Annotated[str, Meta(description="Of its address; the rest is secret.")]
    entries: Annotated[int, Meta(description="From 60 days ago to 180 days ahead.")]
    read_at: Annotated[int, Meta(description="When it was last read well.")]
    tried_at: int
    problem: Annotated[str, Meta(description="Why the last try failed; what was read stays.")]
    unknown: Annotated[list[UnknownEntry], Meta(description="The next 20 of them.")]
    skipped: Annotated[
        tuple[str, ...],
        Meta(description="Up to 20 entries that cannot be understood, and are no shifts; why."),
    ]
    created_at: int
    created_by: int
    updated_at: int
    updated_by: int


class SourceItems(Struct, frozen=True):
    items: list[SourceItem]


@operation("/schedule/source/create", Permission.SCHEDULES_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateSource) -> SourceId:
    """Enter a calendar by its address, so that layers of schedules may have its entries.

    It is read at once and then every hour.
    """
    wish = SourceWish(request.source_name, request.url, request.team_id)
    return SourceId(engine.create(tx, caller, wish).id)


@operation("/schedule/source/update", Permission.SCHEDULES_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateSource) -> Empty:
    """Change a calendar's name, address or team."""
    wish = SourceWish(request.source_name, request.url, request.team_id)
    engine.change(tx, caller, request.source_id, wish)
    return Empty()


@operation("/schedule/source/delete", Permission.SCHEDULES_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: SourceId) -> Empty:
    """Delete a calendar that no schedule needs."""
    engine.delete(tx, caller, request.source_id)
    return Empty()


@operation("/schedule/source/refresh", Permission.SCHEDULES_MANAGE, Kind.WRITE, tag=TAG)
def refresh(tx: Tx, caller: Caller, request: SourceId) -> Empty:
    """Read a calendar now instead of within the hour; the list shows what came of it."""
    engine.read_soon(tx, engine.managed(tx, caller, request.source_id))
    return Empty()


@operation("/schedule/source/list", READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: Empty) -> SourceItems:
    """List the calendars of others with what came of the last reading."""
    found = sources.browse(tx, caller.account_id)
    return SourceItems([_item(one, tx.now) for one in found])


def _item(of: IcalSource, now: int) -> SourceItem:
    unknown = [one for one in of.slots if one.unknown and one.span.end > now]
    return SourceItem(
        source_id=of.id,
        source_name=of.name,
        team_id=of.team_id,
        host=of.host,
        entries=len(of.slots),
        read_at=seconds(of.read_at),
        tried_at=seconds(of.tried_at),
        problem=of.problem,
        unknown=[
            UnknownEntry(
                seconds(one.span.start),
                seconds(one.span.end),
                one.title,
                one.unknown,
                not one.person_ids,
            )
            for one in unknown[:UNKNOWN_MAX]
        ],
        skipped=of.skipped,
        created_at=seconds(of.created_at),
        created_by=of.created_by,
        updated_at=seconds(of.updated_at),
        updated_by=of.updated_by,
    )
