"""Timers that came due, on both databases: each fires once, and one that fails blocks nobody."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

import pytest

from tests.clock import VirtualClock
from tests.engine.test_loop import ACCOUNT, run, work
from tocsin.domain.timer import Timer
from tocsin.engine import digesting, loop
from tocsin.engine.handling import Digester, TimerHandler, Together
from tocsin.kernel.units import DAY
from tocsin.store import timer
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import Entry, Inbox, open_inbox


@pytest.fixture
def inbox(database: Database) -> Iterator[Inbox]:
    opened = open_inbox(database)
    yield opened
    opened.close()


class Fired:
    """A timer handler that notes what it was asked, and fails for the subject 'bad'."""

    def __init__(self) -> None:
        self.locked: list[tuple[int, str]] = []
        self.fired: list[str] = []

    def fire(self, tx: Tx, found: Timer) -> None:
        timer.set_(tx, ACCOUNT, "after", found.subject, tx.now + DAY)
        if found.subject == "bad":
            raise ArithmeticError("never works")
        self.fired.append(found.subject)

    @property
    def table(self) -> dict[str, TimerHandler]:
        return {"do": TimerHandler(lambda _, *subject: self.locked.append(subject), self.fire)}


def set_timers(database: Database, *subjects: str, kind: str = "do") -> None:
    with database.write() as tx:
        for subject in subjects:
            timer.set_(tx, ACCOUNT, kind, subject, tx.now)


def test_due_timers_fire_once_with_their_subject_locked_first(database: Database) -> None:
    fired = Fired()
    set_timers(database, "a", "b")
    assert work(lambda: loop.fire_one(database, fired.table)) == 2
    assert fired.fired == ["a", "b"]
    assert fired.locked == [(ACCOUNT, "a"), (ACCOUNT, "b")]


def test_a_failing_timer_blocks_nobody_leaves_nothing_and_is_tried_later(
    database: Database, clock: VirtualClock
) -> None:
    fired = Fired()
    set_timers(database, "bad", "good")
    work(lambda: loop.fire_one(database, fired.table))
    assert fired.fired == ["good"]
    with database.read() as tx:
        bad = timer.get(tx, "do", "bad")
        assert timer.get(tx, "after", "bad") is None
        assert timer.get(tx, "after", "good") is not None
    assert bad is not None
    assert (bad.failures, bad.last_error) == (1, "ArithmeticError: never works")
    clock.advance(6)
    assert run(loop.fire_one(database, fired.table))


def test_a_timer_of_an_unknown_kind_waits_for_a_version_that_knows_it(database: Database) -> None:
    set_timers(database, "a", kind="from the future")
    work(lambda: loop.fire_one(database, {}))
    with database.read() as tx:
        found = timer.get(tx, "from the future", "a")
    assert found is not None
    assert "no timer of the kind" in found.last_error


def test_a_timer_cleared_while_its_subject_was_awaited_does_not_fire(database: Database) -> None:
    fired = Fired()
    set_timers(database, "a")
    handler = TimerHandler(lambda tx, _, subject: timer.clear(tx, "do", subject), fired.fire)
    assert run(loop.fire_one(database, {"do": handler}))
    assert fired.fired == []


class FiredTogether(Fired):
    """A handler whose timers fire together; a batch that has the subject 'bad' fails whole."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []

    def fire_together(self, tx: Tx, found: Sequence[Timer]) -> None:
        self.batches.append(sorted(one.subject for one in found))
        for one in found:
            self.fire(tx, one)

    @property
    def table(self) -> dict[str, TimerHandler]:
        (plain,) = super().table.values()
        together = Together(lambda *_: None, self.fire_together)
        return {"do": TimerHandler(plain.lock, plain.fire, together), "alone": plain}


def test_timers_of_a_kind_fire_together_as_far_as_nothing_else_is_due_between_them(
    database: Database, clock: VirtualClock
) -> None:
    fired = FiredTogether()
    set_timers(database, "a", "b", "c")
    clock.advance(1)
    set_timers(database, "between", kind="alone")
    clock.advance(1)
    set_timers(database, "d", "e")
    clock.advance(1)
    assert work(lambda: loop.fire_some(database, fired.table, 2)) == 4
    assert fired.batches == [["a", "b"], ["d", "e"]]
    assert fired.fired == ["a", "b", "c", "between", "d", "e"]
    with database.read() as tx:
        assert all(timer.get(tx, "after", one) for one in fired.fired)


def test_of_timers_that_fail_together_each_is_fired_alone(database: Database) -> None:
    fired = FiredTogether()
    set_timers(database, "a", "bad", "c")
    work(lambda: loop.fire_some(database, fired.table))
    assert fired.batches == [["a", "bad", "c"]]
    assert fired.fired[-2:] == ["a", "c"]
    with database.read() as tx:
        bad = timer.get(tx, "do", "bad")
        assert bad is not None
        assert bad.failures == 1
        assert timer.get(tx, "after", "bad") is None
        assert timer.get(tx, "do", "a") is None


def test_a_timer_that_another_engine_is_at_is_left_to_it(database: Database) -> None:
    if database.is_sqlite:
        return  # It has one writer at a time.
    fired = FiredTogether()
    set_timers(database, "a", "b")
    with database.write() as other:
        (first, _) = timer.due_together(other, 2)
        assert timer.reserve(other, [first]) == [first]
        run(loop.fire_some(database, fired.table))
        assert fired.batches == [["b"]]


def test_what_a_batch_makes_due_is_fired_with_it_and_cannot_undo_it(
    database: Database, inbox: Inbox
) -> None:
    def store(tx: Tx, names: list[str]) -> None:
        timer.set_many(tx, "do", [(ACCOUNT, name, tx.now) for name in names])
        timer.set_(tx, ACCOUNT, "do", "later", tx.now + DAY)

    fired = FiredTogether()
    doors = {"push": Digester(lambda _: nullcontext(lambda given: given.scope), store)}
    for batch in (("a", "b"), ("c", "bad")):
        inbox.append([Entry("push", ACCOUNT, name, 0, b"") for name in batch])
        work(lambda: digesting.digest_some(database, inbox, doors, timers=fired.table))
    assert inbox.depth() == 0
    assert fired.batches == [["a", "b"], ["bad", "c"]]
    with database.read() as tx:
        left = {name for name in ("a", "b", "c", "bad", "later") if timer.get(tx, "do", name)}
        assert left == {"c", "bad", "later"}
        assert not timer.get(tx, "after", "c")
    work(lambda: loop.fire_some(database, fired.table))
    with database.read() as tx:
        assert timer.get(tx, "after", "c")
