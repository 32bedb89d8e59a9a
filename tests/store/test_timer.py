"""Durable timers, on both databases."""

from tests.clock import VirtualClock
from tocsin.domain.timer import Timer
from tocsin.kernel.units import HOUR, SECOND
from tocsin.store import timer
from tocsin.store.database import Database

ACCOUNT = 1


def test_a_timer_is_due_at_its_instant_and_fires_once(
    database: Database, clock: VirtualClock
) -> None:
    with database.write() as tx:
        timer.set_(tx, ACCOUNT, "close", "a", tx.now + 1000)
        assert timer.due(tx) is None
    clock.advance(1)
    with database.write() as tx:
        found = timer.due(tx)
        assert found == Timer(ACCOUNT, "close", "a", tx.now, 0, "")
        assert timer.claim(tx, found)
    with database.write() as tx:
        assert timer.due(tx) is None
        assert not timer.claim(tx, found)


def test_setting_again_moves_it_and_clearing_removes_it(
    database: Database, clock: VirtualClock
) -> None:
    with database.write() as tx:
        timer.set_(tx, ACCOUNT, "close", "a", tx.now)
        timer.set_(tx, ACCOUNT, "close", "b", tx.now)
        timer.set_(tx, ACCOUNT, "close", "a", tx.now + 1000)
        timer.clear(tx, "close", "b")
        timer.clear(tx, "close", "never set")
        assert timer.due(tx) is None
        assert timer.get(tx, "close", "b") is None
        assert not timer.is_due(tx)
    clock.advance(3)
    with database.write() as tx:
        found = timer.due(tx)
        assert found is not None
        assert found.subject == "a"
        assert timer.is_due(tx)


def test_a_timer_changed_after_it_was_found_cannot_be_claimed(database: Database) -> None:
    with database.write() as tx:
        timer.set_(tx, ACCOUNT, "close", "a", tx.now)
        found = timer.due(tx)
        assert found is not None
        timer.set_(tx, ACCOUNT, "close", "a", tx.now + 1)
        assert not timer.claim(tx, found)


def test_a_failing_timer_waits_longer_each_time_and_lets_others_pass(
    database: Database, clock: VirtualClock
) -> None:
    with database.write() as tx:
        timer.set_(tx, ACCOUNT, "close", "bad", tx.now)
        timer.set_(tx, ACCOUNT, "close", "good", tx.now + 1)
    waits = []
    for _ in range(12):
        with database.write() as tx:
            found = timer.get(tx, "close", "bad")
            assert found is not None
            timer.postpone(tx, found, "no luck")
            after = timer.get(tx, "close", "bad")
            assert after is not None
            waits.append(after.due_at - tx.now)
    assert waits[:3] == [5 * SECOND, 10 * SECOND, 20 * SECOND]
    assert waits[-1] == HOUR
    assert (after.failures, after.last_error) == (12, "no luck")
    clock.advance(1)
    with database.write() as tx:
        due = timer.due(tx)
        assert due is not None
        assert due.subject == "good"


def test_two_engines_never_find_the_same_timer(database: Database) -> None:
    if database.is_sqlite:
        return  # One writer at a time: the other engine cannot even look.
    with database.write() as tx:
        timer.set_(tx, ACCOUNT, "close", "a", tx.now)
        timer.set_(tx, ACCOUNT, "close", "b", tx.now)
    with database.write() as first, database.write() as second:
        found = [timer.due(first), timer.due(second)]
        assert [each.subject for each in found if each] == ["a", "b"]
