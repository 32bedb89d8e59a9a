"""Errors become issues, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.errors import crash, register, send
from tocsin.domain.application import Application
from tocsin.domain.error_event import Door, ErrorEvent
from tocsin.domain.issue import Issue, Stage, Status
from tocsin.domain.issue_event import Keep, Retention
from tocsin.domain.severity import Severity
from tocsin.engine import issue as engine
from tocsin.engine.handlers import TIMERS
from tocsin.engine.loop import fire_one
from tocsin.kernel.caller import Caller
from tocsin.kernel.units import DAY
from tocsin.store import issue as issues
from tocsin.store import issue_event, issue_sighting, timer
from tocsin.store.database import Database
from tocsin.store.tables.issue import issue as issue_table


@pytest.fixture
def shop(database: Database, cast: Cast) -> Application:
    with database.write() as tx:
        return register(tx, cast.account_id)


def all_issues(database: Database, account_id: int) -> list[Issue]:
    with database.read() as tx:
        ids = tx.values(issue_table.select().with_only_columns(issue_table.c.issue_id))
        return issues.by_ids(tx, account_id, ids)


def only(database: Database, account_id: int) -> Issue:
    (found,) = all_issues(database, account_id)
    return found


def as_alice(cast: Cast) -> Caller:
    return Caller(cast.account_id, cast.alice.id, "Alice", is_admin=True)


def resolve(database: Database, cast: Cast, issue: Issue) -> None:
    with database.write() as tx:
        engine.change(tx, as_alice(cast), issue.issue_id, Status.RESOLVED, None)


def test_equal_errors_share_an_issue_and_others_do_not(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    at = clock.now()
    events = [
        crash("a", at, version="1.0", session_id="s1"),
        crash("b", at + 5, version="1.1", session_id="s1", is_crash=True),
        crash("c", at, kind="ValueError"),
    ]
    send(database, shop, *events)
    send(database, shop, crash("d", at + 9, version="1.1", session_id="s2"))
    one, other = sorted(all_issues(database, cast.account_id), key=lambda i: i.error_type)
    assert (one.error_type, other.error_type) == ("KeyError", "ValueError")
    assert (one.error_count, one.session_count, one.is_crash) == (3, 2, True)
    assert (one.first_seen_version, one.last_seen_version, one.age_ms) == ("1.0", "1.1", 9)
    assert (one.stage, one.severity) == (Stage.TRIAGE, Severity.CRITICAL)
    with database.read() as tx:
        versions = issue_sighting.versions_of(tx, cast.account_id, [one.issue_id])
        changes = issues.changes_of(tx, cast.account_id, [one.issue_id])[one.issue_id]
    assert versions == {one.issue_id: ["1.0", "1.1"]}
    assert [(change.stage, change.operator) for change in changes] == [(Stage.TRIAGE, 0)]


def test_an_event_that_comes_twice_counts_once(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    event = crash("a", clock.now())
    send(database, shop, event, event)
    send(database, shop, event)
    assert only(database, cast.account_id).error_count == 1


def test_the_same_error_in_another_application_or_service_is_another_issue(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    with database.write() as tx:
        other = register(tx, cast.account_id, "Billing")
    send(database, shop, crash("a", clock.now()), crash("b", clock.now(), service="api"))
    send(database, other, crash("a", clock.now()))
    assert len(all_issues(database, cast.account_id)) == 3


def test_a_later_hash_joins_the_issue_an_older_one_leads_to(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    event = crash("a", clock.now())
    everything_foreign = tuple(
        replace(thrown, frames=tuple(replace(frame, in_app=False) for frame in thrown.frames))
        for thrown in event.exceptions
    )
    send(database, shop, replace(event, exceptions=everything_foreign))
    send(database, shop, replace(event, event_id="b"))
    issue = only(database, cast.account_id)
    with database.read() as tx:
        hashes = issues.hashes_of(tx, cast.account_id, issue.issue_id)
    assert sorted(each.strategy for each in hashes) == ["app", "system"]
    assert issue.digest in {each.digest for each in hashes}


def test_a_newer_version_brings_a_resolved_issue_back_and_older_ones_do_not(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    send(database, shop, crash("a", clock.now(), version="1.0"))
    issue = only(database, cast.account_id)
    resolve(database, cast, issue)
    clock.advance(60)
    for number, version in enumerate(["1.0", "0.9"]):
        send(database, shop, crash(f"old{number}", clock.now(), version=version))
    late = crash("late", clock.now() - 61_000, version="2.0")
    send(database, shop, late)
    assert only(database, cast.account_id).status is Status.RESOLVED
    send(database, shop, crash("new", clock.now(), version="3.0"))
    back = only(database, cast.account_id)
    assert (back.status, back.regressed_version, back.resolved_at) == (
        Status.FOR_REVIEW,
        "3.0",
        0,
    )
    with database.read() as tx:
        kept = {e.event_id: e.keep for e in issue_event.listed(tx, cast.account_id, issue.issue_id)}
    assert (kept["a"], kept["old0"], kept["new"]) == (Keep.FIRST, Keep.SAMPLE, Keep.REGRESSION)


def test_commit_ids_are_ordered_as_the_application_first_showed_them(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    send(database, shop, crash("x", clock.now(), kind="OSError", version="deadbee"))
    clock.advance(1)
    send(database, shop, crash("a", clock.now(), version="cafef00"))
    (issue,) = [i for i in all_issues(database, cast.account_id) if i.error_type == "KeyError"]
    resolve(database, cast, issue)
    clock.advance(1)
    send(database, shop, crash("b", clock.now(), version="deadbee"))
    with database.read() as tx:
        assert issues.get(tx, cast.account_id, issue.issue_id).status is Status.RESOLVED


def fire(database: Database) -> bool:
    turn = fire_one(database, TIMERS)
    while True:
        try:
            next(turn)
        except StopIteration as end:
            return bool(end.value)


def test_an_issue_nobody_sees_for_fourteen_days_resolves_itself(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    send(database, shop, crash("a", clock.now()))
    clock.advance(10 * 86_400)
    send(database, shop, crash("b", clock.now()))
    clock.advance(4 * 86_400)
    assert fire(database)
    issue = only(database, cast.account_id)
    assert issue.status is Status.FOR_REVIEW
    clock.advance(9 * 86_400)
    assert not fire(database)
    clock.advance(86_400)
    assert fire(database)
    issue = only(database, cast.account_id)
    assert (issue.status, issue.resolved_at, issue.resolved_by) == (
        Status.RESOLVED,
        clock.now(),
        0,
    )
    with database.read() as tx:
        changes = issues.changes_of(tx, cast.account_id, [issue.issue_id])[issue.issue_id]
        assert timer.get(tx, engine.CHECK, issue.issue_id) is None
    assert changes[-1].operator == 0


def test_reopening_sets_the_timer_anew_and_ignoring_clears_it(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    send(database, shop, crash("a", clock.now()))
    issue = only(database, cast.account_id)
    clock.advance(86_400)
    with database.write() as tx:
        engine.change(tx, as_alice(cast), issue.issue_id, Status.IGNORED, None)
        assert timer.get(tx, engine.CHECK, issue.issue_id) is None
        engine.change(tx, as_alice(cast), issue.issue_id, Status.FOR_REVIEW, None)
        due = timer.get(tx, engine.CHECK, issue.issue_id)
    assert due is not None
    assert due.due_at == clock.now() + 14 * DAY


def test_what_is_not_tracked_is_stored_without_an_issue(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    failed = ErrorEvent("n", Door.RUM, clock.now(), clock.now(), error_source="network")
    send(database, shop, failed)
    assert all_issues(database, cast.account_id) == []
    with database.read() as tx:
        assert len(issue_event.listed(tx, cast.account_id, shop.id)) == 1


def test_text_that_a_database_refuses_is_made_fit(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    strange = crash("a\x00", clock.now(), kind="Key\x00Error", version="1\x00" + "9" * 500)
    send(database, shop, strange)
    issue = only(database, cast.account_id)
    assert issue.error_type == "KeyError"
    assert len(issue.first_seen_version) == 200


def test_a_stored_event_is_read_back_as_it_arrived(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    event = crash("a", clock.now())
    with database.write() as tx:
        engine.record(tx, shop, [engine.prepare(shop.id, event, b'{"any": "json"}')])
    issue = only(database, cast.account_id)
    with database.read() as tx:
        found = issue_event.get(tx, cast.account_id, issue.issue_id, "a")
        assert issue_event.get(tx, cast.account_id, issue.issue_id, "b") is None
    assert found is not None
    assert (found.raw, found.event) == (b'{"any": "json"}', event)


def sweep_all(database: Database, limit: int = 200) -> None:
    for _ in range(100):
        with database.write() as tx:
            if engine.sweep(tx, limit) < limit:
                return
    raise AssertionError("the sweep finds no end")


def test_a_noisy_issue_keeps_its_first_its_regressions_and_a_spread(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    send(database, shop, *[crash(f"e{n}", clock.now() + n) for n in range(300)])
    issue = only(database, cast.account_id)
    resolve(database, cast, issue)
    clock.advance(60)
    send(database, shop, *[crash(f"f{n}", clock.now() + n) for n in range(300)])
    sweep_all(database)
    with database.read() as tx:
        left = [e.event_id for e in issue_event.listed(tx, cast.account_id, issue.issue_id)][::-1]
        stored = issue_event.event_count(tx, cast.account_id, shop.id)
    assert left[0] == "e0"
    assert {"f0", "f299", "f251"} <= set(left)
    assert sum(name.startswith("e") for name in left) > 20
    assert len(left) == stored <= 200
    assert only(database, cast.account_id).error_count == 600


def test_old_samples_go_and_first_events_stay(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    with database.write() as tx:
        issue_event.retain(tx, cast.account_id, shop.id, Retention(age_ms=DAY))
    send(database, shop, *[crash(f"e{n}", clock.now() + n) for n in range(30)])
    clock.advance(2 * 86_400)
    send(database, shop, crash("new", clock.now()))
    sweep_all(database, limit=7)
    issue = only(database, cast.account_id)
    with database.read() as tx:
        left = [e.event_id for e in issue_event.listed(tx, cast.account_id, issue.issue_id)]
    assert left == ["new", "e0"]


def test_an_application_keeps_no_more_events_than_it_may(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    with database.write() as tx:
        issue_event.retain(tx, cast.account_id, shop.id, Retention(events_max=10))
    send(database, shop, *[crash(f"e{n}", clock.now() + n) for n in range(40)])
    sweep_all(database, limit=7)
    issue = only(database, cast.account_id)
    with database.read() as tx:
        left = [e.event_id for e in issue_event.listed(tx, cast.account_id, issue.issue_id)]
    assert len(left) == 10
    assert (left[0], left[-1]) == ("e39", "e0")


def test_old_sessions_are_forgotten_without_changing_counts(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    send(database, shop, *[crash(f"e{n}", clock.now(), session_id=f"s{n}") for n in range(5)])
    clock.advance(31 * 86_400)
    sweep_all(database, limit=3)
    with database.write() as tx:
        issue = only(database, cast.account_id)
        fresh = issue_sighting.new_sessions(tx, cast.account_id, [(issue.issue_id, "s1")])
    assert (issue.session_count, len(fresh)) == (5, 1)


def test_engines_that_digest_the_same_new_error_at_once_make_one_issue(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    def digest(engine_number: int) -> None:
        for n in range(10):
            event = crash(f"{engine_number}-{n}", clock.now(), version=f"1.{n}", session_id=f"s{n}")
            send(database, shop, event, crash(f"o{engine_number}-{n}", clock.now(), kind=f"E{n}"))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(digest, range(3)))
    found = all_issues(database, cast.account_id)
    assert len(found) == 11
    (shared,) = [issue for issue in found if issue.error_type == "KeyError"]
    assert (shared.error_count, shared.session_count) == (30, 10)


def test_a_second_engine_leaves_sweeping_to_the_first(
    database: Database, cast: Cast, shop: Application, clock: VirtualClock
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time anyway")
    send(database, shop, *[crash(f"e{n}", clock.now() + n) for n in range(300)])
    with database.write() as first, database.write() as second:
        assert engine.sweep(first, 50) == 50
        assert engine.sweep(second, 50) == 0
