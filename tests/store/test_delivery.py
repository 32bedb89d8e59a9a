"""The outbox, on both databases."""

import pytest

from tests.clock import VirtualClock
from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.store import delivery
from tocsin.store.database import Database

ACCOUNT = 1


@pytest.fixture
def owed(database: Database) -> str:
    with database.write() as tx:
        return delivery.owe(tx, ACCOUNT, "email", "bob@example.com", b"{}", "inc1")


def claim(database: Database, method: str = "email") -> Delivery | None:
    with database.write() as tx:
        return delivery.claim_due(tx, method)


def kept(database: Database, delivery_id: str) -> Delivery:
    with database.read() as tx:
        found = delivery.get(tx, ACCOUNT, delivery_id)
    assert found is not None
    return found


def test_what_is_owed_is_claimed_once_and_settled(database: Database, owed: str) -> None:
    claimed = claim(database)
    assert claimed is not None
    assert (claimed.id, claimed.attempts, claimed.may_repeat) == (owed, 1, False)
    assert claim(database) is None
    with database.write() as tx:
        delivery.settle(tx, claimed, "250 ok")
    after = kept(database, owed)
    assert (after.status, after.answer) == (DeliveryStatus.SENT, "250 ok")
    assert after.settled_at > 0
    with database.read() as tx:
        assert delivery.of(tx, ACCOUNT, "inc1") == [after]
        assert delivery.get(tx, ACCOUNT + 1, owed) is None


def test_a_claim_that_nobody_settles_is_due_again_and_may_repeat(
    database: Database, owed: str, clock: VirtualClock
) -> None:
    claim(database)
    clock.advance(29)
    assert claim(database) is None
    clock.advance(1)
    again = claim(database)
    assert again is not None
    assert (again.id, again.attempts, again.may_repeat) == (owed, 2, True)


@pytest.mark.parametrize("may_have_arrived", [False, True])
def test_a_reported_failure_is_retried_and_repeats_only_what_may_have_arrived(
    database: Database, owed: str, clock: VirtualClock, may_have_arrived: bool
) -> None:
    claimed = claim(database)
    assert claimed is not None
    with database.write() as tx:
        retry_at = tx.now + 5000
        assert delivery.fail(tx, claimed, "broken", retry_at, may_have_arrived=may_have_arrived)
    assert claim(database) is None
    clock.advance(6)
    with database.read() as tx:
        assert delivery.count_due(tx, "email", 9)
        assert not delivery.count_due(tx, "webhook", 9)
    again = claim(database)
    assert again is not None
    assert (again.failures, again.last_error) == (1, "broken")
    assert again.may_repeat is may_have_arrived


def test_what_is_given_up_stays_visible(database: Database, owed: str) -> None:
    claimed = claim(database)
    assert claimed is not None
    with database.write() as tx:
        assert delivery.give_up(tx, claimed, "nobody there")
    after = kept(database, owed)
    assert (after.status, after.last_error) == (DeliveryStatus.FAILED, "nobody there")
    assert claim(database) is None
    with database.read() as tx:
        assert not delivery.count_due(tx, "email", 9)


def test_who_lost_the_lease_cannot_report_a_failure_but_can_report_success(
    database: Database, owed: str, clock: VirtualClock
) -> None:
    slow = claim(database)
    clock.advance(31)
    assert claim(database) is not None
    assert slow is not None
    with database.write() as tx:
        assert not delivery.fail(tx, slow, "late", tx.now, may_have_arrived=False)
        assert not delivery.give_up(tx, slow, "late")
        assert kept(database, owed).claimed
        delivery.settle(tx, slow, "after all")
    assert kept(database, owed).status is DeliveryStatus.SENT


def test_methods_do_not_wait_for_each_other(database: Database, owed: str) -> None:
    with database.write() as tx:
        hook = delivery.owe(tx, ACCOUNT, "webhook", "https://example.com", b"{}", "inc1")
    claimed = claim(database, "webhook")
    assert claimed is not None
    assert claimed.id == hook


def test_two_senders_never_claim_the_same_message(database: Database) -> None:
    if database.is_sqlite:
        return  # One writer at a time: the other sender cannot even look.
    with database.write() as tx:
        for _ in range(2):
            delivery.owe(tx, ACCOUNT, "email", "bob@example.com", b"{}", "inc1")
    with database.write() as first, database.write() as second:
        found = {delivery.claim_due(first, "email"), delivery.claim_due(second, "email")}
    assert len({each.id for each in found if each}) == 2


def test_only_settled_deliveries_are_swept(
    database: Database, owed: str, clock: VirtualClock
) -> None:
    claimed = claim(database)
    assert claimed is not None
    with database.write() as tx:
        delivery.settle(tx, claimed, "ok")
        pending = delivery.owe(tx, ACCOUNT, "email", "bob@example.com", b"{}", "inc2")
    clock.advance(60)
    with database.write() as tx:
        assert delivery.sweep(tx, tx.now, 10) == 1
        assert delivery.sweep(tx, tx.now, 10) == 0
    assert kept(database, pending).status is DeliveryStatus.PENDING
