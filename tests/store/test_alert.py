import pytest
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.domain.test_alert import FIRING, opened
from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import Image
from tocsin.domain.severity import EventStatus, Severity
from tocsin.kernel.paging import Window
from tocsin.store import alert as alerts
from tocsin.store import alert_list
from tocsin.store.alert import Totals
from tocsin.store.alert_list import Order, Wanted
from tocsin.store.database import Database
from tocsin.store.tables.alert import alert_label

ALERT = replace(
    opened(), id="a1", incident_id="i1", images=(Image("img_1", alt="graph"),), ever_muted=True
)


def keep(database: Database, *new: Alert) -> None:
    with database.write() as tx:
        alerts.add_many(tx, new)


def labels(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as tx:
        filed = select(alert_label.c["name", "value", "owners"])
        return [(name, value, owners) for name, value, owners in tx.tuples(filed)]


def of_host(database: Database, value: str) -> list[str]:
    with database.read() as tx:
        wish = Wanted(labels={"host": (value,)})
        found = alert_list.page(tx, 1, wish, Order.CREATED, Window(0, 20), ascending=True)
        return [one.id for one in found]


def test_an_alert_comes_back_as_it_was_kept(database: Database) -> None:
    keep(database, ALERT)
    with database.write() as tx:
        assert alerts.get(tx, 1, "a1") == ALERT
        assert alerts.get(tx, 2, "a1") is None
        assert alerts.lock(tx, 1, ["a1", "a2"]) == [ALERT]
    assert sorted(labels(database)) == [
        ("host", "db1", '["a1"]'),
        ("volume", "/var", '["a1"]'),
    ]


def test_only_an_open_alert_of_the_very_same_sender_takes_further_events(
    database: Database,
) -> None:
    keep(database, ALERT)
    with database.write() as tx:
        assert alerts.find_open(tx, 1, [(3, "disk"), (3, "cpu"), (4, "disk")]) == [ALERT]
        assert alerts.find_open(tx, 1, [(4, "disk")]) == []
        assert alerts.find_open(tx, 2, [(3, "disk")]) == []
        alerts.save(tx, ALERT, replace(ALERT, end_time=5))
        assert alerts.find_open(tx, 1, [(3, "disk")]) == []


def test_two_open_alerts_of_one_key_cannot_exist(database: Database) -> None:
    keep(database, ALERT)
    with pytest.raises(IntegrityError):
        keep(database, replace(ALERT, id="a2"))
    keep(database, replace(ALERT, id="a2", end_time=5))


def test_saving_follows_the_labels(database: Database) -> None:
    keep(database, ALERT)
    changed = replace(ALERT, labels={"host": "db2"}, severity=Severity.CRITICAL)
    with database.write() as tx:
        alerts.save(tx, ALERT, changed)
        assert alerts.get(tx, 1, "a1") == changed
    assert of_host(database, "db2") == ["a1"]
    assert of_host(database, "db1") == []
    with database.write() as tx:
        alerts.save(tx, changed, ALERT)
    assert of_host(database, "db1") == ["a1"]


def test_a_removed_alert_is_led_to_by_nothing(database: Database) -> None:
    stays = replace(ALERT, id="a2", alert_key="cpu")
    keep(database, ALERT, stays)
    with database.write() as tx:
        alerts.save(tx, ALERT, replace(ALERT, labels={"host": "db2"}))
        alerts.remove(tx, 1, ["a1"])
    assert sorted(labels(database)) == [
        ("host", "db1", '["a2"]'),
        ("volume", "/var", '["a2"]'),
    ]


def test_events_are_read_newest_first(database: Database) -> None:
    keep(database, ALERT)
    with database.write() as tx:
        alerts.add_events(
            tx, [("e1", ALERT, FIRING), ("e2", ALERT, replace(FIRING, title="again"))]
        )
        now = tx.now
        newest, oldest = alerts.events(tx, 1, "a1", limit=20)
    assert (newest.title, newest.created_at) == ("again", now)
    assert (oldest.labels, oldest.status) == (FIRING.labels, EventStatus.WARNING)


def test_the_alerts_of_an_incident_are_summed_up(database: Database) -> None:
    keep(
        database,
        replace(ALERT, event_count=3),
        replace(
            ALERT,
            id="a2",
            alert_key="cpu",
            severity=Severity.CRITICAL,
            status=EventStatus.OK,
            end_time=9_000,
            last_time=9_000,
        ),
        replace(ALERT, id="a3", alert_key="other", incident_id="i2"),
    )
    with database.read() as tx:
        found = alerts.totals(tx, 1, ["i1", "none"])
    assert found == {
        "i1": Totals(
            labels=ALERT.labels,
            count=2,
            active_count=1,
            event_count=4,
            last_time=9_000,
            end_time=9_000,
            worst=Severity.CRITICAL,
            worst_active=EventStatus.WARNING,
        )
    }
    with database.read() as tx:
        assert [a.id for a in alerts.of_incident(tx, 1, "i1", is_active=True)] == ["a1"]
        assert alerts.count_of_incident(tx, 1, "i1", is_active=False) == 1


def test_alerts_move_close_and_go_with_their_incidents(database: Database) -> None:
    keep(database, ALERT, replace(ALERT, id="a2", alert_key="cpu", incident_id="i2"))
    with database.write() as tx:
        assert alerts.move(tx, 1, ["i1", "i2"], "i9") == 2
        assert alerts.close_of_incidents(tx, 1, ["i9"], at=77) == 2
        assert alerts.find_open(tx, 1, [(3, "disk")]) == []
        alerts.remove_of_incidents(tx, 1, ["i9"])
        assert alerts.get(tx, 1, "a1") is None
    assert labels(database) == []
