"""Opsgenie's heartbeats by its own SDK: they are ours, and their channel hears of them."""

import pytest

from tests.cast import Cast
from tests.push import engine
from tests.senders.opsgenie import Genie
from tests.server import Server
from tocsin.store.database import Database

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def genie(server: Server, database: Database, cast: Cast) -> Genie:
    return Genie(server, database, cast)


def make(genie: Genie, name: str = "nightly backup", **fields: object) -> None:
    wish = {"name": name, "interval": 10, "intervalUnit": "minutes", "enabled": True, **fields}
    assert genie.heartbeats.create_heartbeat(wish).data.name == name


def test_a_heartbeat_that_falls_silent_opens_an_incident_and_its_ping_ends_it(
    genie: Genie,
) -> None:
    make(genie, description="pg_dump", alertPriority="P4", alertTags=["backup"])
    assert genie.heartbeats.ping("nightly backup").result == "PONG - Heartbeat received"
    genie.server.restart()
    shown = genie.heartbeats.get_heartbeat("nightly backup").data
    assert (shown.interval, shown.interval_unit, shown.description) == (10, "minutes", "pg_dump")
    assert (shown.enabled, shown.expired) == (True, False)
    assert shown.last_ping_time.timestamp() * 1000 == genie.server.clock.now()
    genie.server.clock.advance(601)
    engine(genie.database)
    assert genie.heartbeats.get_heartbeat("nightly backup").data.expired is True
    assert genie.incident["incident_severity"] == "Info"
    assert genie.sender.alert()["labels"]["tags"] == "backup"
    genie.heartbeats.ping("nightly backup")
    engine(genie.database)
    assert genie.incident["progress"] == "Closed"


def test_heartbeats_are_changed_switched_off_and_on_and_deleted(genie: Genie) -> None:
    make(genie)
    make(genie, "idle", enabled=False)
    wish = {"interval": 2, "intervalUnit": "hours"}
    genie.heartbeats.update_heartbeat("nightly backup", update_heartbeat_payload=wish)
    assert genie.heartbeats.disable_heartbeat("nightly backup").data.enabled is False
    genie.server.restart()
    [idle, backup] = genie.heartbeats.list_heart_beats().data.heartbeats
    assert (idle.name, idle.enabled) == ("idle", False)
    assert (backup.interval, backup.interval_unit, backup.enabled) == (2, "hours", False)
    assert genie.heartbeats.enable_heartbeat("idle").data.enabled is True
    assert genie.heartbeats.delete_heartbeat("nightly backup").result == "Deleted"
    genie.server.restart()
    listed = genie.post("/heartbeat/list", integration_ids=[genie.sender.id])["items"]
    assert [(one["heartbeat_name"], one["status"]) for one in listed] == [("idle", "new")]


def test_a_ping_by_name_means_the_integrations_own_heartbeat(
    genie: Genie, server: Server, database: Database, cast: Cast
) -> None:
    other = Genie(server, database, cast, "Elsewhere")
    make(other)
    make(genie)
    genie.heartbeats.ping("nightly backup")
    assert genie.heartbeats.get_heartbeat("nightly backup").data.last_ping_time is not None
    assert other.heartbeats.get_heartbeat("nightly backup").data.last_ping_time is None
