"""Whose turn it is: the turns of a rotation, computed for any span without walking to it.

Hours are elapsed time. Days, weeks and months are counted on the wall clock of the account's
zone, so a turn that changes at nine changes at nine in summer and in winter.

Where only some days of the week count (`days`), turns of hours and days are measured on a
timeline of those days alone, put end to end: a day left out uses up nobody's turn. Turns of weeks
and months keep to the calendar and lose the days left out.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import count
from typing import Final

from msgspec import Struct

from tocsin.domain.interval import Interval, common, merged
from tocsin.domain.wall_clock import (
    add_months,
    days,
    instant,
    midnight,
    wall_time,
    weekday,
)
from tocsin.kernel.units import DAY, HOUR

WEEK_DAYS: Final = 7
_WEEK: Final = timedelta(weeks=1)
_MS: Final = timedelta(milliseconds=1)
_MARGIN: Final = 2
"""Turns tried beyond an estimate, as months and days with a clock change differ in length."""


class Unit(StrEnum):
    """What a rotation is counted in."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Rotation(Struct, frozen=True):
    """Turns of `value` units from `start` (ms) on.

    `handoff_ms` counts from Monday 00:00 and, in rotations of whole weeks, says when turns change;
    0 is whenever they began. `days` are those that count (0 Sunday), empty for all. Days begin at
    midnight, or where `is_continuous` at the time of day of `start`, so that a turn belongs wholly
    to the day it began on.
    """

    start: int
    unit: Unit
    value: int
    handoff_ms: int = 0
    days: frozenset[int] = frozenset()
    is_continuous: bool = False

    @property
    def is_measured_in_days_that_count(self) -> bool:
        return bool(self.days) and self.unit in (Unit.HOUR, Unit.DAY)


class Turn(Struct, frozen=True):
    """A part of the `index`th turn, counted from 0."""

    index: int
    span: Interval


def turns(rotation: Rotation, window: Interval, zone: tzinfo) -> Iterator[Turn]:
    """The turns within a window, cut to it, in order; one that has a hole comes in parts."""
    began = max(window.start, rotation.start)
    if began >= window.end:
        return
    window = Interval(began, window.end)
    if rotation.is_measured_in_days_that_count:
        yield from _turns_of_counted_days(rotation, window, zone)
        return
    counted = _counted(rotation, window, zone) if rotation.days else [window]
    began_at = _beginnings(rotation, zone)
    first = _first(rotation, window.start, began_at)
    start = began_at(first)
    for index in count(first):
        if start >= window.end:
            return
        end = began_at(index + 1)
        yield from (Turn(index, part) for part in common(Interval(start, end), counted))
        start = end


def _first(rotation: Rotation, at: int, began_at: Callable[[int], int]) -> int:
    """The turn that `at` lies in."""
    length = rotation.value * _longest_ms(rotation.unit)
    index = max(0, (at - rotation.start) // length - _MARGIN)
    while began_at(index + 1) <= at:
        index += 1
    return index


def _longest_ms(unit: Unit) -> int:
    return {Unit.HOUR: HOUR, Unit.DAY: DAY, Unit.WEEK: 7 * DAY, Unit.MONTH: 31 * DAY}[unit]


def _beginnings(rotation: Rotation, zone: tzinfo) -> Callable[[int], int]:
    """When the turn of an index begins."""
    start, value = rotation.start, rotation.value
    if rotation.unit is Unit.HOUR:
        return lambda index: start + index * value * HOUR
    first = wall_time(start, zone)
    if rotation.unit is Unit.MONTH:
        return lambda index: instant(add_months(first, index * value), zone) if index else start
    length = value * (WEEK_DAYS if rotation.unit is Unit.WEEK else 1)
    origin = first
    if rotation.handoff_ms and length % WEEK_DAYS == 0:
        origin = _handoff_after(first, rotation.handoff_ms) - timedelta(days=length)
    return lambda index: instant(origin + timedelta(days=index * length), zone) if index else start


def _handoff_after(wall: datetime, handoff_ms: int) -> datetime:
    monday = midnight(wall.date()) - timedelta(days=wall.weekday())
    handoff = monday + timedelta(milliseconds=handoff_ms)
    return handoff if handoff > wall else handoff + _WEEK


def _day_begins(rotation: Rotation, zone: tzinfo) -> timedelta:
    if not rotation.is_continuous:
        return timedelta()
    wall = wall_time(rotation.start, zone)
    return wall - midnight(wall.date())


def _counted(rotation: Rotation, window: Interval, zone: tzinfo) -> list[Interval]:
    """The time of a window that lies on days that count."""
    begins = _day_begins(rotation, zone)
    wanted: list[Interval] = []
    for day in days(window.start - DAY, window.end, zone):
        if weekday(day) in rotation.days:
            start = midnight(day) + begins
            wanted.append(Interval(instant(start, zone), instant(start + timedelta(days=1), zone)))
    return common(window, merged(wanted))


class _Timeline(Struct, frozen=True):
    """Days that count put end to end. A position is ms from the first of them; `monday` is that of
    the week of the first day, moved by when days begin."""

    monday: datetime
    offsets: tuple[int, ...]

    def position(self, wall: datetime) -> int:
        """Where a wall time lies; for one on a day left out, where the next day that counts
        begins."""
        weeks, rest = divmod(wall - self.monday, _WEEK)
        day, time = divmod(rest, timedelta(days=1))
        before = sum(1 for offset in self.offsets if offset < day)
        whole = (weeks * len(self.offsets) + before) * DAY
        return whole + (time // _MS if day in self.offsets else 0)

    def wall(self, position: int) -> datetime:
        """The wall time at a position."""
        day, time = divmod(position, DAY)
        weeks, nth = divmod(day, len(self.offsets))
        whole = timedelta(weeks=weeks, days=self.offsets[nth])
        return self.monday + whole + timedelta(milliseconds=time)


def _turns_of_counted_days(rotation: Rotation, window: Interval, zone: tzinfo) -> Iterator[Turn]:
    first = wall_time(rotation.start, zone)
    begins = _day_begins(rotation, zone)
    monday = midnight((first - begins).date())
    monday += begins - timedelta(days=monday.weekday())
    # Sunday is 0 to the rule and the seventh day of a week that begins on Monday.
    line = _Timeline(monday, tuple(sorted((day - 1) % WEEK_DAYS for day in rotation.days)))
    length = rotation.value * (HOUR if rotation.unit is Unit.HOUR else DAY)
    origin = line.position(first)
    counted = _counted(rotation, window, zone)
    now = line.position(wall_time(window.start, zone))
    for index in count(max(0, (now - origin) // length - 1)):
        start = instant(line.wall(origin + index * length), zone)
        if start >= window.end:
            return
        turn = Interval(start, instant(line.wall(origin + (index + 1) * length), zone))
        yield from (Turn(index, part) for part in common(turn, counted))


def group_of(index: int, groups: int, *, is_fair: bool) -> int:
    """Which of `groups` has a turn. A fair rotation moves on by one after each round, so that
    nobody keeps the same weekdays."""
    return (index + index // groups if is_fair else index) % groups
