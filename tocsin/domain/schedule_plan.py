"""A schedule as people wrote it: every field is kept and shown again as it was sent.

`duty` of `schedule` works on the layers that `rules` makes of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from tocsin.domain.ical_source import Slot
from tocsin.domain.interval import Interval
from tocsin.domain.rotation import Rotation, Unit
from tocsin.domain.schedule import Group, Layer, Members, Mode, Restriction, Shift
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import DAY, HOUR, from_seconds, seconds

NAME_MAX: Final = 40
LAYERS_MAX: Final = 50
GROUPS_MAX: Final = 100
PEOPLE_MAX: Final = 200
PERIODS_MAX: Final = 50
ROTATION_MAX: Final = 30
INSTANT_MAX: Final = from_seconds(4_102_444_800)
"""The year 2100: calendars and clocks can reckon with what lies before."""
_WEEK_MS: Final = 7 * DAY


class LayerPlan(Struct, frozen=True):
    """A layer as it was written; instants and lengths are ms, 0 or None where nothing was said.

    `rotation_ms` is the older way to say `unit` and `value`, and `restricted_from` and
    `restricted_until` of saying one restriction period. One with a `source_id` has the entries of
    that calendar in place of a rotation.
    """

    name: str
    mode: Mode
    weight: int
    is_hidden: bool
    groups: tuple[Group, ...]
    unit: Unit | None
    value: int
    rotation_ms: int
    handoff_ms: int
    start: int
    end: int | None
    in_force_from: int
    in_force_until: int
    restriction: Restriction
    restricted_from: int
    restricted_until: int
    restricted_to: tuple[Interval, ...]
    days: tuple[int, ...] | None
    is_continuous: bool
    is_fair: bool
    created_at: int = 0
    created_by: int = 0
    updated_at: int = 0
    updated_by: int = 0
    source_id: str = ""


class Schedule(Struct, frozen=True):
    """Who is on call when; instants are ms.

    `status` is 0 for one in use. `notify` is kept as it was sent, None for nothing.
    """

    id: int
    account_id: int
    team_id: int
    name: str
    description: str
    status: int
    layers: tuple[LayerPlan, ...]
    notify: dict[str, Any] | None
    created_at: int
    created_by: int
    updated_at: int
    updated_by: int

    @property
    def person_ids(self) -> frozenset[int]:
        """Everybody named in it."""
        return frozenset(
            person_id
            for layer in self.layers
            for group in layer.groups
            for person_id in group.person_ids
        )

    @property
    def source_ids(self) -> frozenset[str]:
        """The calendars that its layers are read from."""
        return source_ids(self.layers)


def source_ids(layers: Iterable[LayerPlan]) -> frozenset[str]:
    """The calendars that layers are read from."""
    return frozenset(layer.source_id for layer in layers if layer.source_id)


def rules(
    layers: Sequence[LayerPlan], sources: Mapping[str, Sequence[Slot]] = MappingProxyType({})
) -> list[Layer]:
    """What `schedule.duty` computes with; InvalidParameter names the part that cannot be meant.

    `sources` is what the calendars say that layers are read from.
    """
    if len(layers) > LAYERS_MAX:
        raise _out_of_bounds("layers", LAYERS_MAX)
    return [_rule(layer, f"layers[{position}]", sources) for position, layer in enumerate(layers)]


def _rule(plan: LayerPlan, where: str, sources: Mapping[str, Sequence[Slot]]) -> Layer:
    for problem in _problems(plan, where):
        raise problem
    return Layer(
        name=plan.name,
        rotation=_rotation(plan, where),
        groups=plan.groups,
        mode=plan.mode,
        weight=plan.weight,
        until=plan.end or 0,
        in_force_from=plan.in_force_from,
        in_force_until=plan.in_force_until,
        restriction=plan.restriction,
        restricted_to=_periods(plan),
        is_fair=plan.is_fair,
        imported=_imported(plan, sources) if plan.source_id else None,
    )


def _rotation(plan: LayerPlan, where: str) -> Rotation:
    start = plan.start or plan.in_force_from
    if not start and plan.source_id:
        return Rotation(0, Unit.WEEK, 1)
    if not start:
        raise InvalidParameter(
            "{field} says since when turns are counted: send an instant in seconds, above 0",
            field=f"{where}.layer_start",
        )
    unit, value = _length(plan, where)
    return Rotation(
        start, unit, value, plan.handoff_ms, frozenset(plan.days or ()), plan.is_continuous
    )


def _imported(plan: LayerPlan, sources: Mapping[str, Sequence[Slot]]) -> tuple[Shift, ...]:
    """The shifts of a calendar; one whose people nobody knows has an empty group."""
    return tuple(
        Shift(
            Interval(max(slot.span.start, plan.start), slot.span.end),
            Group(slot.title, (Members(0, slot.person_ids),) if slot.person_ids else ()),
            index,
            (plan.name,),
            plan.weight,
        )
        for index, slot in enumerate(sources.get(plan.source_id, ()))
        if slot.span.end > plan.start
    )


def _length(plan: LayerPlan, where: str) -> tuple[Unit, int]:
    """How long a turn is. A lone group has it all the time, however long its turns are."""
    if plan.unit and plan.value:
        return plan.unit, plan.value
    for unit, length in ((Unit.WEEK, _WEEK_MS), (Unit.DAY, DAY), (Unit.HOUR, HOUR)):
        if plan.rotation_ms and plan.rotation_ms % length == 0:
            return unit, plan.rotation_ms // length
    if plan.rotation_ms:
        raise InvalidParameter("{field} must be whole hours", field=f"{where}.rotation_duration")
    if len(plan.groups) > 1:
        raise InvalidParameter("{field} is required; send it", field=f"{where}.rotation_value")
    return Unit.WEEK, 1


def _periods(plan: LayerPlan) -> tuple[Interval, ...]:
    if plan.restricted_to:
        return plan.restricted_to
    if plan.restricted_from == plan.restricted_until:
        return ()
    return (Interval(plan.restricted_from, plan.restricted_until),)


def turns_out_of_bounds(where: str, value: int) -> InvalidParameter:
    """What is said of turns of so many units."""
    return InvalidParameter(
        "{field} must lie from {low} to {high}, not {value}",
        field=f"{where}.rotation_value",
        low=1,
        high=ROTATION_MAX,
        value=value,
    )


def _problems(plan: LayerPlan, where: str) -> Iterator[InvalidParameter]:
    if len(plan.groups) > GROUPS_MAX:
        yield _out_of_bounds(f"{where}.groups", GROUPS_MAX)
    if any(len(group.person_ids) > PEOPLE_MAX for group in plan.groups):
        yield _out_of_bounds(f"{where}.groups[].members", PEOPLE_MAX)
    if not 0 <= plan.value <= ROTATION_MAX:
        yield turns_out_of_bounds(where, plan.value)
    yield from _far_off(plan, where)
    if plan.end and plan.start >= plan.end:
        yield InvalidParameter(
            "{field} must lie after {other}",
            field=f"{where}.layer_end",
            other=f"{where}.layer_start",
        )
    if len(plan.restricted_to) > PERIODS_MAX:
        yield _out_of_bounds(f"{where}.restrict_periods", PERIODS_MAX)
    period = _WEEK_MS if plan.restriction is Restriction.WEEKLY else DAY
    for each in _periods(plan):
        if not (0 <= each.start < period and 0 <= each.end <= period):
            yield InvalidParameter(
                "{field} must lie within its day or week", field=f"{where}.restrict_periods"
            )
    if not 0 <= plan.handoff_ms < _WEEK_MS:
        yield InvalidParameter("{field} must lie within a week", field=f"{where}.handoff_time")
    if any(not 0 <= day <= 6 for day in plan.days or ()):
        yield InvalidParameter(
            "{field} takes days from 0 (Sunday) to 6", field=f"{where}.day_mask.repeat"
        )


def _far_off(plan: LayerPlan, where: str) -> Iterator[InvalidParameter]:
    for name, at in (
        ("layer_start", plan.start),
        ("layer_end", plan.end or 0),
        ("enable_time", plan.in_force_from),
        ("expire_time", plan.in_force_until),
    ):
        if not 0 <= at <= INSTANT_MAX:
            yield InvalidParameter(
                "{field} must lie from {low} to {high}, not {value}",
                field=f"{where}.{name}",
                low=0,
                high=seconds(INSTANT_MAX),
                value=seconds(at),
            )


def _out_of_bounds(field: str, maximum: int) -> InvalidParameter:
    return InvalidParameter(
        "{field} may have at most {maximum} entries", field=field, maximum=maximum
    )
