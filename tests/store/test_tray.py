"""Messages claimed where they are owed, on both databases."""

import pytest

from tests.clock import VirtualClock
from tocsin.kernel.units import SECOND
from tocsin.store import delivery
from tocsin.store.database import Database, PartFailed, Tx
from tocsin.store.delivery import LEASE_MS
from tocsin.store.tray import Tray


def owe(tx: Tx, method: str = "email", receiver: str = "") -> str:
    return delivery.owe(tx, 1, method, "somebody", b"{}", "inc1", receiver)


def test_an_engine_claims_what_it_owes_as_far_as_there_is_room(
    database: Database, clock: VirtualClock
) -> None:
    database.tray = tray = Tray({"email": 2})
    with database.write() as tx:
        owed = [owe(tx) for _ in range(3)]
        others = [owe(tx, "webhook"), owe(tx, receiver="hook")]
        assert tray.take("email") is None, "nothing is handed over before it is on disk"
    in_hand = tray.take_all()
    assert [one.id for one in in_hand] == owed[:2]
    database.tray = None
    with database.write() as tx:
        kept = {one.id: one for one in delivery.by_ids(tx, 1, [*owed, *others])}
        assert [kept[one.id] for one in in_hand] == in_hand
        assert [kept[each].claimed for each in (owed[2], *others)] == [False] * 3
        assert delivery.claim_some(tx, "email", 9)[0].id == owed[2]
    clock.advance(LEASE_MS / SECOND + 1)
    with database.write() as tx:
        again = delivery.claim_some(tx, "email", 9)
    assert {one.id: one.may_repeat for one in again if one.id in owed[:2]} == {
        owed[0]: True,
        owed[1]: True,
    }


def test_what_is_rolled_back_is_not_in_hand(database: Database) -> None:
    database.tray = tray = Tray({"email": 9})

    def fail(tx: Tx) -> None:
        owe(tx)
        raise ArithmeticError

    with database.write() as tx:
        kept = owe(tx)
        with pytest.raises(PartFailed):
            tx.part(lambda: fail(tx))
    assert [one.id for one in tray.take_all()] == [kept]
    with pytest.raises(ArithmeticError), database.write() as tx:
        fail(tx)
    assert tray.take_all() == []
