"""What is told of an issue, and when."""

from msgspec.structs import replace

from tests.domain.test_issue import an_issue
from tocsin.domain.issue import Issue, Stage
from tocsin.domain.issue_alert import Situation, Told, Trigger, decide
from tocsin.domain.issue_policy import IssuePolicy, OnIssueClosed
from tocsin.domain.issue_rate import Rate, spike
from tocsin.domain.severity import Severity
from tocsin.kernel.units import DAY, HOUR

NOW = 100 * DAY


def now(issue: Issue, **more: object) -> Situation:
    return replace(Situation(issue, None, True, IssuePolicy()), **more)


def told(situation: Situation, before: Told | None, at: int) -> Told:
    """What is told, and that asking again tells nothing more."""
    found = decide(situation, before, at)
    assert found is not None
    assert decide(situation, found, at) is None
    return found


def test_each_way_to_become_worse_is_told_once_with_its_reason() -> None:
    issue = replace(an_issue(), created_at=NOW, severity=Severity.INFO, error_count=1)
    first = told(now(issue), None, NOW)
    assert (first.trigger, first.is_firing, first.serial) == (Trigger.NEW, True, 1)
    worse = replace(issue, severity=Severity.WARNING, error_count=2)
    second = told(now(worse), first, NOW + 1)
    assert second.reason == "Its severity rose from Info to Warning."
    assert decide(now(replace(worse, severity=Severity.INFO)), second, NOW + 2) is None
    third = told(now(replace(worse, user_count=250)), second, NOW + 2)
    assert (third.trigger, third.users) == (Trigger.USERS, 100)
    assert decide(now(replace(worse, user_count=999)), third, NOW + 3) is None
    many = replace(worse, user_count=1000)
    fourth = told(now(many), third, NOW + 3)
    assert decide(now(many), fourth, NOW + 2 * DAY) is None
    again = replace(many, error_count=5)
    assert decide(now(again), fourth, NOW + DAY) is None
    fifth = told(now(again), fourth, NOW + DAY + 3)
    assert fifth.reason == "It is still open and happened 3 times in the last 24 hours."


def test_closing_is_told_once_and_coming_back_again() -> None:
    issue = replace(an_issue(), created_at=NOW)
    first = told(now(issue), None, NOW)
    resolved = replace(issue, stage=Stage.RESOLVED)
    quiet = now(resolved, policy=IssuePolicy(on_issue_closed=OnIssueClosed.COMMENT))
    assert told(quiet, first, NOW + 1).is_remark
    # Also where alerts were switched off meanwhile.
    ended = told(now(resolved, is_alerting=False), first, NOW + 1)
    assert (ended.trigger, ended.is_firing, ended.is_remark) == (Trigger.CLOSED, False, False)
    assert decide(now(resolved), ended, NOW + 2 * DAY) is None
    back = replace(issue, regressed_at=NOW + 5, regressed_version="1.1")
    assert decide(now(back, is_alerting=False), ended, NOW + 6) is None
    assert told(now(back), ended, NOW + 6).reason == "It was resolved and came back in 1.1."


def test_what_was_open_before_alerts_were_enabled_is_not_called_new() -> None:
    issue = replace(an_issue(), created_at=NOW - DAY)
    assert told(now(issue), None, NOW).trigger is Trigger.STILL_OPEN


def past(count: int, version: str, hours: int) -> list[Rate]:
    return [Rate(NOW - each * HOUR, version, "production", count) for each in range(1, hours + 1)]


def test_a_spike_is_far_above_the_past_of_its_release_or_environment() -> None:
    calm = past(10, "1.0", 100)
    assert spike([*calm, Rate(NOW, "1.0", "production", 50)], NOW + 5) is None
    found = spike([*calm, Rate(NOW, "1.0", "production", 51)], NOW + 5)
    assert found is not None
    assert found.reason == (
        "51 times in this hour (1.0 in production), against 10.0 on average and 10 at most in the "
        "hours before."
    )
    # A release without a past is held against its environment, and no past tells nothing.
    assert spike([*calm, Rate(NOW, "1.1", "production", 51)], NOW) is not None
    assert spike([*calm, Rate(NOW, "1.1", "staging", 5_000)], NOW) is None
    assert spike([*past(10, "1.0", 23), Rate(NOW, "1.0", "production", 999)], NOW) is None
    # It repeats what happened before, or is too little to speak of.
    before = Rate(NOW - 5 * HOUR, "1.0", "production", 500)
    assert spike([*calm, before, Rate(NOW, "1.0", "production", 900)], NOW) is None
    assert spike([*past(0, "1.0", 100), Rate(NOW, "1.0", "production", 19)], NOW) is None
