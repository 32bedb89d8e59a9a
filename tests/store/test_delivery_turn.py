"""What is owed to one receiver: in order for each thing, few at a time, and held while paused."""

import pytest

from tests.clock import VirtualClock
from tocsin.domain.delivery import Delivery
from tocsin.store import delivery
from tocsin.store.database import Database

ACCOUNT = 1


def owe(database: Database, ref: str, receiver: str = "r1", *, held: bool = False) -> str:
    with database.write() as tx:
        return delivery.owe(tx, ACCOUNT, "webhook", "x", b"{}", ref, receiver, held=held)


def claim(database: Database) -> Delivery | None:
    with database.write() as tx:
        return delivery.claim_due(tx, "webhook")


def settle(database: Database, claimed: Delivery) -> None:
    with database.write() as tx:
        delivery.settle(tx, claimed, "200")


def test_what_is_about_one_thing_goes_in_order(database: Database) -> None:
    first, second = owe(database, "i1"), owe(database, "i1")
    one = claim(database)
    assert one
    assert one.id == first
    assert claim(database) is None
    settle(database, one)
    two = claim(database)
    assert two
    assert two.id == second


def test_what_comes_after_a_failure_waits_with_it(database: Database, clock: VirtualClock) -> None:
    first, second = owe(database, "i1"), owe(database, "i1")
    one = claim(database)
    assert one
    with database.write() as tx:
        delivery.fail(tx, one, "busy", tx.now + 60_000, may_have_arrived=False)
    third = owe(database, "i1")
    with database.read() as tx:
        assert not delivery.count_due(tx, "webhook", 9)
    clock.advance(60)
    for expected in (first, second, third):
        found = claim(database)
        assert found
        assert found.id == expected
        settle(database, found)


def test_who_lost_the_lease_moves_nothing(database: Database, clock: VirtualClock) -> None:
    owe(database, "i1")
    owe(database, "i1")
    late = claim(database)
    clock.advance(31)
    again = claim(database)
    assert late
    assert again
    with database.write() as tx:
        assert delivery.fail(tx, again, "busy", tx.now + 60_000, may_have_arrived=False)
        assert not delivery.give_back(tx, late)
        assert not delivery.fail(tx, late, "busy", tx.now, may_have_arrived=False)
        assert not delivery.give_up(tx, late, "busy")
        assert delivery.count_due(tx, "webhook", 9) == 0


def test_what_is_given_up_holds_nothing_up(database: Database) -> None:
    owe(database, "i1")
    second = owe(database, "i1")
    one = claim(database)
    assert one
    with database.write() as tx:
        delivery.give_up(tx, one, "404")
    two = claim(database)
    assert two
    assert two.id == second


def test_one_slow_receiver_leaves_room_for_the_others(
    database: Database, clock: VirtualClock
) -> None:
    for number in range(delivery.AT_A_TIME + 2):
        owe(database, f"i{number}")
    clock.advance(1)
    other = owe(database, "i9", "r2")
    slow = [claim(database) for _ in range(delivery.AT_A_TIME)]
    assert {one.receiver for one in slow if one} == {"r1"}
    found = claim(database)
    assert found
    assert found.id == other
    assert claim(database) is None
    assert slow[0]
    settle(database, slow[0])
    again = claim(database)
    assert again
    assert again.receiver == "r1"


def test_a_lost_lease_makes_room_again(database: Database, clock: VirtualClock) -> None:
    for number in range(delivery.AT_A_TIME + 1):
        owe(database, f"i{number}")
    for _ in range(delivery.AT_A_TIME):
        assert claim(database)
    assert claim(database) is None
    clock.advance(delivery.LEASE_MS // 1000)
    assert claim(database)


def test_what_is_held_waits_until_it_is_released(database: Database, clock: VirtualClock) -> None:
    first = owe(database, "i1")
    with database.write() as tx:
        delivery.hold(tx, "r1")
    second = owe(database, "i1", held=True)
    other = owe(database, "i1", "r2")
    found = claim(database)
    assert found
    assert found.id == other
    assert claim(database) is None
    with database.read() as tx:
        assert delivery.waiting(tx, ["r1", "r2", "r3"]) == {"r1": 2, "r2": 1}
        assert [one.id for one in delivery.held_since(tx, tx.now + 1, 9)] == [first, second]
    with database.write() as tx:
        delivery.release(tx, "r1")
    for expected in (first, second):
        found = claim(database)
        assert found
        assert found.id == expected
        settle(database, found)


def test_two_engines_at_once_keep_the_order(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    first, _ = owe(database, "i1"), owe(database, "i1")
    other = owe(database, "i2")
    with database.write() as mine, database.write() as theirs:
        one = delivery.claim_due(mine, "webhook")
        two = delivery.claim_due(theirs, "webhook")
        assert delivery.claim_due(theirs, "webhook") is None
    assert one
    assert two
    assert (one.id, two.id) == (first, other)


def test_two_engines_that_claim_at_once_begin_no_more_than_two_for_a_receiver(
    database: Database,
) -> None:
    if database.is_sqlite:
        return
    for ref in ("i1", "i2", "i3", "i4"):
        owe(database, ref)
    owe(database, "i5", "r2")
    with database.write() as one:
        first = delivery.claim_some(one, "webhook", 1)
        with database.write() as two:
            second = delivery.claim_some(two, "webhook", 9)
            assert delivery.claim_due(one, "webhook") is None
    assert [each.receiver for each in first] == ["r1"]
    assert sorted(each.receiver for each in second) == ["r1", "r2"]
    assert claim(database) is None
    settle(database, first[0])
    with database.write() as one, database.write() as two:
        third = delivery.claim_some(one, "webhook", 9)
        assert delivery.claim_some(two, "webhook", 9) == []
    assert [each.receiver for each in third] == ["r1"]
