"""Windows against an independent check: the C library's own idea of local time."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.time_filter import Calendar, Moment, TimeFilter, check, covering
from tocsin.kernel.errors import InvalidParameter

ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe")
BERLIN = ZoneInfo("Europe/Berlin")

minutes = st.integers(0, 24 * 60 - 1)
instants = st.integers(1_700_000_000, 1_800_000_000)
# Hours around the changes of Berlin's, Newfoundland's and Lord Howe's clocks in 2026.
edges = st.sampled_from([1_774_746_000, 1_792_890_000, 1_772_947_800, 1_775_311_200, 1_790_955_000])
near_edges = st.builds(lambda edge, off: edge + off, edges, st.integers(-7200, 7200))
windows = st.builds(
    lambda start, end, repeat: TimeFilter(clock(start), clock(end), tuple(repeat)),
    minutes,
    minutes,
    st.lists(st.integers(0, 6), max_size=3, unique=True),
)


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def at(*utc: int, zone: ZoneInfo = BERLIN, **calendars: Calendar) -> Moment:
    """A moment given in UTC."""
    instant = datetime(*utc, tzinfo=UTC)  # type: ignore[arg-type,misc]
    return Moment(int(instant.timestamp()) * 1000, zone, calendars)


@contextmanager
def in_zone(name: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


def in_window(window: TimeFilter, instant: int, zone: str) -> bool:
    """Walk back from the instant, minute of the week by minute, to a start of the window."""
    with in_zone(zone):
        local = time.localtime(instant)
    now = (local.tm_wday + 1) % 7 * 1440 + local.tm_hour * 60 + local.tm_min
    hours = [int(each[:2]) * 60 + int(each[3:]) for each in (window.start, window.end)]
    start, end = hours[0], hours[1] + (hours[1] == 1439)
    length = (end - start) % 1440 or 1440
    for back in range(length):
        weekday, minute = divmod((now - back) % (7 * 1440), 1440)
        if minute == start and (not window.repeat or weekday in window.repeat):
            return True
    return False


@settings(max_examples=300, deadline=None)
@given(window=windows, instant=instants | near_edges, zone=st.sampled_from(ZONES))
def test_windows_agree_with_the_c_library_whatever_the_zone_does(
    window: TimeFilter, instant: int, zone: str
) -> None:
    moment = Moment(instant * 1000, ZoneInfo(zone), {})
    assert (covering([window], moment) == 0) is in_window(window, instant, zone)


def test_a_window_ends_with_the_minute_before_its_end() -> None:
    window = [TimeFilter("01:00", "02:00")]
    assert covering(window, at(2026, 1, 5, 0, 0)) == 0
    assert covering(window, at(2026, 1, 5, 0, 59, 59)) == 0
    assert covering(window, at(2026, 1, 5, 1, 0)) == -1


def test_the_last_minute_of_a_day_leaves_no_gap() -> None:
    days = [TimeFilter("00:00", "23:59")]
    assert covering(days, at(2026, 1, 5, 22, 59, 59)) == 0
    assert covering([TimeFilter("00:00", "24:00")], at(2026, 1, 5, 22, 59, 59)) == 0


def test_a_window_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    monday_night = [TimeFilter("22:00", "06:00", (1,))]
    assert covering(monday_night, at(2026, 1, 5, 22, 0)) == 0
    assert covering(monday_night, at(2026, 1, 6, 4, 0)) == 0
    assert covering(monday_night, at(2026, 1, 5, 4, 0)) == -1
    assert covering(monday_night, at(2026, 1, 6, 22, 0)) == -1


def test_equal_ends_are_a_whole_day() -> None:
    from_eight = [TimeFilter("08:00", "08:00", (0,))]
    assert covering(from_eight, at(2026, 1, 4, 7, 0)) == 0
    assert covering(from_eight, at(2026, 1, 5, 6, 59)) == 0
    assert covering(from_eight, at(2026, 1, 5, 7, 0)) == -1


def test_an_hour_the_clock_shows_twice_is_in_its_window_twice() -> None:
    window = [TimeFilter("02:00", "03:00")]
    held = [covering(window, at(2026, 10, 25, hour, 30)) == 0 for hour in (0, 1, 2)]
    assert held == [True, True, False]


def test_an_hour_the_clock_skips_is_in_no_window() -> None:
    window = [TimeFilter("02:00", "03:00")]
    held = [covering(window, at(2026, 3, 29, hour, 30)) == 0 for hour in (0, 1, 2)]
    assert held == [False, False, False]


class Weekends:
    """A calendar of free Saturdays and Sundays."""

    def is_off(self, day: date) -> bool:
        return day.isoweekday() > 5


def test_a_calendar_says_which_days_count() -> None:
    off = [TimeFilter("22:00", "06:00", cal_id="w", is_off=True)]
    work = [TimeFilter("22:00", "06:00", cal_id="w")]
    friday, sunday = at(2026, 1, 9, 23, 0, w=Weekends()), at(2026, 1, 12, 1, 0, w=Weekends())
    assert (covering(off, friday), covering(work, friday)) == (-1, 0)
    assert (covering(off, sunday), covering(work, sunday)) == (0, -1)
    gone = at(2026, 1, 12, 1, 0)
    assert (covering(off, gone), covering(work, gone)) == (-1, -1)


@pytest.mark.parametrize(
    "window", [TimeFilter("24:01"), TimeFilter(end="29:59"), TimeFilter(cal_id="cal.gone")]
)
def test_windows_that_cannot_be_meant_are_refused(window: TimeFilter) -> None:
    with pytest.raises(InvalidParameter):
        check([window], {"cal.known"}, "time_filters")


def test_windows_of_known_calendars_pass() -> None:
    check([TimeFilter("22:00", "24:00", (0, 6), "cal.known", True)], {"cal.known"}, "x")
