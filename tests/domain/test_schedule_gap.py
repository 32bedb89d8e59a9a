"""When schedules reach nobody: held against looking at every hour."""

from datetime import UTC, datetime
from random import Random  # noqa: TID251 - chances come from the seed
from zoneinfo import ZoneInfo

import pytest

from tocsin.domain.interval import Interval
from tocsin.domain.schedule import Group, Members, Shift
from tocsin.domain.schedule_gap import Gap, GapKind, gaps, pattern, words

HOUR = 3_600_000
WINDOW = Interval(0, 100 * HOUR)
ANN, GONE = 1, 2


def shift(start: int, end: int, *people: int, name: str = "G") -> Shift:
    members = (Members(0, people),) if people else ()
    return Shift(Interval(start * HOUR, end * HOUR), Group(name, members), 0)


def test_a_gap_says_why_nobody_is_reached() -> None:
    found = gaps(
        [
            shift(0, 10, ANN),
            shift(20, 30, GONE),
            shift(30, 40, name="Dr. Who"),
            shift(40, 50, GONE, ANN),
            shift(50, 120, name=""),
        ],
        WINDOW,
        {ANN},
    )
    assert [(one.span.start // HOUR, one.span.end // HOUR, one.kind) for one in found] == [
        (10, 20, GapKind.NO_SHIFT),
        (20, 30, GapKind.NO_MEMBER),
        (30, 40, GapKind.EMPTY_SHIFT),
        (50, 100, GapKind.EMPTY_SHIFT),
    ]
    assert found[2].text == "Dr. Who names no member"


@pytest.mark.parametrize("seed", range(20))
def test_every_hour_is_in_a_gap_unless_a_member_is_on_call(seed: int) -> None:
    rng = Random(seed)
    edges = sorted(rng.sample(range(-10, 110), 14))
    shifts = [
        shift(start, end, *rng.choice([(ANN,), (GONE,), (), (ANN, GONE)]))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    found = gaps(shifts, WINDOW, {ANN})
    for hour in range(100):
        at = hour * HOUR
        reached = any(
            one.span.start <= at < one.span.end and ANN in one.group.person_ids for one in shifts
        )
        inside = [one for one in found if one.span.start <= at < one.span.end]
        assert len(inside) == (0 if reached else 1)


def test_what_comes_back_every_week_at_the_same_wall_time_is_one_pattern() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    def at(month: int, day: int, hour: int) -> int:
        return int(datetime(2026, month, day, hour, tzinfo=UTC).timestamp()) * 1000

    # Sundays at eight in the morning: the clocks change on the 29th.
    window = Interval(at(3, 16, 0), at(4, 10, 0))
    found = [
        Gap(Interval(start, start + HOUR), GapKind.NO_SHIFT, "x")
        for start in (window.start, at(3, 22, 7), at(3, 29, 6), at(4, 5, 6))
    ]
    kinds = pattern(found, window, berlin)
    assert list(kinds) == ["now no shift", "Sun 08:00 no shift"]
    subject, text = words("Duty", kinds.values(), berlin, "en-US")
    assert subject == "Nobody on call: Duty"
    assert "- 2026-03-22 08:00 – 2026-03-22 09:00: x" in text
    subject, text = words("夜班", kinds.values(), berlin, "zh-CN")
    assert subject == "无人值班：夜班"
    assert "2026-03-22 09:00: 没有班次" in text
