"""On-call schedules: writing them, and reading who is on call by them and when."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.interval import Interval
from tocsin.domain.schedule import Duty, Mode, Shift, duty
from tocsin.domain.schedule_plan import NAME_MAX, LayerPlan, Schedule
from tocsin.engine import account_time, schedule_gap
from tocsin.engine import schedule as engine
from tocsin.engine.schedule import ScheduleWish
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, Rate, operation
from tocsin.kernel.paging import window as page_window
from tocsin.kernel.units import DAY, from_seconds, seconds
from tocsin.store import schedule as schedules
from tocsin.store.database import Tx
from tocsin.store.schedule import Filter
from tocsin.wire.schedule import (
    OnCall,
    ScheduleItem,
    SentLayer,
    SentNotify,
    ShownDuty,
    ShownGap,
    ShownGroup,
    ShownLayer,
    ShownNotify,
    ShownShift,
)

TAG: Final = "On-call/Schedules"
READ: Final = (Permission.SCHEDULES_READ, Permission.SCHEDULES_MANAGE)
LIST_LIMIT: Final = 10
SELF_MS_MAX: Final = 30 * DAY
PREVIEW_RATE: Final = Rate(60, 10)
IDS_MAX: Final = 1000
GAPS_MAX: Final = 100

Instant = Annotated[int, Meta(ge=1_000_000_000, le=9_999_999_999)]


class WriteSchedule(Struct, frozen=True):
    """What creation, update and preview share; what is not sent stays as it is."""

    schedule_id: Annotated[int, Meta(description="Of the schedule to update.")] = 0
    schedule_name: Annotated[str, Meta(max_length=NAME_MAX)] = ""
    name: Annotated[str, Meta(max_length=NAME_MAX, description="Older twin.")] = ""
    description: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    team_id: int | UnsetType = UNSET
    status: Annotated[int, Meta(ge=0, le=1, description="0 in use.")] | UnsetType = UNSET
    layers: tuple[SentLayer, ...] | UnsetType | None = UNSET
    notify: SentNotify | UnsetType | None = UNSET
    start: Annotated[Instant, Meta(description="Needed by a preview.")] | UnsetType = UNSET
    end: Annotated[Instant, Meta(description="Needed by a preview.")] | UnsetType = UNSET

    def wish(self, tx: Tx, caller: Caller) -> ScheduleWish:
        sent = self.layers
        return ScheduleWish(
            name=self.schedule_name or self.name or UNSET,
            description=self.description,
            team_id=self.team_id,
            layers=UNSET if sent is UNSET else _plans(tx, caller, sent),
            notify=msgspec.to_builtins(self.notify) if self.notify is not UNSET else UNSET,
            status=self.status,
        )


class ScheduleId(Struct, frozen=True):
    schedule_id: int


class ScheduleIds(Struct, frozen=True):
    schedule_ids: tuple[int, ...]


class ReadSchedule(Struct, frozen=True):
    schedule_id: int
    start: Instant
    end: Instant


class ListSchedules(Struct, frozen=True):
    query: Annotated[str, Meta(description="Part of the name or description.")] = ""
    p: int = 1
    limit: int = LIST_LIMIT
    is_my_team: Annotated[bool, Meta(description="Only what the caller's teams own.")] = False
    is_my_manage: Annotated[
        bool, Meta(description="Only what the caller made, within their teams.")
    ] = False
    team_ids: tuple[int, ...] | None = None
    start: Annotated[int, Meta(description="With `end`: shifts are computed too.")] = 0
    end: int = 0


class OwnWindow(Struct, frozen=True):
    start: int = 0
    end: int = 0


class ScheduleItems(Struct, frozen=True):
    items: list[ScheduleItem]


class SchedulePage(Struct, frozen=True):
    items: list[ScheduleItem]
    total: int


@operation("/schedule/create", Permission.SCHEDULES_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: WriteSchedule) -> ScheduleId:
    """Say who is on call when.

    `name` counts only where `schedule_name` is empty.
    """
    return ScheduleId(engine.create(tx, caller, request.wish(tx, caller)).id)


@operation("/schedule/update", Permission.SCHEDULES_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: WriteSchedule) -> Empty:
    """Change a schedule; `layers` and `notify` are replaced whole where they are sent."""
    engine.change(tx, caller, request.schedule_id, request.wish(tx, caller))
    return Empty()


@operation("/schedule/delete", Permission.SCHEDULES_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: ScheduleIds) -> Empty:
    """Delete schedules, all of them or none."""
    engine.delete(tx, caller, _bounded(request))
    return Empty()


@operation("/schedule/preview", READ, Kind.READ, rate=PREVIEW_RATE, tag=TAG)
def preview(tx: Tx, caller: Caller, request: WriteSchedule) -> ScheduleItem:
    """Compute the shifts of a schedule that nobody saved."""
    window = _window(request.start or 0, request.end or 0)
    layers = _plans(tx, caller, request.layers)
    planned = engine.planned(tx, caller.account_id, layers)
    found = duty(planned, window, account_time.zone(tx, caller.account_id))
    by_layer = _by_layer([plan.name for plan in layers], [plan.mode for plan in layers], found)
    return ScheduleItem(
        id=None,
        name=None,
        account_id=0,
        group_id=None,
        disabled=None,
        create_at=0,
        create_by=0,
        update_at=0,
        update_by=0,
        layers=[ShownLayer.of(plan, 0, 0) for plan in layers],
        schedule_layers=by_layer,
        final_schedule=_duty("", Mode.ROTATION, found.final),
        start=seconds(window.start),
        end=seconds(window.end),
        notify=None,
        schedule_id=0,
        schedule_name=None,
        team_id=None,
        description=None,
        layer_schedules=None,
        status=None,
        cur_oncall=None,
        next_oncall=None,
        warnings=_warnings(tx, caller.account_id, found, window),
    )


@operation("/schedule/info", READ, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: ReadSchedule) -> ScheduleItem:
    """Show one schedule, with its shifts in a window of at most 45 days."""
    found = engine.seen(tx, caller, request.schedule_id)
    zone = account_time.zone(tx, caller.account_id)
    return _item(tx, found, zone, _window(request.start, request.end))


@operation("/schedule/infos", READ, Kind.READ, tag=TAG)
def infos(tx: Tx, caller: Caller, request: ScheduleIds) -> ScheduleItems:
    """Show schedules by their ids; unknown ones are left out."""
    zone = account_time.zone(tx, caller.account_id)
    found = schedules.by_ids(tx, caller.account_id, _bounded(request))
    return ScheduleItems([_item(tx, one, zone) for one in found])


@operation("/schedule/list", None, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListSchedules) -> SchedulePage:
    """List schedules; their shifts too, where `start` and `end` are both given."""
    page = page_window(request.p, request.limit, default=LIST_LIMIT)
    span = _window(request.start, request.end) if request.start and request.end else None
    zone = account_time.zone(tx, caller.account_id)
    wanted = _filter(caller, request)
    found = schedules.browse(tx, caller.account_id, wanted, page)
    total = schedules.count(tx, caller.account_id, wanted)
    return SchedulePage([_item(tx, one, zone, span) for one in found], total)


@operation("/schedule/self", READ, Kind.READ, tag=TAG)
def mine(tx: Tx, caller: Caller, request: OwnWindow) -> ScheduleItems:
    """List the schedules that name the caller, with the caller's own shifts in a window of at
    most 30 days."""
    span = None
    if request.start or request.end:
        span = _window(request.start, request.end, SELF_MS_MAX)
    zone = account_time.zone(tx, caller.account_id)
    found = schedules.of_person(tx, caller.account_id, caller.member_id)
    return ScheduleItems([_item(tx, one, zone, span, caller.member_id) for one in found])


def _bounded(request: ScheduleIds) -> tuple[int, ...]:
    if len(request.schedule_ids) > IDS_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} entries", field="schedule_ids", maximum=IDS_MAX
        )
    return request.schedule_ids


def _filter(caller: Caller, request: ListSchedules) -> Filter:
    team_ids = request.team_ids or None
    if request.is_my_team or request.is_my_manage:
        team_ids = tuple(caller.team_ids.intersection(team_ids or caller.team_ids))
    creator_id = caller.member_id if request.is_my_manage else None
    return Filter(team_ids, creator_id, request.query)


def _window(start: int, end: int, longest_ms: int = engine.WINDOW_MS_MAX) -> Interval:
    return engine.window(from_seconds(start), from_seconds(end), longest_ms)


def _item(
    tx: Tx, of: Schedule, zone: tzinfo, span: Interval | None = None, person_id: int = 0
) -> ScheduleItem:
    """A schedule as it is shown; only the shifts of `person_id` unless that is 0."""
    found = duty(engine.layers(tx, of), span, zone) if span else Duty(((),) * len(of.layers), ())
    if person_id:
        found = Duty(
            tuple(_of_person(layer, person_id) for layer in found.by_layer),
            _of_person(found.final, person_id),
        )
    warnings = _warnings(tx, of.account_id, found, span) if span and not person_id else UNSET
    by_layer = _by_layer([one.name for one in of.layers], [one.mode for one in of.layers], found)
    near = engine.on_call(tx, of, zone, tx.now)
    return ScheduleItem(
        id=of.id,
        name=of.name,
        account_id=of.account_id,
        group_id=of.team_id,
        disabled=of.status,
        create_at=seconds(of.created_at),
        create_by=of.created_by,
        update_at=seconds(of.updated_at),
        update_by=of.updated_by,
        layers=[ShownLayer.of(plan, of.account_id, of.id) for plan in of.layers],
        schedule_layers=by_layer,
        final_schedule=_duty(of.name, Mode.ROTATION, found.final),
        start=seconds(span.start) if span else UNSET,
        end=seconds(span.end) if span else UNSET,
        notify=None if of.notify is None else msgspec.convert(of.notify, ShownNotify),
        schedule_id=of.id,
        schedule_name=of.name,
        team_id=of.team_id,
        description=of.description,
        layer_schedules=by_layer,
        status=of.status,
        cur_oncall=_on_call(near.at(tx.now), of),
        next_oncall=_on_call(near.after(tx.now), of),
        warnings=warnings,
    )


def _warnings(tx: Tx, account_id: int, found: Duty, window: Interval) -> list[ShownGap]:
    gaps = schedule_gap.found_in(tx, account_id, found.final, window)
    return [ShownGap.of(one) for one in gaps[:GAPS_MAX]]


def _of_person(shifts: Iterable[Shift], person_id: int) -> tuple[Shift, ...]:
    return tuple(one for one in shifts if person_id in one.group.person_ids)


def _by_layer(names: list[str], modes: list[Mode], found: Duty) -> list[ShownDuty]:
    return [
        _duty(name, mode, shifts)
        for name, mode, shifts in zip(names, modes, found.by_layer, strict=True)
    ]


def _duty(name: str, mode: Mode, shifts: Iterable[Shift]) -> ShownDuty:
    shown = [
        ShownShift(
            seconds(one.span.start),
            seconds(one.span.end),
            ShownGroup.of(one.group, one.span),
            one.index,
        )
        for one in shifts
    ]
    return ShownDuty(name, name, mode, shown)


def _on_call(shift: Shift | None, of: Schedule) -> OnCall | None:
    if shift is None:
        return None
    return OnCall(
        start=seconds(shift.span.start),
        end=seconds(shift.span.end),
        group=ShownGroup.of(shift.group, shift.span),
        update_at=seconds(of.updated_at),
        weight=shift.weight,
        index=shift.index,
    )


def _plans(
    tx: Tx, caller: Caller, sent: tuple[SentLayer, ...] | UnsetType | None
) -> tuple[LayerPlan, ...]:
    return tuple(
        one.plan(caller.member_id, tx.now, f"layers[{at}]") for at, one in enumerate(sent or ())
    )
