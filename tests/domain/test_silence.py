from datetime import UTC

import pytest

from tests.domain.rules import about, silence
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.silence import check_once, decide, is_effective
from tocsin.domain.time_filter import Moment, TimeFilter
from tocsin.domain.trace import Muting, Stage, Step
from tocsin.kernel.errors import InvalidParameter

DISK = {"labels.check": "disk", "severity": "Warning"}
DISKS = about("labels.check", "disk")


def at(instant: int) -> Moment:
    return Moment(instant, UTC, {})


def test_a_silence_lasts_from_its_start_until_its_end() -> None:
    rule = silence(filters=DISKS, start_time=1_000, end_time=5_000)
    held = [bool(decide([rule], DISK, at(instant))) for instant in (999, 1_000, 4_999, 5_000)]
    assert held == [False, True, True, False]


def test_the_trace_says_which_silence_and_until_when() -> None:
    rule = silence(filters=DISKS, start_time=1_000, end_time=5_000)
    detail = {"group": "0", "until": "5"}
    step = Step(Stage.SILENCE, "muted", "a" * 24, "Rule", detail)
    assert decide([rule], DISK, at(1_000)) == Muting(step)


def test_windows_of_a_silence_come_back() -> None:
    rule = silence(filters=DISKS, windows=(TimeFilter("05:00", "06:00"), TimeFilter("01:00")))
    muting = decide([rule], DISK, at(3_600_000))
    assert muting
    assert muting.step.detail == {"group": "0", "window": "1"}
    assert decide([rule], DISK, at(0)) is None


def test_a_silence_may_discard() -> None:
    rule = silence(filters=DISKS, end_time=5_000, is_directly_discard=True)
    muting = decide([rule], DISK, at(1))
    assert muting
    assert (muting.discards, muting.step.verdict) == (True, "dropped")


def test_what_does_not_match_passes() -> None:
    rule = silence(filters=DISKS, end_time=5_000)
    assert decide([rule], {"labels.check": "cpu"}, at(1)) is None


def test_a_disabled_silence_is_not_in_effect() -> None:
    rule = silence(filters=DISKS, end_time=5_000, status=RuleStatus.DISABLED)
    assert not is_effective(rule, at(1))
    assert decide([rule], DISK, at(1)) is None


def test_what_an_alert_did_before_cannot_lift_its_silence() -> None:
    rule = silence(filters=DISKS, end_time=10**9)
    flapping = ["Critical", "Ok", "Warning", "Ok", "Info"] * 20
    events = [{**DISK, "severity": status, "status": status} for status in flapping]
    assert all(decide([rule], event, at(tick)) for tick, event in enumerate(events))


@pytest.mark.parametrize(("start", "end"), [(0, 5), (5, 5), (6, 5), (-1, 5), (1, 2**40)])
def test_times_that_cannot_be_meant_are_refused(start: int, end: int) -> None:
    with pytest.raises(InvalidParameter):
        check_once(start, end)
