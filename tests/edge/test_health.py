"""What a supervisor and Prometheus ask of the server."""

from msgspec import structs
from sqlalchemy import insert

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.server import Server, serving
from tocsin.kernel.settings import Settings
from tocsin.store import migration, timer
from tocsin.store.database import Database
from tocsin.store.tables.engine import engine_beat


def beat(database: Database) -> None:
    with database.write() as tx:
        tx.run(insert(engine_beat).values(engine_id="e", started_at=tx.now, beat_at=tx.now))


def test_a_server_is_healthy_as_soon_as_it_answers(server: Server) -> None:
    assert server.request("GET", "/-/healthy").status_code == 200


def test_it_is_ready_once_migrated_and_its_engine_reports(
    server: Server, database: Database
) -> None:
    unmigrated = server.request("GET", "/-/ready")
    assert unmigrated.status_code == 503
    assert "tocsin migrate" in unmigrated.json()["problems"][0]
    migration.stamp(database)
    assert "tocsin engine" in server.request("GET", "/-/ready").json()["problems"][0]
    beat(database)
    ready = {"ready": True, "problems": [], "warnings": []}
    assert server.request("GET", "/-/ready").json() == ready
    server.clock.advance(31)
    assert server.request("GET", "/-/ready").status_code == 503


def test_metrics_count_calls_and_show_the_engine(
    server: Server, database: Database, cast: Cast
) -> None:
    server.post("/nowhere", {}, cast.alice.key)
    beat(database)
    server.clock.advance(2)
    text = server.request("GET", "/metrics").text
    assert 'tocsin_requests_total{operation="unknown",status="404"} 1.0' in text
    assert "tocsin_engine_beat_age_seconds 2.0" in text
    assert "tocsin_timer_lag_seconds 0.0" in text
    assert "tocsin_write_hold_longest_seconds" in text


def test_a_nearly_full_disk_is_told_where_it_is_this_machines(
    database: Database, settings: Settings, clock: VirtualClock, database_url: str
) -> None:
    beat(database)
    greedy = structs.replace(settings, disk_free_mb_min=2**40)
    with serving(database_url, clock, greedy) as server:
        problems = server.request("GET", "/-/ready").json()["problems"]
    assert any("disk is nearly full" in each for each in problems) == database.is_sqlite


def test_a_full_inbox_is_told(
    database: Database, settings: Settings, clock: VirtualClock, database_url: str
) -> None:
    beat(database)
    with serving(database_url, clock, structs.replace(settings, inbox_entries_max=0)) as server:
        problems = server.request("GET", "/-/ready").json()["problems"]
    assert any("inbox is full" in each for each in problems)


def test_a_timer_that_fails_again_and_again_is_late_since_it_was_first_due(
    server: Server, database: Database, clock: VirtualClock
) -> None:
    migration.stamp(database)
    with database.write() as tx:
        timer.set_(tx, 1, "escalate", "i", tx.now)
    for _ in range(8):
        with database.write() as tx:
            found = timer.due(tx)
            if found:
                timer.postpone(tx, found, "ValueError: no such thing")
        clock.advance(15)
    beat(database)
    ready = server.request("GET", "/-/ready")
    assert ready.status_code == 200
    assert ready.json()["warnings"] == [
        "1 timers fail again and again, the first for 120 s (escalate: ValueError: no such thing);"
        " see the engine's log"
    ]
    text = server.request("GET", "/metrics").text
    assert "tocsin_timer_lag_seconds 120.0" in text
    assert 'tocsin_timers_failing{kind="escalate"} 1.0' in text
    with database.write() as tx:
        timer.set_(tx, 1, "escalate", "i", tx.now + 60_000)
    assert server.request("GET", "/-/ready").json()["warnings"] == []
    assert "tocsin_timer_lag_seconds 0.0" in server.request("GET", "/metrics").text
