"""Whole schedules over three years, in every zone dateutil knows well, held against it.

Nothing of the product is used to say what is right: turns, days that count and restrictions are
recurrence rules on the wall, wall times become instants by dateutil's own zones, and who is on
call at an instant is asked of each layer alone. Compared are every boundary that either side has
and a point between it and the next. Each run takes some zones as the seed has it; with
TOCSIN_SCHEDULES every zone gets so many schedules.
"""

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain, pairwise
from random import Random  # noqa: TID251 - what is compared comes from a seed
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule, tz
from dateutil.relativedelta import relativedelta
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from tests.domain.test_schedule import ZONES
from tocsin.domain.interval import Interval
from tocsin.domain.rotation import Rotation, Unit
from tocsin.domain.schedule import Group, Layer, Members, Mode, Restriction, Shift, duty
from tocsin.kernel.units import DAY, HOUR, MINUTE

ROUNDS = int(os.environ.get("TOCSIN_SCHEDULES", "0"))
SOME = 6
PARTS = 12
YEARS = timedelta(days=3 * 366)
WEEKDAYS = (rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)
INF = 2**62


class Wall:
    """A zone as dateutil knows it."""

    def __init__(self, zone: str) -> None:
        self._zone = tz.gettz(zone)

    def instant(self, wall: datetime) -> int:
        aware = tz.resolve_imaginary(wall.replace(tzinfo=self._zone))
        return (aware.astimezone(UTC) - EPOCH) // MS

    def shown(self, at: int) -> datetime:
        return (EPOCH + timedelta(milliseconds=at)).astimezone(self._zone).replace(tzinfo=None)


