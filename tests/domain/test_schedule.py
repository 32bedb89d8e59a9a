"""Who is on call, held against another engine: `dateutil`'s recurrence rules and zones."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil import rrule, tz
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.interval import Interval
from tocsin.domain.rotation import Rotation, Unit, group_of, turns
from tocsin.domain.schedule import (
    Group,
    Layer,
    Members,
    Mode,
    Restriction,
    Shift,
    duty,
    shifts,
)
from tocsin.domain.wall_clock import instant, wall_time
from tocsin.kernel.units import DAY, HOUR

# Zones whose summer time is their standard one: dateutil errs in the hour after their change.
OTHERS_ERR = {"Africa/Casablanca", "Africa/El_Aaiun", "Eire", "Europe/Dublin"}
ZONES = sorted(available_timezones() - {"localtime", "Factory"} - OTHERS_ERR)
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
UNITS = {Unit.DAY: rrule.DAILY, Unit.WEEK: rrule.WEEKLY}
WEEKDAYS = (rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA)
A, B, C = (Group(name, (Members(0, (number,)),)) for number, name in enumerate("ABC", 1))


def at(zone: ZoneInfo, *wall: int) -> int:
    year, month, day, *time = wall
    return instant(datetime(year, month, day, *time), zone)  # noqa: DTZ001 - a wall time


def shown(found: Any, zone: ZoneInfo) -> list[str]:
    return [
        f"{wall_time(one.span.start, zone):%m-%d %H:%M} {wall_time(one.span.end, zone):%m-%d %H:%M}"
        f" {one.group.name}"
        for one in found
    ]


def other_instant(wall: datetime, zone: str) -> int:
    """A wall time's instant by dateutil, which moves what spring skips as RFC 5545 does."""
    aware = tz.resolve_imaginary(wall.replace(tzinfo=tz.gettz(zone)))
    return round(aware.astimezone(UTC).timestamp() * 1000)


walls = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001 - wall times
    lambda wall: wall.replace(second=0, microsecond=0)
)
zones = st.sampled_from(ZONES)


@given(zones, walls, st.sampled_from([Unit.DAY, Unit.WEEK]), st.integers(1, 30), st.integers(0, 90))
@settings(max_examples=300, deadline=None)
def test_turns_of_days_and_weeks_begin_where_another_engine_has_them(
    zone: str, start: datetime, unit: Unit, value: int, later: int
) -> None:
    three_years = start + timedelta(days=3 * 366)
    rule = rrule.rrule(UNITS[unit], interval=value, dtstart=start, until=three_years)
    expected = [other_instant(wall, zone) for wall in rule]
    here = ZoneInfo(zone)
    window = Interval(expected[0] + later * DAY, expected[-1])
    found = list(turns(Rotation(instant(start, here), unit, value), window, here))
    for turn in found:
        assert turn.span.start == max(window.start, expected[turn.index])
        assert turn.span.end == min(window.end, expected[turn.index + 1])
    assert found == [] or found[-1].span.end == window.end


@given(zones, walls, st.integers(1, 30), st.integers(0, 1000))
def test_turns_of_months_end_on_the_last_day_of_a_short_month(
    zone: str, start: datetime, value: int, later: int
) -> None:
    here = ZoneInfo(zone)
    rotation = Rotation(instant(start, here), Unit.MONTH, value)
    window = Interval(rotation.start + later * DAY, rotation.start + (later + 45) * DAY)
    for turn in turns(rotation, window, here):
        begins, ends = (
            other_instant(start + relativedelta(months=value * index), zone)
            for index in (turn.index, turn.index + 1)
        )
        assert turn.span == Interval(max(begins, window.start), min(ends, window.end))


