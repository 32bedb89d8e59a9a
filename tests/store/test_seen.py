"""Messages that are heard once, and what is forgotten after a day."""

from tests.clock import VirtualClock
from tocsin.store import heartbeat, seen
from tocsin.store.database import Database


def test_a_message_is_new_once_a_day_for_each_account_and_sender(
    database: Database, clock: VirtualClock
) -> None:
    with database.write() as tx:
        assert seen.first(tx, 1, "a", "m")
        assert not seen.first(tx, 1, "a", "m")
        assert seen.first(tx, 1, "b", "m")
        assert seen.first(tx, 2, "a", "m")
        assert seen.sweep(tx, 10) == 0
    clock.advance(86_401)
    with database.write() as tx:
        assert seen.sweep(tx, 2) == 2
        assert seen.sweep(tx, 10) == 1
        assert seen.first(tx, 1, "a", "m")
        assert heartbeat.sweep(tx, 10) == 0