class OtherLayer:
    """One layer by recurrence rules."""

    def __init__(self, layer: Layer, zone: str) -> None:
        self.layer = layer
        self._wall = Wall(zone)
        self._rotation = layer.rotation
        self._first = self._wall.shown(layer.rotation.start).replace(fold=0)
        life = timedelta(milliseconds=layer.until - layer.rotation.start) if layer.until else YEARS
        self._end = self._first + life + timedelta(days=40)
        self._is_masked = bool(self._rotation.days)
        self._people = [frozenset(one.person_ids) for one in layer.groups]

    @cached_property
    def turns(self) -> list[tuple[int, int]]:
        """When turns begin, and which they are."""
        rotation = self._rotation
        if rotation.unit is Unit.HOUR and not self._is_masked:
            step = rotation.value * HOUR
            count = (YEARS + timedelta(days=40)) // MS // step
            return [(rotation.start + index * step, index) for index in range(count)]
        walls = self._masked() if self._measured else enumerate(self._calendar())
        found = [(self._wall.instant(wall), index) for index, wall in walls]
        return [(rotation.start, 0), *found[1:]] if not self._measured else found

    @property
    def _measured(self) -> bool:
        return self._is_masked and self._rotation.unit in (Unit.HOUR, Unit.DAY)

    def _calendar(self) -> Iterator[datetime]:
        rotation, first = self._rotation, self._first
        days = rotation.value * (7 if rotation.unit is Unit.WEEK else 1)
        if rotation.unit is Unit.MONTH:
            yield from (first + relativedelta(months=n * rotation.value) for n in range(40))
            return
        if rotation.handoff_ms and days % 7 == 0:
            yield first
            handoff = timedelta(milliseconds=rotation.handoff_ms)
            after = first + relativedelta(weekday=rrule.MO(-1))
            after = after.replace(hour=0, minute=0, second=0, microsecond=0) + handoff
            first = after if after > first else after + timedelta(weeks=1)
        yield from rrule.rrule(rrule.DAILY, interval=days, dtstart=first, until=self._end)

    def _masked(self) -> Iterator[tuple[int, datetime]]:
        """Of all hours of days that count, those with which a turn begins."""
        rotation, shift = self._rotation, self._day_begins
        length = rotation.value * (24 if rotation.unit is Unit.DAY else 1)
        midnight = (self._first - shift).replace(hour=0)
        some = [WEEKDAYS[day] for day in rotation.days]
        number = 0
        for day in rrule.rrule(rrule.DAILY, dtstart=midnight, until=self._end, byweekday=some):
            for hour in range(24):
                wall = day + timedelta(hours=hour) + shift
                if wall < self._first:
                    continue
                if number % length == 0:
                    yield number // length, wall
                number += 1

    @property
    def _day_begins(self) -> timedelta:
        first = self._first
        return (
            (first - first.replace(hour=0, minute=0))
            if self._rotation.is_continuous
            else (timedelta())
        )

    @cached_property
    def spans(self) -> list[list[tuple[int, int]]]:
        """Lists of spans, each of which must have the instant."""
        ends = [end for end in (self.layer.until, self.layer.in_force_until) if end]
        start = max(self._rotation.start, self.layer.in_force_from)
        found = [[(start, min(ends, default=start + YEARS // MS))]]
        midnight = self._first.replace(hour=0, minute=0)
        if self._is_masked:
            some = [WEEKDAYS[day] for day in self._rotation.days]
            since = midnight - timedelta(days=1)
            days = rrule.rrule(rrule.DAILY, dtstart=since, until=self._end, byweekday=some)
            shift, day = self._day_begins, timedelta(days=1)
            found.append(joined(self._span(wall + shift, wall + shift + day) for wall in days))
        if self.layer.restriction is not Restriction.NONE:
            found.append(joined(self._restricted(midnight - timedelta(days=15))))
        return found

    def _restricted(self, since: datetime) -> Iterator[tuple[int, int]]:
        weekly = self.layer.restriction is Restriction.WEEKLY
        period = timedelta(days=7 if weekly else 1)
        kind = {"byweekday": rrule.MO} if weekly else {}
        for wall in rrule.rrule(rrule.DAILY, dtstart=since, until=self._end, **kind):
            for each in self.layer.restricted_to:
                start, end = (timedelta(milliseconds=ms) for ms in (each.start, each.end))
                yield self._span(wall + start, wall + end + (period if end <= start else MS * 0))

    def _span(self, start: datetime, end: datetime) -> tuple[int, int]:
        return (self._wall.instant(start), self._wall.instant(end))

    def edges(self) -> Iterator[int]:
        yield from (at for at, _ in self.turns)
        for some in self.spans:
            yield from chain.from_iterable(some)

    def at(self, at: int) -> frozenset[int] | None:
        """Whose turn it is at an instant, None where the layer does not hold."""
        for some in self.spans:
            near = bisect_right(some, (at, INF)) - 1
            if near < 0 or some[near][1] <= at:
                return None
        position = bisect_right(self.turns, (at, INF)) - 1
        if position < 0:
            return None
        index, people = self.turns[position][1], self._people
        return people[(index + index // len(people) if self.layer.is_fair else index) % len(people)]


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same time in order and apart."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


class Other:
    """A whole schedule by recurrence rules."""

    def __init__(self, layers: list[Layer], zone: str) -> None:
        self.layers = [OtherLayer(one, zone) for one in layers]

    def at(self, at: int) -> frozenset[int]:
        holding = [one for one in self.layers if one.at(at) is not None]
        over = [
            (one.layer.weight, number, one)
            for number, one in enumerate(holding)
            if one.layer.mode is Mode.OVERRIDE
        ]
        on = [max(over)[2]] if over else holding
        return frozenset().union(*(one.at(at) or () for one in on))


def compare(layers: list[Layer], zone: str, window: Interval, step_ms: int) -> int:
    """Hold the product, asked for stretches of a window, against dateutil; how many points."""
    other, here = Other(layers, zone), ZoneInfo(zone)
    ours: list[Shift] = []
    for start in range(window.start, window.end, step_ms):
        ours += duty(layers, Interval(start, min(start + step_ms, window.end)), here).final
    starts = [one.span.start for one in ours]
    people = [frozenset(one.group.person_ids) for one in ours]
    assert starts == sorted(starts)
    edges = {window.start, window.end}
    edges.update(edge for one in ours for edge in (one.span.start, one.span.end))
    edges.update(edge for one in other.layers for edge in one.edges())
    inside = sorted(edge for edge in edges if window.start <= edge <= window.end)
    count = 0
    for one, next_ in pairwise(inside):
        for at in (one, (one + next_) // 2):
            position = bisect_right(starts, at) - 1
            covered = position >= 0 and at < ours[position].span.end
            mine = people[position] if covered else frozenset()
            assert mine == other.at(at), f"at {at} in {zone}: {layers}"
            count += 1
    return count


class Chance:
    """Random schedules."""

    def __init__(self, seed: str, zone: str) -> None:
        self._rng = Random(seed)
        self._wall = Wall(zone)
        day = timedelta(days=self._rng.randrange(3 * 365), hours=self._rng.randrange(24))
        start = datetime(2024, 1, 1) + day  # noqa: DTZ001 - a wall time
        self.start = self._wall.instant(start)
        # Where that wall time is skipped, what the product is told is the time that is shown.
        end = self._wall.instant(start + YEARS) - 40 * DAY
        self.window = Interval(self.start - DAY, end)
        self.step_ms = self._rng.randint(20, 90) * DAY + self._rng.randrange(DAY)

    def layers(self) -> list[Layer]:
        rotations = [self._layer(Mode.ROTATION) for _ in range(self._rng.randint(1, 2))]
        overrides = [self._layer(Mode.OVERRIDE) for _ in range(self._rng.randint(0, 2))]
        return [*rotations, *overrides]

    def _layer(self, mode: Mode) -> Layer:
        rng = self._rng
        first = rng.randrange(100)
        groups = [
            Group(str(n), (Members(0, (first + n,)),) if rng.random() < 0.9 else ())
            for n in range(rng.randint(1, 4))
        ]
        more: dict[str, Any] = {}
        start = self.start
        if mode is Mode.OVERRIDE:
            start += rng.randrange(900) * DAY
            more = {"weight": rng.randrange(3), "until": start + rng.randint(1, 90 * 24) * HOUR}
        elif rng.random() < 0.2:
            more = {"in_force_from": start + rng.randrange(200) * DAY, "in_force_until": 0}
        kind = rng.choice([Restriction.NONE, Restriction.DAILY, Restriction.WEEKLY])
        return Layer(
            f"{mode} {first}",
            self._rotation(start),
            tuple(groups),
            mode,
            restriction=kind,
            restricted_to=self._periods(kind),
            is_fair=rng.random() < 0.3,
            **more,
        )

    def _rotation(self, start: int) -> Rotation:
        rng = self._rng
        unit = rng.choice(list(Unit))
        least = {Unit.HOUR: 6, Unit.DAY: 1, Unit.WEEK: 1, Unit.MONTH: 1}[unit]
        masked = rng.random() < 0.4
        return Rotation(
            start,
            unit,
            rng.randint(least, 30),
            rng.choice([0, rng.randrange(7 * 24 * 4) * 15 * MINUTE]),
            frozenset(rng.sample(range(7), rng.randint(1, 6))) if masked else frozenset(),
            masked and rng.random() < 0.5,
        )

    def _periods(self, kind: Restriction) -> tuple[Interval, ...]:
        if kind is Restriction.NONE:
            return ()
        quarters = 96 * (7 if kind is Restriction.WEEKLY else 1)
        edges = [self._rng.sample(range(quarters), 2) for _ in range(self._rng.randint(1, 3))]
        return tuple(Interval(one * 15 * MINUTE, two * 15 * MINUTE) for one, two in edges)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@given(seed=st.integers(0, 2**32))
@settings(max_examples=ROUNDS or 2, deadline=None, database=None, phases=[Phase.generate])
def test_who_is_on_call_over_three_years_is_what_recurrence_rules_say(part: int, seed: int) -> None:
    count = 0
    zones = ZONES[part::PARTS]
    for zone in zones if ROUNDS else Random(seed).sample(zones, SOME):
        chance = Chance(f"{seed} {zone}", zone)
        note(f"seed {seed}, {zone}")
        count += compare(chance.layers(), zone, chance.window, chance.step_ms)
    assert count > 1_000
