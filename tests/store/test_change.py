from msgspec.structs import replace

from tests.domain.test_change import PLACE, READY
from tocsin.domain.change import ChangeStatus, receive
from tocsin.store import change as changes
from tocsin.store.database import Database


def test_a_change_and_every_report_about_it_are_read_back(database: Database) -> None:
    done = replace(READY, status=ChangeStatus.DONE, happened_at=2_000, labels={"app": "shop"})
    with database.write() as tx:
        started = receive(None, READY, PLACE, "c1", at=1)
        changes.add(tx, started)
        changes.add_event(tx, started, READY, at=1)
        finished = receive(changes.find(tx, PLACE, "deploy"), done, PLACE, "unused", at=2)
        changes.save(tx, finished)
        changes.add_event(tx, finished, done, at=2)
        assert changes.find(tx, PLACE, "deploy") == finished
        assert changes.find(tx, replace(PLACE, channel_id=8), "deploy") is None
        statuses = [event.status for event in changes.events(tx, 1, "c1", limit=10)]
    assert statuses == [ChangeStatus.DONE, ChangeStatus.READY]
