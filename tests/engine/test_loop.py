"""The turns of the loop, on both databases: what fails stays with what failed."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from tests.clock import VirtualClock
from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.domain.retry import RetryPolicy
from tocsin.engine import digesting, loop
from tocsin.engine.handling import Digester
from tocsin.kernel.units import DAY, MINUTE
from tocsin.outbound.transport import Message, Receipt, SendFailed
from tocsin.store import delivery, rejected, timer
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import Entry, Inbox, open_inbox

ACCOUNT = 1


def run(turn: loop.Turn) -> bool:
    """A turn from beginning to end; whether there was anything to do."""
    while True:
        try:
            next(turn)
        except StopIteration as end:
            return bool(end.value)


def work(turns: Any) -> int:
    """Turns until nothing is left to do; how many did something."""
    done = 0
    while run(turns()):
        done += 1
        assert done < 100, "it does not come to rest"
    return done


class Courier:
    """A transport that fails as told and keeps what it was given."""

    retry = RetryPolicy(failures_max=3, age_max_ms=DAY)
    senders = 4

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.messages: list[Message] = []

    def send(self, message: Message) -> Receipt:
        self.messages.append(message)
        if self.failures:
            raise self.failures.pop(0)
        return Receipt("taken")


def owe(database: Database) -> str:
    with database.write() as tx:
        return delivery.owe(tx, ACCOUNT, "email", "bob@example.com", b"{}", "inc1")


def test_where_many_wait_some_are_claimed_and_recorded_together(database: Database) -> None:
    owed = [owe(database) for _ in range(20)]
    courier = Courier(SendFailed("down", retryable=True))
    assert run(loop.send_one(database, "email", courier, most=16))
    assert len(courier.messages) == 2
    courier.senders = 1
    assert run(loop.send_one(database, "email", courier, most=4))
    assert len(courier.messages) == 6
    work(lambda: loop.send_one(database, "email", courier, most=16))
    with database.read() as tx:
        found = delivery.by_ids(tx, ACCOUNT, owed)
    assert len(courier.messages) == 20
    assert sum(one.status is DeliveryStatus.SENT for one in found) == 19
    assert not any(one.claimed or one.may_repeat for one in found)


def test_what_waits_behind_a_slow_message_is_given_back(
    database: Database, clock: VirtualClock
) -> None:
    for _ in range(20):
        owe(database)
    courier = Courier()
    courier.senders = 1
    take = courier.send

    def slowly(message: Message) -> Receipt:
        clock.advance(3)
        return take(message)

    courier.send = slowly
    assert run(loop.send_one(database, "email", courier, most=8))
    assert len(courier.messages) == 1
    with database.read() as tx:
        assert delivery.count_due(tx, "email", 99) == 19
    courier.send = take
    work(lambda: loop.send_one(database, "email", courier, most=8))
    assert len(courier.messages) == 20
    assert not any(one.may_repeat for one in courier.messages)


def test_a_message_whose_outcome_cannot_be_recorded_keeps_no_other_from_it(
    database: Database,
) -> None:
    owed = [owe(database) for _ in range(8)]
    courier = Courier()
    courier.senders = 1

    def heard(tx: Tx, claimed: Delivery, outcome: Receipt | SendFailed) -> None:
        if claimed.id == owed[1]:
            raise ArithmeticError("a bug")

    with pytest.raises(ArithmeticError):
        run(loop.send_one(database, "email", courier, heard=heard, most=4))
    with database.read() as tx:
        found = {one.id: one.status for one in delivery.by_ids(tx, ACCOUNT, owed[:4])}
    assert [found[one] for one in owed[:4]].count(DeliveryStatus.SENT) == 3
    assert found[owed[1]] is DeliveryStatus.PENDING


def send_all(database: Database, courier: Courier, clock: VirtualClock, owed: str) -> Delivery:
    """Hours of sending; the delivery afterwards."""
    for _ in range(200):
        work(lambda: loop.send_one(database, "email", courier))
        clock.advance(60)
    with database.read() as tx:
        found = delivery.get(tx, ACCOUNT, owed)
    assert found is not None
    return found


def test_a_message_is_sent_once_and_settled(database: Database, clock: VirtualClock) -> None:
    courier, owed = Courier(), owe(database)
    after = send_all(database, courier, clock, owed)
    assert courier.messages == [Message(owed, "bob@example.com", b"{}", may_repeat=False)]
    assert (after.status, after.answer) == (DeliveryStatus.SENT, "taken")


def test_a_failure_is_retried_and_marked_only_where_it_may_have_arrived(
    database: Database, clock: VirtualClock
) -> None:
    courier = Courier(
        SendFailed("down", retryable=True),
        SendFailed("cut off", retryable=True, may_have_arrived=True),
    )
    after = send_all(database, courier, clock, owe(database))
    assert [message.may_repeat for message in courier.messages] == [False, False, True]
    assert (after.status, after.failures) == (DeliveryStatus.SENT, 2)
    assert after.last_error == "cut off"


@pytest.mark.parametrize(
    ("failures", "tries"),
    [
        ([SendFailed("no such person", retryable=False)], 1),
        ([SendFailed("down", retryable=True)] * 9, 3),
        ([RuntimeError("a bug")] * 9, 3),
    ],
)
def test_giving_up_is_bounded_and_visible(
    database: Database, clock: VirtualClock, failures: list[Exception], tries: int
) -> None:
    courier = Courier(*failures)
    after = send_all(database, courier, clock, owe(database))
    assert len(courier.messages) == after.attempts == tries
    assert after.status is DeliveryStatus.FAILED
    assert after.last_error


def test_a_dead_sender_leaves_a_message_that_may_repeat(
    database: Database, clock: VirtualClock
) -> None:
    courier, owed = Courier(), owe(database)
    turn = loop.send_one(database, "email", courier)
    for _ in range(3):
        next(turn)
    turn.close()
    assert len(courier.messages) == 1
    after = send_all(database, courier, clock, owed)
    assert [message.may_repeat for message in courier.messages] == [False, True]
    assert after.may_repeat


def test_a_sender_that_slept_through_its_lease_does_not_send(
    database: Database, clock: VirtualClock
) -> None:
    courier = Courier()
    owe(database)
    turn = loop.send_one(database, "email", courier)
    next(turn)
    next(turn)
    clock.advance(60)
    assert run(turn)
    assert courier.messages == []


@pytest.fixture
def inbox(database: Database) -> Iterator[Inbox]:
    opened = open_inbox(database)
    yield opened
    opened.close()


def entry(body: bytes, door: str = "push", **fields: Any) -> Entry:
    return Entry(door, ACCOUNT, "scope", 5, body, **fields)


def read(given: Entry) -> str:
    """As a parser does: refuses some input, and has a bug."""
    match given.body:
        case b"unreadable":
            raise ValueError("it is not a push")
        case b"reader bug":
            raise KeyError("surprise")
    return given.body.decode()


def store(tx: Tx, values: list[str]) -> None:
    """Leaves a timer for each value, and fails for one."""
    for value in values:
        timer.set_(tx, ACCOUNT, "digested", value, tx.now + DAY)
        if value == "poison":
            raise ArithmeticError("cannot be stored")


DIGESTERS = {"push": Digester(lambda _: nullcontext(read), store)}


def digested(database: Database, *values: str) -> set[str]:
    with database.read() as tx:
        return {value for value in values if timer.get(tx, "digested", value)}


def test_entries_are_digested_and_gone(inbox: Inbox, database: Database) -> None:
    inbox.append([entry(b"a"), entry(b"b")])
    work(lambda: digesting.digest_some(database, inbox, DIGESTERS))
    assert digested(database, "a", "b") == {"a", "b"}
    assert inbox.depth() == 0


def test_a_transaction_holds_no_more_work_than_it_should(inbox: Inbox, database: Database) -> None:
    heavy = {
        "push": Digester(
            lambda _: nullcontext(read), store, weigh=lambda value: 200 if value == "heavy" else 1
        )
    }
    inbox.append([entry(body) for body in (b"a", b"heavy", b"heavy", b"b")])
    for left in (2, 0):
        turn = digesting.digest_some(database, inbox, heavy)
        while next(turn, "end") != "end":
            pass
        assert inbox.depth() == left


def test_what_cannot_be_digested_is_rejected_visibly_and_blocks_nothing(
    inbox: Inbox, database: Database
) -> None:
    bodies = [b"a", b"unreadable", b"b", b"reader bug", b"poison", b"c"]
    inbox.append([entry(body) for body in bodies])
    inbox.append([entry(b"d", refused="too large"), entry(b"e", door="from the future")])
    inbox.append([entry(b"f")])
    work(lambda: digesting.digest_some(database, inbox, DIGESTERS))
    assert digested(database, *"abcdef", "poison") == set("abcf")
    assert inbox.depth() == 0
    with database.read() as tx:
        reasons = {each.body: each.reason for each in rejected.newest(tx, ACCOUNT, 10)}
    assert reasons == {
        b"unreadable": "it is not a push",
        b"reader bug": "KeyError: 'surprise'",
        b"poison": "ArithmeticError: cannot be stored",
        b"d": "too large",
        b"e": "this version has no door from the future",
    }


def test_a_large_batch_is_taken_in_portions(
    inbox: Inbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "inbox_sqlite" if database.is_sqlite else "inbox_postgres"
    monkeypatch.setattr(f"tocsin.store.{module}.TAKEN_BYTES_MAX", 5)
    inbox.append([entry(body) for body in (b"longer", b"abc", b"de", b"f")])
    taken = []
    while inbox.depth():
        with inbox.take(10) as found, found.digest():
            taken.append([each.body for each in found.entries])
    assert taken == [[b"longer"], [b"abc", b"de"], [b"f"]]


def test_sweeping_forgets_a_little_at_a_time(database: Database, clock: VirtualClock) -> None:
    with database.write() as tx:
        for _ in range(3):
            rejected.add(tx, entry(b"x"), "why")
    clock.advance(MINUTE)
    sweepers = [lambda tx, _: rejected.sweep(tx, tx.now, 2)]
    assert not run(loop.sweep_some(database, sweepers))
    with database.read() as tx:
        assert len(rejected.newest(tx, ACCOUNT, 10)) == 1
