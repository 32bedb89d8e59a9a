import pytest
from msgspec.structs import replace

from tests.domain.test_alert import FIRING, opened
from tests.plans import analyse, plan
from tocsin.domain.severity import EventStatus
from tocsin.kernel.units import MINUTE
from tocsin.store import alert as alerts
from tocsin.store import noise_preview
from tocsin.store.database import Database

OURS = replace(opened(), id="a1", channel_id=2)
THEIRS = replace(opened(), id="a2", channel_id=3, alert_key="other")


def keep(database: Database, *said: tuple[str, int]) -> None:
    """Events of our channel (its alert a1) or another's (a2), each at a minute."""
    owners = {"a1": OURS, "a2": THEIRS}
    with database.write() as tx:
        alerts.add_events(
            tx,
            [
                (
                    f"e{number:03}",
                    owners[alert_id],
                    replace(FIRING, title=f"{minute}", happened_at=minute * MINUTE),
                )
                for number, (alert_id, minute) in enumerate(said)
            ],
        )


def test_the_latest_firing_events_of_the_channel_are_found(database: Database) -> None:
    keep(database, ("a1", 1), ("a1", 5), ("a2", 6), ("a1", 7))
    with database.write() as tx:
        recovery = replace(FIRING, status=EventStatus.OK, happened_at=8 * MINUTE)
        alerts.add_events(tx, [("e999", OURS, recovery)])
        found = noise_preview.events(tx, 1, 2, 5 * MINUTE)
    assert [event.title for event in found.events] == ["7", "5"]
    assert found.since == 5 * MINUTE


def test_too_many_events_are_cut_and_it_says_how_far_back_they_reach(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(database, *[("a1", minute) for minute in range(1, 9)])
    monkeypatch.setattr(noise_preview, "EVENTS_MAX", 3)
    with database.read() as tx:
        found = noise_preview.events(tx, 1, 2, 0)
    assert ([event.title for event in found.events], found.since) == (["8", "7", "6"], 6 * MINUTE)


def test_events_of_other_channels_are_looked_through_only_so_far(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(database, ("a1", 1), *[("a2", minute) for minute in range(2, 9)])
    monkeypatch.setattr(noise_preview, "SCANNED_MAX", 4)
    with database.read() as tx:
        found = noise_preview.events(tx, 1, 2, 0)
    assert (found.events, found.since) == ([], 5 * MINUTE)


def test_what_fires_is_found_with_when_it_was_acknowledged(database: Database) -> None:
    with database.write() as tx:
        ended = replace(OURS, id="a3", end_time=9, alert_key="ended", updated_at=10 * MINUTE)
        alerts.add_many(tx, [OURS, THEIRS, ended])
        assert [life.alert.id for life in noise_preview.active(tx, 1, 2)] == ["a1"]
        lives = noise_preview.lives(tx, 1, 2, 0)
        assert [life.alert.id for life in lives] == ["a3", "a1"]
        assert noise_preview.lives(tx, 1, 2, 11 * MINUTE) == []


def test_what_fires_is_read_by_index(database: Database) -> None:
    with database.write() as tx:
        rows = [
            replace(OURS, id=f"{number:024}", alert_key=f"{number}", end_time=number % 50)
            for number in range(2_000)
        ]
        alerts.add_many(tx, rows)
    analyse(database)
    with database.read() as tx:
        words = plan(tx, noise_preview.active_statement(1, 2))
    assert "ix_alert_active_created" in words or "uq_alert_open" in words
