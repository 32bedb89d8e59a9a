"""Schedules as they are sent and shown. Instants and offsets are seconds; several members have
an older twin, and both are always shown."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.interval import Interval
from tocsin.domain.rotation import Unit
from tocsin.domain.schedule import Group, Members, Mode, Restriction
from tocsin.domain.schedule_gap import Gap, GapKind
from tocsin.domain.schedule_plan import LayerPlan, turns_out_of_bounds
from tocsin.kernel.units import from_seconds, seconds

Flag = Annotated[int, Meta(ge=0, le=1)]


class MembersWire(Struct, frozen=True):
    role_id: int
    person_ids: tuple[int, ...]


class SentGroup(Struct, frozen=True):
    group_name: str = ""
    name: Annotated[str, Meta(description="Older twin of `group_name`.")] = ""
    members: tuple[MembersWire, ...] | None = None
    start: int = 0
    end: int = 0

    def group(self) -> Group:
        members = (Members(one.role_id, one.person_ids) for one in self.members or ())
        return Group(self.group_name or self.name, tuple(members))


class Period(Struct, frozen=True):
    """Offsets from midnight, or from Monday 00:00; an end at or before the start is a day or a
    week later."""

    restrict_start: int
    restrict_end: int


class DayMask(Struct, frozen=True):
    repeat: (
        Annotated[tuple[int, ...], Meta(description="Days that count; 0 is Sunday.")] | UnsetType
    ) = UNSET


class SentLayer(Struct, frozen=True):
    """A layer as clients send it; most of them leave out most of it."""

    layer_name: str = ""
    name: Annotated[str, Meta(description="Older twin of `layer_name`.")] = ""
    mode: Annotated[Mode, Meta(description="0 rotation, 1 override.")] = Mode.ROTATION
    weight: int = 0
    hidden: Flag = 0
    groups: tuple[SentGroup, ...] | None = None
    rotation_unit: Unit | None = None
    rotation_value: Annotated[int, Meta(description="Units in a turn, 1 to 30.")] | UnsetType = (
        UNSET
    )
    rotation_duration: Annotated[int, Meta(description="Older way to say how long.")] = 0
    handoff_time: Annotated[int, Meta(description="From Monday 00:00; 0 is not set.")] = 0
    enable_time: int = 0
    expire_time: Annotated[int, Meta(description="0 never.")] = 0
    layer_start: int = 0
    layer_end: Annotated[int, Meta(description="Absent or 0: open.")] | None = None
    restrict_mode: Annotated[Restriction, Meta(description="0 none, 1 daily, 2 weekly.")] = (
        Restriction.NONE
    )
    restrict_start: int = 0
    restrict_end: int = 0
    restrict_periods: tuple[Period, ...] | None = None
    day_mask: DayMask | None = None
    mask_continuous_enabled: bool = False
    fair_rotation: bool = False
    source_id: Annotated[
        str, Meta(description="A calendar whose entries are the shifts, in place of a rotation.")
    ] = ""
    create_at: int = 0
    create_by: int = 0
    account_id: Annotated[int, Meta(description="Not looked at.")] = 0
    schedule_id: Annotated[int, Meta(description="Not looked at.")] = 0
    update_at: Annotated[int, Meta(description="Not looked at.")] = 0
    update_by: Annotated[int, Meta(description="Not looked at.")] = 0

    def plan(self, member_id: int, at: int, where: str) -> LayerPlan:
        """The layer as it is kept, written by a member at an instant. InvalidParameter, saying
        `where`, for turns of no length."""
        if self.rotation_value == 0 and not self.rotation_duration and not self.source_id:
            raise turns_out_of_bounds(where, 0)
        mask = self.day_mask.repeat if self.day_mask else UNSET
        return LayerPlan(
            name=self.layer_name or self.name,
            mode=self.mode,
            weight=self.weight,
            is_hidden=bool(self.hidden),
            groups=tuple(one.group() for one in self.groups or ()),
            unit=self.rotation_unit,
            value=self.rotation_value or 0,
            rotation_ms=from_seconds(self.rotation_duration),
            handoff_ms=from_seconds(self.handoff_time),
            start=from_seconds(self.layer_start),
            end=None if self.layer_end is None else from_seconds(self.layer_end),
            in_force_from=from_seconds(self.enable_time),
            in_force_until=from_seconds(self.expire_time),
            restriction=self.restrict_mode,
            restricted_from=from_seconds(self.restrict_start),
            restricted_until=from_seconds(self.restrict_end),
            restricted_to=tuple(
                Interval(from_seconds(one.restrict_start), from_seconds(one.restrict_end))
                for one in self.restrict_periods or ()
            ),
            days=None if mask is UNSET else mask,
            is_continuous=self.mask_continuous_enabled,
            is_fair=self.fair_rotation,
            created_at=from_seconds(self.create_at) or at,
            created_by=self.create_by or member_id,
            updated_at=at,
            updated_by=member_id,
            source_id=self.source_id,
        )


class ShownGroup(Struct, frozen=True):
    group_name: str
    name: str
    members: list[MembersWire]
    start: int
    end: int

    @classmethod
    def of(cls, group: Group, span: Interval | None = None) -> "ShownGroup":
        members = [MembersWire(one.role_id, one.person_ids) for one in group.members]
        start, end = (seconds(span.start), seconds(span.end)) if span else (0, 0)
        return cls(group.name, group.name, members, start, end)


class ShownLayer(Struct, frozen=True):
    account_id: int
    schedule_id: int
    layer_name: str
    name: str
    hidden: Flag
    mode: Mode
    weight: int
    groups: list[ShownGroup]
    rotation_unit: str
    rotation_value: int
    rotation_duration: int
    handoff_time: int
    enable_time: int
    expire_time: int
    layer_start: int
    layer_end: int | None
    restrict_mode: Restriction
    restrict_start: int
    restrict_end: int
    restrict_periods: list[Period]
    day_mask: DayMask
    mask_continuous_enabled: bool
    fair_rotation: bool
    create_at: int
    create_by: int
    update_at: int
    update_by: int
    source_id: str | UnsetType = UNSET

    @classmethod
    def of(cls, plan: LayerPlan, account_id: int, schedule_id: int) -> "ShownLayer":
        return cls(
            account_id=account_id,
            schedule_id=schedule_id,
            layer_name=plan.name,
            name=plan.name,
            hidden=int(plan.is_hidden),
            mode=plan.mode,
            weight=plan.weight,
            groups=[ShownGroup.of(group) for group in plan.groups],
            rotation_unit=plan.unit or "",
            rotation_value=plan.value,
            rotation_duration=seconds(plan.rotation_ms),
            handoff_time=seconds(plan.handoff_ms),
            enable_time=seconds(plan.in_force_from),
            expire_time=seconds(plan.in_force_until),
            layer_start=seconds(plan.start),
            layer_end=None if plan.end is None else seconds(plan.end),
            restrict_mode=plan.restriction,
            restrict_start=seconds(plan.restricted_from),
            restrict_end=seconds(plan.restricted_until),
            restrict_periods=[
                Period(seconds(one.start), seconds(one.end)) for one in plan.restricted_to
            ],
            day_mask=DayMask(UNSET if plan.days is None else plan.days),
            mask_continuous_enabled=plan.is_continuous,
            fair_rotation=plan.is_fair,
            create_at=seconds(plan.created_at),
            create_by=plan.created_by,
            update_at=seconds(plan.updated_at),
            update_by=plan.updated_by,
            source_id=plan.source_id or UNSET,
        )


class FixedTime(Struct, frozen=True):
    cycle: str
    start: str


class SentNotifyBy(Struct, frozen=True):
    follow_preference: bool = False
    personal_channels: tuple[str, ...] | None = None


class ShownNotifyBy(Struct, frozen=True):
    follow_preference: bool
    personal_channels: tuple[str, ...] | None


class HookSettings(Struct, frozen=True):
    token: str = ""
    alias: str = ""
    data_source_id: int = 0
    chat_ids: tuple[str, ...] = ()
    verify_token: str = ""
    sign_secret: str = ""


class Hook(Struct, frozen=True):
    type: str
    settings: HookSettings


class ShownHookSettings(Struct, frozen=True):
    token: str
    alias: str
    data_source_id: int
    chat_ids: tuple[str, ...]
    verify_token: str
    sign_secret: str


class ShownHook(Struct, frozen=True):
    type: str
    settings: ShownHookSettings


class SentNotify(Struct, frozen=True):
    """Who is told of their coming shift, when and how."""

    advance_in_time: Annotated[int, Meta(ge=0, description="Seconds before.")] | UnsetType = UNSET
    fixed_time: FixedTime | None = None
    by: SentNotifyBy | None = None
    im: dict[str, str] | UnsetType = UNSET
    webhooks: tuple[Hook, ...] | None = None


class ShownNotify(Struct, frozen=True):
    fixed_time: FixedTime | None
    by: ShownNotifyBy | None
    webhooks: tuple[ShownHook, ...] | None
    advance_in_time: int | UnsetType = UNSET
    im: dict[str, str] | UnsetType = UNSET


class ShownShift(Struct, frozen=True):
    start: int
    end: int
    group: ShownGroup
    index: int


class ShownDuty(Struct, frozen=True):
    """The shifts of a layer, or of all of them together."""

    layer_name: str
    name: str
    mode: Mode
    schedules: list[ShownShift]


class OnCall(Struct, frozen=True):
    start: int
    end: int
    group: ShownGroup
    update_at: int
    weight: int
    index: int


class ShownGap(Struct, frozen=True):
    """Time within the window that reaches nobody, and why."""

    start: int
    end: int
    kind: GapKind
    text: str

    @classmethod
    def of(cls, gap: Gap) -> "ShownGap":
        return cls(seconds(gap.span.start), seconds(gap.span.end), gap.kind, gap.text)


class ScheduleItem(Struct, frozen=True, kw_only=True):
    """A schedule; a preview has null for what only a saved one has."""

    id: int | None
    name: str | None
    account_id: int
    group_id: int | None
    disabled: Flag | None
    create_at: int
    create_by: int
    update_at: int
    update_by: int
    layers: list[ShownLayer]
    field: Annotated[str, Meta(description="Never sent.")] | UnsetType = UNSET
    schedule_layers: list[ShownDuty]
    final_schedule: ShownDuty
    start: int | UnsetType = UNSET
    end: int | UnsetType = UNSET
    notify: ShownNotify | None
    schedule_id: int
    schedule_name: str | None
    team_id: int | None
    description: str | None
    layer_schedules: list[ShownDuty] | None
    status: int | None
    cur_oncall: OnCall | None
    next_oncall: OnCall | None
    warnings: (
        Annotated[list[ShownGap], Meta(description="The first 100, where shifts are computed.")]
        | UnsetType
    ) = UNSET
