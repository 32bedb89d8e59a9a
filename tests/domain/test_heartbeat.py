"""When a heartbeat is due, missed, and heard of again."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tocsin.domain.heartbeat import (
    Heartbeat,
    HeartbeatStatus,
    Ping,
    Reason,
    Schedule,
    check,
    deadline,
    event,
    is_told,
    missed,
    paused,
    pinged,
    rescheduled,
    resumed,
)
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import DAY, HOUR, MINUTE, SECOND

BERLIN = ZoneInfo("Europe/Berlin")
HOURLY = Schedule(period_ms=HOUR, grace_ms=5 * MINUTE)
NEW = Heartbeat("h1", 1, 2, "Backup", "k" * 22, 3, 0, 0, schedule=HOURLY)
T = 1_767_225_600_000


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()) * SECOND


def test_nothing_is_expected_before_the_first_ping() -> None:
    assert missed(NEW, T + 365 * DAY) is NEW


def test_it_is_missed_when_period_and_grace_have_passed_and_not_before() -> None:
    up = pinged(NEW, Ping.SUCCESS, T)
    assert (up.status, up.due_at) == (HeartbeatStatus.UP, T + 65 * MINUTE)
    assert missed(up, up.due_at - 1) is up
    down = missed(up, up.due_at)
    assert (down.status, down.reason) == (HeartbeatStatus.DOWN, Reason.MISSED)
    assert missed(down, up.due_at + DAY) is down
    again = pinged(down, Ping.SUCCESS, T + DAY)
    assert (again.status, again.reason) == (HeartbeatStatus.UP, Reason.NONE)


def test_work_that_began_and_does_not_end_within_the_grace_is_missed() -> None:
    started = pinged(pinged(NEW, Ping.SUCCESS, T), Ping.START, T + MINUTE)
    assert started.due_at == T + 6 * MINUTE
    assert missed(started, started.due_at).reason is Reason.UNFINISHED
    ended = pinged(started, Ping.SUCCESS, T + 2 * MINUTE)
    assert (ended.started_at, ended.due_at) == (0, T + 67 * MINUTE)


def test_a_start_that_comes_late_does_not_hide_that_the_last_one_is_missing() -> None:
    up = pinged(NEW, Ping.SUCCESS, T)
    started = pinged(up, Ping.START, up.due_at - MINUTE)
    assert started.due_at == up.due_at


def test_a_failure_is_down_at_once_and_a_note_changes_nothing() -> None:
    up = pinged(NEW, Ping.SUCCESS, T)
    failed = pinged(up, Ping.FAIL, T + MINUTE)
    assert (failed.status, failed.reason, failed.due_at) == (
        HeartbeatStatus.DOWN,
        Reason.FAILED,
        0,
    )
    noted = pinged(up, Ping.LOG, T + MINUTE)
    assert replace(noted, ping_count=up.ping_count) == up


def test_while_paused_nothing_is_expected_and_what_was_wrong_is_over() -> None:
    down = pinged(NEW, Ping.FAIL, T)
    off = paused(down, T + MINUTE)
    assert is_told(down, off)
    assert pinged(off, Ping.FAIL, T + HOUR).status is HeartbeatStatus.PAUSED
    assert resumed(off, T + HOUR).status is HeartbeatStatus.NEW
    assert resumed(down, T + HOUR) is down


@pytest.mark.parametrize(
    ("heard", "missed_at"),
    [
        ("2026-03-28 03:31", "2026-03-29 03:35"),  # the clock jumps over 2:30
        ("2026-10-24 02:31", "2026-10-25 02:35"),  # the clock shows 2:30 twice
        ("2026-06-01 01:00", "2026-06-01 02:35"),
        ("2026-06-01 02:30", "2026-06-02 02:35"),
    ],
)
def test_cron_times_are_those_of_the_wall_clock(heard: str, missed_at: str) -> None:
    nightly = Schedule(cron="30 2 * * *", time_zone="Europe/Berlin", grace_ms=5 * MINUTE)
    assert abs(deadline(nightly, at(heard)) - at(missed_at)) <= 30 * MINUTE
    assert deadline(nightly, at(heard)) > at(heard)


def test_another_schedule_counts_from_the_last_ping() -> None:
    up = pinged(NEW, Ping.SUCCESS, T)
    assert rescheduled(up, Schedule(MINUTE, 0)).due_at == T + MINUTE
    assert rescheduled(NEW, Schedule(MINUTE, 0)).due_at == 0


@pytest.mark.parametrize(
    "wrong",
    [
        Schedule(period_ms=SECOND),
        Schedule(grace_ms=-1),
        Schedule(cron="61 * * * *"),
        Schedule(cron="0 0 30 2 *"),
        Schedule(cron="nightly"),
        Schedule(time_zone="Mars/Olympus"),
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(wrong: Schedule) -> None:
    with pytest.raises(InvalidParameter):
        check(wrong)


def test_the_event_says_how_it_stands() -> None:
    down = pinged(replace(NEW, labels={"team": "db"}), Ping.FAIL, T)
    told = event(down)
    assert (told.status, told.title) == (EventStatus.CRITICAL, "Backup: reported a failure")
    assert told.labels == {
        "team": "db",
        "heartbeat": "Backup",
        "heartbeat_id": "h1",
        "reason": "failed",
    }
    assert event(pinged(down, Ping.SUCCESS, T)).status is EventStatus.OK


@given(
    st.lists(
        st.tuples(st.sampled_from([*Ping, None]), st.integers(0, 3 * HOUR)), min_size=1, max_size=30
    )
)
def test_whoever_is_expected_has_a_deadline_and_nobody_else(
    story: list[tuple[Ping | None, int]],
) -> None:
    one, now = NEW, T
    for said, waited in story:
        now += waited
        one = pinged(one, said, now) if said else missed(one, now)
        if one.status is HeartbeatStatus.UP:
            assert one.due_at
        if one.status is HeartbeatStatus.DOWN:
            assert not one.due_at
            assert one.reason is not Reason.NONE