@given(
    zones,
    walls,
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(1, 6),
    st.booleans(),
    st.integers(0, 700),
)
@settings(max_examples=300, deadline=None)
def test_a_day_left_out_uses_up_nobodys_turn(
    zone: str, start: datetime, days: set[int], value: int, is_continuous: bool, later: int
) -> None:
    if not is_continuous:
        start = start.replace(hour=0, minute=0)
    here = ZoneInfo(zone)
    rule = rrule.rrule(rrule.DAILY, dtstart=start, byweekday=[WEEKDAYS[day] for day in days])
    rotation = Rotation(
        instant(start, here),
        Unit.DAY,
        value,
        days=frozenset(days),
        is_continuous=is_continuous,
    )
    window = Interval(rotation.start + later * DAY, rotation.start + (later + 45) * DAY)
    found = list(turns(rotation, window, here))
    counted: list[Interval] = []
    for number, wall in enumerate(rule):
        day = Interval(other_instant(wall, zone), other_instant(wall + timedelta(days=1), zone))
        if day.start >= window.end:
            break
        counted.append(day)
        middle = (day.start + day.end) // 2
        if window.start <= middle < window.end:
            assert [one.index for one in found if covers(one.span, middle)] == [number // value]
    for one in found:
        assert any(covers(day, one.span.start) for day in counted)


def covers(span: Interval, point: int) -> bool:
    return span.start <= point < span.end


@given(zones, walls, st.integers(0, 23), st.integers(1, 24), st.integers(0, 700))
def test_a_daily_restriction_holds_from_wall_time_to_wall_time(
    zone: str, start: datetime, opens: int, closes: int, later: int
) -> None:
    here = ZoneInfo(zone)
    layer = Layer(
        "night",
        Rotation(instant(start, here), Unit.WEEK, 1),
        (A,),
        restriction=Restriction.DAILY,
        restricted_to=(Interval(opens * HOUR, closes * HOUR),),
    )
    window = Interval(layer.rotation.start + later * DAY, layer.rotation.start + (later + 20) * DAY)
    found = list(shifts(layer, window, here))
    length = (closes - opens) % 24 or 24
    midnight = wall_time(window.start, here).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(21):
        begins = midnight + timedelta(days=day, hours=opens)
        span = Interval(
            other_instant(begins, zone), other_instant(begins + timedelta(hours=length), zone)
        )
        middle = (span.start + span.end) // 2
        if covers(window, middle) and span.start < span.end:
            assert any(covers(one.span, middle) for one in found)
        gap_end = other_instant(begins + timedelta(days=1), zone)
        between = (span.end + gap_end) // 2
        if length < 20 and covers(window, between):
            assert not any(covers(one.span, between) for one in found)


layers = st.builds(
    Layer,
    name=st.sampled_from("abc"),
    rotation=st.builds(
        Rotation,
        start=st.integers(0, 30).map(lambda days: at(BERLIN, 2026, 3, 1) + days * DAY),
        unit=st.sampled_from(Unit),
        value=st.integers(1, 30),
        handoff_ms=st.integers(0, 167).map(lambda hours: hours * HOUR),
        days=st.frozensets(st.integers(0, 6)),
        is_continuous=st.booleans(),
    ),
    groups=st.lists(st.sampled_from([A, B, C]), max_size=3).map(tuple),
    mode=st.sampled_from(Mode),
    weight=st.integers(0, 2),
    until=st.sampled_from([0, at(BERLIN, 2026, 4, 5)]),
    is_fair=st.booleans(),
)


@given(st.lists(layers, max_size=4))
@settings(max_examples=200, deadline=None)
def test_ordinary_layers_hold_together_and_the_weightiest_override_stands_in(
    plan: list[Layer],
) -> None:
    window = Interval(at(BERLIN, 2026, 3, 15), at(BERLIN, 2026, 4, 29))
    found = duty(plan, window, BERLIN)
    edges = sorted({edge for each in found.by_layer for one in each for edge in edges_of(one)})
    points = edges + [(a + b) // 2 for a, b in itertools.pairwise(edges)]
    for point in points:
        shift = found.at(point)
        people = set(shift.group.person_ids) if shift else set()
        assert people == expected(plan, found.by_layer, point)
    for one, next_ in zip(found.final, found.final[1:], strict=False):
        assert one.span.end <= next_.span.start


def edges_of(one: Shift) -> tuple[int, int]:
    return one.span.start, one.span.end


def expected(plan: list[Layer], by_layer: tuple[tuple[Shift, ...], ...], point: int) -> set[int]:
    holding = [
        (layer, position, one)
        for position, (layer, each) in enumerate(zip(plan, by_layer, strict=True))
        for one in each
        if covers(one.span, point)
    ]
    overrides = [each for each in holding if each[0].mode is Mode.OVERRIDE]
    if overrides:
        holding = [max(overrides, key=lambda each: (each[0].weight, each[1]))]
    return {person for _, _, one in holding for person in one.group.person_ids}


@given(st.lists(layers, max_size=3), st.integers(0, 44), st.integers(1, 45))
def test_a_part_of_a_window_has_the_same_people(plan: list[Layer], first: int, length: int) -> None:
    start = at(BERLIN, 2026, 3, 15)
    whole = duty(plan, Interval(start, start + 45 * DAY), BERLIN)
    part = Interval(start + first * DAY, start + min(45, first + length) * DAY)
    for one in duty(plan, part, BERLIN).final:
        held = whole.at(one.span.start)
        assert held is not None
        assert held.group == one.group


def test_a_weekday_rotation_skips_the_weekend() -> None:
    weekdays = frozenset({1, 2, 3, 4, 5})
    start = at(SHANGHAI, 2026, 3, 1, 16)
    window = Interval(at(SHANGHAI, 2026, 3, 1), at(SHANGHAI, 2026, 3, 10))
    layer = Layer("x", Rotation(start, Unit.DAY, 1, days=weekdays), (A, B))
    assert shown(shifts(layer, window, SHANGHAI), SHANGHAI) == [
        "03-02 00:00 03-03 00:00 A",
        "03-03 00:00 03-04 00:00 B",
        "03-04 00:00 03-05 00:00 A",
        "03-05 00:00 03-06 00:00 B",
        "03-06 00:00 03-07 00:00 A",
        "03-09 00:00 03-10 00:00 B",
    ]


def test_a_continuous_turn_belongs_to_the_day_it_began_on() -> None:
    friday_only = frozenset({5})
    start = at(SHANGHAI, 2026, 3, 6, 21)
    window = Interval(at(SHANGHAI, 2026, 3, 1), at(SHANGHAI, 2026, 3, 15))
    split = Layer("x", Rotation(start, Unit.DAY, 1, days=friday_only), (A, B))
    whole = Layer("x", Rotation(start, Unit.DAY, 1, days=friday_only, is_continuous=True), (A, B))
    assert shown(shifts(split, window, SHANGHAI), SHANGHAI) == [
        "03-06 21:00 03-07 00:00 A",
        "03-13 00:00 03-13 21:00 A",
        "03-13 21:00 03-14 00:00 B",
    ]
    assert shown(shifts(whole, window, SHANGHAI), SHANGHAI) == [
        "03-06 21:00 03-07 21:00 A",
        "03-13 21:00 03-14 21:00 B",
    ]


def test_a_weekly_turn_changes_at_the_handoff_in_summer_and_in_winter() -> None:
    start = at(BERLIN, 2026, 3, 18, 10)
    rotation = Rotation(start, Unit.WEEK, 1, handoff_ms=9 * HOUR)
    window = Interval(start, at(BERLIN, 2026, 4, 6, 9))
    assert shown(shifts(Layer("x", rotation, (A, B)), window, BERLIN), BERLIN) == [
        "03-18 10:00 03-23 09:00 A",
        "03-23 09:00 03-30 09:00 B",
        "03-30 09:00 04-06 09:00 A",
    ]


def test_hours_are_elapsed_time_across_a_clock_change() -> None:
    start = at(BERLIN, 2026, 3, 28, 20)
    window = Interval(start, start + DAY)
    found = list(shifts(Layer("x", Rotation(start, Unit.HOUR, 12), (A, B)), window, BERLIN))
    assert shown(found, BERLIN) == ["03-28 20:00 03-29 09:00 A", "03-29 09:00 03-29 21:00 B"]


def test_a_fair_rotation_gives_everybody_every_place_in_turn() -> None:
    assert [group_of(index, 3, is_fair=False) for index in range(6)] == [0, 1, 2, 0, 1, 2]
    assert [group_of(index, 3, is_fair=True) for index in range(9)] == [0, 1, 2, 1, 2, 0, 2, 0, 1]


def test_people_of_layers_that_hold_at_once_stand_side_by_side_by_role() -> None:
    start = at(BERLIN, 2026, 3, 1)
    first = Group("first", (Members(1, (1,)), Members(2, (2,))))
    second = Group("second", (Members(2, (3,)),))
    window = Interval(start, start + DAY)
    plan = [Layer(each.name, Rotation(start, Unit.DAY, 1), (each,)) for each in (first, second)]
    [shift] = duty(plan, window, BERLIN).final
    assert shift.group == Group("first, second", (Members(1, (1,)), Members(2, (2, 3))))
    assert shift.layers == ("first", "second")


def test_a_restriction_over_the_week_s_end_holds_whenever_one_asks() -> None:
    """Who is on call now is asked of that instant alone, days after the restriction began."""
    thursday_to_tuesday = (Interval(3 * DAY + 22 * HOUR, DAY + 12 * HOUR),)
    rotation = Rotation(at(BERLIN, 2026, 3, 2), Unit.WEEK, 1)
    layer = Layer(
        "x", rotation, (A,), restriction=Restriction.WEEKLY, restricted_to=thursday_to_tuesday
    )
    for day, hour, holds in ((5, 21, False), (5, 22, True), (10, 11, True), (10, 12, False)):
        now = at(BERLIN, 2026, 3, day, hour)
        assert bool(list(shifts(layer, Interval(now, now + 1), BERLIN))) is holds


@pytest.mark.parametrize("unit", Unit)
def test_what_is_far_from_its_beginning_is_as_quick_to_find(unit: Unit) -> None:
    start = at(BERLIN, 1990, 1, 1)
    rotation = Rotation(start, unit, 1, days=frozenset({1, 3}))
    window = Interval(at(BERLIN, 2026, 3, 2), at(BERLIN, 2026, 3, 3))
    found = list(turns(rotation, window, BERLIN))
    assert (found[0].span.start, found[-1].span.end) == (window.start, window.end)


def test_an_entry_that_names_nobody_stands_in_for_nobody() -> None:
    start = at(BERLIN, 2026, 3, 2)
    week = Interval(start, start + 7 * DAY)
    rota = Layer("Rota", Rotation(start, Unit.WEEK, 1), (A,))
    lunch = Shift(Interval(start + DAY, start + DAY + HOUR), Group("Team lunch"), 0, ("Feed",))
    cover = Shift(Interval(start + 2 * DAY, start + 3 * DAY), B, 0, ("Feed",))
    feed = Layer("Feed", Rotation(0, Unit.WEEK, 1), (), Mode.OVERRIDE, imported=(lunch, cover))
    found = duty([rota, feed], week, BERLIN)
    assert found.by_layer[1] == (lunch, cover)
    assert [(one.span.start - start, one.group.person_ids) for one in found.final] == [
        (0, (1,)),
        (2 * DAY, (2,)),
        (3 * DAY, (1,)),
    ]
