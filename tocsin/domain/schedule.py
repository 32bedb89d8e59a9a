"""A schedule: layers of rotations, and who is on call by them at any time.

All layers of the ordinary mode hold at once. While an override is on, it stands in for all of
them; of several overrides the one of the greatest weight.
"""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from enum import IntEnum
from itertools import pairwise
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.interval import Interval, common, merged, without
from tocsin.domain.rotation import Rotation, Turn, group_of, turns
from tocsin.domain.wall_clock import days, instant, later, midnight
from tocsin.kernel.units import DAY

WEEK_MS: Final = 7 * DAY
ROLES: Final = {1: "Primary", 2: "Backup"}
"""What people may be on call as, by id; 0 is no role in particular."""


class Mode(IntEnum):
    """Whether a layer adds to the others or stands in for them."""

    ROTATION = 0
    OVERRIDE = 1


class Restriction(IntEnum):
    """What the offsets of restrictions count from: nothing, midnight, or Monday 00:00."""

    NONE = 0
    DAILY = 1
    WEEKLY = 2


class Members(Struct, frozen=True):
    """People on duty in one role; role 0 is none."""

    role_id: int
    person_ids: tuple[int, ...]


class Group(Struct, frozen=True):
    """People who have a turn together."""

    name: str
    members: tuple[Members, ...] = ()

    @property
    def person_ids(self) -> tuple[int, ...]:
        """Everybody in it, once, in order."""
        return tuple(dict.fromkeys(id_ for one in self.members for id_ in one.person_ids))


class Shift(Struct, frozen=True):
    """A group on duty; `index` is its place in the layer. `layers` says by which layers."""

    span: Interval
    group: Group
    index: int
    layers: tuple[str, ...] = ()
    weight: int = 0


class Layer(Struct, frozen=True):
    """One rotation of groups; instants are ms, an `until` of 0 is never.

    It holds from the rotation's start until `until`, and while it is in force. One that has
    `imported` shifts has those, and none of its rotation.
    """

    name: str
    rotation: Rotation
    groups: tuple[Group, ...]
    mode: Mode = Mode.ROTATION
    weight: int = 0
    until: int = 0
    in_force_from: int = 0
    in_force_until: int = 0
    restriction: Restriction = Restriction.NONE
    restricted_to: tuple[Interval, ...] = ()
    is_fair: bool = False
    imported: tuple[Shift, ...] | None = None


class Duty(Struct, frozen=True):
    """What a schedule comes to within a window: by layer, and all together."""

    by_layer: tuple[tuple[Shift, ...], ...]
    final: tuple[Shift, ...]

    def at(self, instant_: int) -> Shift | None:
        """Who is on call at an instant."""
        return next((one for one in self.final if _covers(one.span, instant_)), None)

    def after(self, instant_: int) -> Shift | None:
        """Who is on call next: the first other shift to begin after an instant."""
        return next((one for one in self.final if one.span.start > instant_), None)


def duty(layers: Sequence[Layer], window: Interval, zone: tzinfo) -> Duty:
    """Who is on call within a window, cut to it. An entry of a calendar that names nobody known
    stands in for nobody; a group that was left empty does, on purpose."""
    by_layer = tuple(tuple(shifts(layer, window, zone)) for layer in layers)
    overrides = [
        (layer, [one for one in found if one.group.person_ids or layer.imported is None])
        for layer, found in zip(layers, by_layer, strict=True)
        if layer.mode is Mode.OVERRIDE
    ]
    standing_in = _highest(overrides)
    taken = merged(one.span for one in standing_in)
    ordinary = [
        replace(one, span=part)
        for layer, found in zip(layers, by_layer, strict=True)
        if layer.mode is Mode.ROTATION
        for one in found
        for part in without(one.span, taken)
    ]
    return Duty(by_layer, tuple(_together([*ordinary, *standing_in])))


def shifts(layer: Layer, window: Interval, zone: tzinfo) -> Iterator[Shift]:
    """The shifts of one layer within a window, those of one turn after another joined where the
    same group goes on."""
    alive = _alive(layer, window)
    if alive.start >= alive.end:
        return
    allowed = _allowed(layer, alive, zone)
    if layer.imported is not None:
        for one in layer.imported:
            yield from (replace(one, span=part) for part in common(one.span, allowed))
        return
    if not layer.groups:
        return
    going_on: Shift | None = None
    for turn in turns(layer.rotation, alive, zone):
        for shift in _shifts_of(layer, turn, allowed):
            if going_on and _goes_on(going_on, shift):
                going_on = replace(going_on, span=Interval(going_on.span.start, shift.span.end))
                continue
            if going_on:
                yield going_on
            going_on = shift
    if going_on:
        yield going_on


