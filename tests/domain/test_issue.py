from msgspec.structs import replace

from tocsin.domain.issue import (
    RESOLVE_AFTER_MS,
    Issue,
    Sighting,
    Stage,
    StageChange,
    Status,
    check,
    observe,
    steer,
    update,
)
from tocsin.domain.issue_cause import Cause, CauseSource
from tocsin.domain.issue_history import duration, entered
from tocsin.domain.severity import Severity
from tocsin.domain.version import Release
from tocsin.kernel.units import DAY, HOUR

ALICE, BOB = 101, 102


def an_issue(**more: object) -> Issue:
    plain = Issue(
        issue_id="i",
        account_id=1,
        number=1,
        tracking_id="isset_1",
        digest="d" * 32,
        application_id="app",
        service="shop",
        env="production",
        error_type="KeyError",
        error_message="'x'",
        stage=Stage.TRIAGE,
        severity=Severity.INFO,
        is_crash=False,
        first_seen_at=1_000,
        first_seen_version="1.0",
        last_seen_at=1_000,
        last_seen_version="1.0",
        newest_version="1.0",
        error_count=1,
        session_count=0,
        user_count=0,
        cause_source=CauseSource.AUTO,
        cause=Cause.UNKNOWN,
        cause_reason="",
        cause_person_id=0,
        resolved_at=0,
        resolved_by=0,
        regressed_at=0,
        regressed_version="",
        regressed_resolved_at=0,
        opened_at=1_000,
        created_at=1_000,
        updated_at=1_000,
        updated_by=0,
    )
    return replace(plain, **more)


def seen(version: str = "", at: int = 50_000, **more: object) -> Sighting:
    release = Release(version, at) if version else None
    plain = Sighting(
        at, at, release, Severity.INFO, is_crash=False, is_new_session=False, is_new_user=False
    )
    return replace(plain, **more)


V1 = Release("1.0", 1_000)


def test_resolving_stamps_who_and_when() -> None:
    done = update(an_issue(), Status.RESOLVED, None, ALICE, 2_000)
    assert (done.issue.status, done.issue.resolved_at, done.issue.resolved_by) == (
        Status.RESOLVED,
        2_000,
        ALICE,
    )
    assert done.change == StageChange(2_000, Stage.RESOLVED, ALICE)


def test_resolving_again_changes_nothing() -> None:
    resolved = update(an_issue(), Status.RESOLVED, None, ALICE, 2_000).issue
    again = update(resolved, Status.RESOLVED, None, BOB, 3_000)
    assert again.issue == resolved
    assert again.change is None


def test_leaving_resolved_clears_both_stamps() -> None:
    resolved = update(an_issue(), Status.RESOLVED, None, ALICE, 2_000).issue
    ignored = update(resolved, Status.IGNORED, None, BOB, 3_000).issue
    assert (ignored.resolved_at, ignored.resolved_by) == (0, 0)


def test_a_cause_alone_touches_no_stamp() -> None:
    resolved = update(an_issue(), Status.RESOLVED, None, ALICE, 2_000).issue
    named = update(resolved, None, Cause.NETWORK_ERROR, BOB, 3_000)
    assert named.change is None
    assert (named.issue.resolved_at, named.issue.resolved_by) == (2_000, ALICE)
    assert (named.issue.cause, named.issue.cause_source, named.issue.cause_person_id) == (
        Cause.NETWORK_ERROR,
        CauseSource.USER,
        BOB,
    )


def test_neither_status_nor_cause_changes_nothing() -> None:
    assert update(an_issue(), None, None, ALICE, 2_000).issue == an_issue()


def test_assigning_in_triage_moves_to_assigned_unless_a_stage_is_named() -> None:
    assert steer(an_issue(), None, (BOB,), (), ALICE, 2).issue.stage is Stage.ASSIGNED
    assert steer(an_issue(), Stage.WORKING, (BOB,), (), ALICE, 2).issue.stage is Stage.WORKING
    working = an_issue(stage=Stage.WORKING)
    assert steer(working, None, (BOB,), (), ALICE, 2).change is None
    assert steer(working, None, (BOB,), (), ALICE, 2).issue.updated_by == ALICE
    assert steer(working, None, (), (BOB,), ALICE, 2).issue.updated_at == 2


def test_saying_what_is_so_already_changes_nothing() -> None:
    working = an_issue(stage=Stage.WORKING)
    assert steer(working, Stage.WORKING, (BOB,), (BOB,), ALICE, 2).issue == working
    assert steer(an_issue(), None, None, (), ALICE, 2).issue == an_issue()
    assert steer(an_issue(), None, (), (), ALICE, 2).issue == an_issue()


def resolved_at(at: int) -> Issue:
    return update(an_issue(), Status.RESOLVED, None, ALICE, at).issue


