from msgspec.structs import replace

from tests.domain.test_alert import opened
from tests.plans import analyse, plan
from tocsin.domain.alert import Alert
from tocsin.kernel.units import MINUTE
from tocsin.store import alert as alerts
from tocsin.store import alert_source
from tocsin.store.alert_source import Having
from tocsin.store.database import Database

NOW = 1_000 * MINUTE


def source(id_: str, host: str = "db1", **more: object) -> Alert:
    fields = {"alert_key": id_, "channel_id": 2, "updated_at": NOW, "labels": {"host": host}}
    return replace(opened(), id=id_, **fields | more)  # type: ignore[arg-type]


def found(database: Database, having: Having | None = None, channel_id: int = 2) -> list[str]:
    with database.read() as tx:
        rows = alert_source.find(tx, 1, channel_id, NOW - 10 * MINUTE, having)
    return [one.id for one in rows]


def test_what_fires_and_was_heard_of_lately_may_explain_others(database: Database) -> None:
    with database.write() as tx:
        alerts.add_many(
            tx,
            [
                source("muted"),
                source("stale", updated_at=NOW - 10 * MINUTE - 1),
                source("recovered", end_time=NOW),
                source("closed", close_time=NOW),
                source("elsewhere", channel_id=3),
                source("of nobody's incident", incident_id="gone"),
            ],
        )
    assert found(database) == ["muted"]
    assert found(database, channel_id=3) == ["elsewhere"]


def test_sources_are_found_by_a_label_they_share(database: Database) -> None:
    long = "h" * 300
    with database.write() as tx:
        alerts.add_many(tx, [source("a"), source("b", "db2"), source("c", long)])
    assert found(database, Having("host", ("db1", "db3"))) == ["a"]
    assert found(database, Having("host", (long,))) == ["c"]
    assert found(database, Having("host", (long + "!",))) == []
    assert found(database, Having("host", ())) == []


def test_sources_are_read_by_index_however_many_alerts_there_are(database: Database) -> None:
    with database.write() as tx:
        alerts.add_many(
            tx,
            [
                source(f"{number:024x}", f"db{number}", updated_at=number * MINUTE)
                for number in range(3_000)
            ],
        )
    analyse(database)
    with database.read() as tx:
        late = alert_source.statement(1, 2, 2_990 * MINUTE, None)
        assert "ix_alert_account_updated" in plan(tx, late)
        by_label = alert_source.statement(1, 2, 0, Having("host", ("db7", "db8")))
        assert "ix_alert_label_name" in plan(tx, by_label)