def _shifts_of(layer: Layer, turn: Turn, allowed: list[Interval]) -> Iterator[Shift]:
    index = group_of(turn.index, len(layer.groups), is_fair=layer.is_fair)
    for part in common(turn.span, allowed):
        yield Shift(part, layer.groups[index], index, (layer.name,), layer.weight)


def _goes_on(one: Shift, next_: Shift) -> bool:
    return one.index == next_.index and one.span.end == next_.span.start


def _alive(layer: Layer, window: Interval) -> Interval:
    ends = [end for end in (layer.until, layer.in_force_until) if end]
    return Interval(max(window.start, layer.in_force_from), min([window.end, *ends]))


def _allowed(layer: Layer, window: Interval, zone: tzinfo) -> list[Interval]:
    """When restrictions let a layer hold within a window."""
    if layer.restriction is Restriction.NONE or not layer.restricted_to:
        return [window]
    period = DAY if layer.restriction is Restriction.DAILY else WEEK_MS
    found: list[Interval] = []
    # One that began on the last day of the week before may hold all this week long.
    for day in days(window.start - 2 * period, window.end, zone):
        if layer.restriction is Restriction.WEEKLY and day.weekday() != 0:
            continue
        begins = midnight(day)
        for each in layer.restricted_to:
            end = each.end if each.end > each.start else each.end + period
            found.append(
                Interval(
                    instant(later(begins, each.start), zone), instant(later(begins, end), zone)
                )
            )
    return common(window, merged(found))


def _highest(overrides: Sequence[tuple[Layer, Sequence[Shift]]]) -> list[Shift]:
    """What overrides come to where several are on: the greatest weight first, then the later."""
    ranked = sorted(enumerate(overrides), key=lambda each: (-each[1][0].weight, -each[0]))
    found: list[Shift] = []
    for _, (_, of_layer) in ranked:
        taken = merged(one.span for one in found)
        found += [replace(one, span=part) for one in of_layer for part in without(one.span, taken)]
    return found


def _together(found: Sequence[Shift]) -> Iterator[Shift]:
    """Shifts in order and apart: where several hold at once, one of all their people."""
    edges = sorted({edge for one in found for edge in (one.span.start, one.span.end)})
    # Whoever holds together stands in the order of the layers, whoever began first.
    starting = sorted(enumerate(found), key=lambda each: each[1].span.start)
    holding: list[tuple[int, Shift]] = []
    known: dict[tuple[int, ...], Group] = {}
    going_on: Shift | None = None
    position = 0
    for start, end in pairwise(edges):
        holding = [each for each in holding if each[1].span.end > start]
        while position < len(starting) and starting[position][1].span.start <= start:
            holding.append(starting[position])
            position += 1
        together = [one for _, one in sorted(holding, key=lambda each: each[0])]
        shift = _joint(Interval(start, end), together, known) if together else None
        if going_on and shift and _same(going_on, shift):
            going_on = replace(going_on, span=Interval(going_on.span.start, end))
            continue
        if going_on:
            yield going_on
        going_on = shift
    if going_on:
        yield going_on


def _same(one: Shift, next_: Shift) -> bool:
    return one.span.end == next_.span.start and replace(one, span=next_.span) == next_


def _joint(span: Interval, holding: Sequence[Shift], known: dict[tuple[int, ...], Group]) -> Shift:
    """Shifts that hold at once as one; `known` has what the same groups came to before."""
    first = holding[0]
    if len(holding) == 1:
        return replace(first, span=span)
    # The groups live as long as the layers they are of, so that these ids stay theirs.
    key = tuple(id(one.group) for one in holding)
    if key not in known:
        known[key] = _joint_group([one.group for one in holding])
    return Shift(
        span,
        known[key],
        first.index,
        tuple(dict.fromkeys(layer for one in holding for layer in one.layers)),
        max(one.weight for one in holding),
    )


def _joint_group(groups: Sequence[Group]) -> Group:
    by_role: dict[int, dict[int, None]] = {}
    for group in groups:
        for each in group.members:
            by_role.setdefault(each.role_id, {}).update(dict.fromkeys(each.person_ids))
    name = ", ".join(dict.fromkeys(group.name for group in groups))
    return Group(name, tuple(Members(role, tuple(people)) for role, people in by_role.items()))


def _covers(span: Interval, at: int) -> bool:
    return span.start <= at < span.end