def test_a_newer_version_brings_a_resolved_issue_back() -> None:
    back = observe(resolved_at(2_000), seen("1.1"), V1, 51_000)
    assert back.change == StageChange(51_000, Stage.TRIAGE, 0)
    assert back.issue.status is Status.FOR_REVIEW
    assert (back.issue.regressed_at, back.issue.regressed_version) == (50_000, "1.1")
    assert back.issue.regressed_resolved_at == 2_000
    assert (back.issue.resolved_at, back.issue.resolved_by) == (0, 0)


def test_the_same_and_older_versions_do_not() -> None:
    for version in ("1.0", "0.9"):
        quiet = observe(resolved_at(2_000), seen(version), V1, 51_000)
        assert quiet.change is None
        assert quiet.issue.status is Status.RESOLVED
        assert quiet.issue.error_count == 2


def test_an_event_received_before_the_resolve_does_not() -> None:
    late = seen("9.0", at=1_999)
    assert observe(resolved_at(2_000), late, V1, 51_000).issue.status is Status.RESOLVED


def test_no_version_brings_it_back() -> None:
    assert observe(resolved_at(2_000), seen(), V1, 51_000).change is not None
    unversioned = replace(resolved_at(2_000), newest_version="")
    assert observe(unversioned, seen("0.1"), None, 51_000).change is not None


def test_an_ignored_issue_stays_ignored() -> None:
    ignored = an_issue(stage=Stage.IGNORED)
    assert observe(ignored, seen("2.0"), V1, 51_000).issue.stage is Stage.IGNORED


def test_sightings_count_and_move_the_ends() -> None:
    sighting = seen("1.1", at=9_000, is_crash=True, is_new_session=True, severity=Severity.CRITICAL)
    issue = observe(an_issue(), sighting, V1, 9_500).issue
    assert (issue.error_count, issue.session_count, issue.is_crash) == (2, 1, True)
    assert (issue.last_seen_at, issue.last_seen_version, issue.newest_version) == (
        9_000,
        "1.1",
        "1.1",
    )
    assert (issue.first_seen_at, issue.age_ms, issue.severity) == (1_000, 8_000, Severity.CRITICAL)
    earlier = observe(issue, seen("0.9", at=500), Release("1.1", 9_000), 9_600).issue
    assert (earlier.first_seen_at, earlier.first_seen_version) == (500, "0.9")
    assert (earlier.last_seen_version, earlier.newest_version) == ("1.1", "1.1")
    assert (earlier.is_crash, earlier.severity) == (True, Severity.CRITICAL)


def test_fourteen_days_of_silence_resolve() -> None:
    issue = an_issue()
    early = check(issue, V1, False, 1_000 + RESOLVE_AFTER_MS - 1)
    assert early.updated.change is None
    assert early.again_at == 1_000 + RESOLVE_AFTER_MS
    due = check(issue, V1, False, 1_000 + RESOLVE_AFTER_MS)
    assert due.updated.issue.status is Status.RESOLVED
    assert (due.updated.issue.resolved_by, due.again_at) == (0, 0)
    assert due.reason


def test_an_old_version_that_later_ones_do_not_share_resolves_though_still_reported() -> None:
    busy = an_issue(last_seen_at=20 * DAY)
    assert check(busy, V1, True, 20 * DAY).updated.issue.status is Status.RESOLVED
    unclear = check(busy, V1, False, 20 * DAY)
    assert unclear.updated.change is None
    assert unclear.again_at == 21 * DAY
    young = check(busy, Release("1.0", 19 * DAY), True, 20 * DAY)
    assert young.updated.change is None


def test_without_versions_reports_keep_it_open() -> None:
    busy = an_issue(last_seen_at=20 * DAY, newest_version="")
    assert check(busy, None, False, 21 * DAY).again_at == 34 * DAY


def test_what_was_reopened_by_hand_gets_fourteen_days_of_its_own() -> None:
    resolved = resolved_at(20 * DAY)
    reopened = update(resolved, Status.FOR_REVIEW, None, ALICE, 30 * DAY).issue
    assert check(reopened, V1, True, 31 * DAY).updated.change is None
    assert check(reopened, V1, True, 44 * DAY).updated.change is not None


def test_closed_issues_are_not_checked() -> None:
    for stage in (Stage.IGNORED, Stage.RESOLVED):
        result = check(an_issue(stage=stage), V1, True, 99 * DAY)
        assert (result.updated.change, result.again_at) == (None, 0)


def test_duration_runs_from_the_first_change_to_the_last() -> None:
    changes = [
        StageChange(1770103057_000, Stage.TRIAGE, 0),
        StageChange(1772788899_250, Stage.RESOLVED, ALICE),
    ]
    assert duration(changes, 1772799999_000) == 2685842
    assert entered(changes) == {"Triage": 1770103057, "Resolved": 1772788899}


def test_duration_of_an_open_issue_runs_on() -> None:
    changes = [StageChange(1 * HOUR, Stage.TRIAGE, 0), StageChange(2 * HOUR, Stage.WORKING, ALICE)]
    assert duration(changes, 4 * HOUR) == 3 * 3600
    assert duration([], 4 * HOUR) == 0
