"""Every sender's own requests, over HTTP: an alert and an incident, once, until it recovers."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.conftest import sqlite_database
from tests.push import engine, make_channel, make_integration
from tests.server import Server
from tests.sources.senders import Sender, senders
from tocsin.sources.doors import DOORS
from tocsin.store.database import Database

SENDERS = senders()


@pytest.fixture
def database_url(tmp_path: Any) -> str:
    """Doors know no database: one engine is enough for all of them."""
    return sqlite_database(tmp_path)


class Watch:
    """A channel with an integration of the sender's kind."""

    def __init__(self, server: Server, database: Database, cast: Cast, plugin: str) -> None:
        self.server = server
        self.database = database
        self.person = cast.bob
        self.channel_id = make_channel(server, database, cast)
        made = make_integration(server, cast, plugin_type=plugin, channel_id=self.channel_id)
        self.integration_id = made["integration_id"]
        self.key = made["integration_key"]

    def listed(self, path: str) -> list[dict[str, Any]]:
        engine(self.database)
        now = self.server.clock.now() // 1000
        window = {"start_time": now - 30 * 86400, "end_time": now + 60}
        found = self.server.post(
            path, {"channel_ids": [self.channel_id], **window}, self.person.key
        )
        return list(found.data["items"])

    @property
    def incident(self) -> dict[str, Any]:
        [found] = self.listed("/incident/list")
        return found

    @property
    def alert(self) -> dict[str, Any]:
        [found] = self.listed("/alert/list")
        return found

    def rejections(self) -> list[Any]:
        engine(self.database)
        asked = {"integration_id": self.integration_id}
        found = self.server.post("/datasource/rejected-event/list", asked, self.person.key)
        return list(found.data["items"])


@pytest.mark.parametrize("name", SENDERS)
def test_what_a_sender_sends_becomes_one_incident_until_it_recovers(
    name: str, server: Server, database: Database, cast: Cast
) -> None:
    sender: Sender = SENDERS[name]
    watch = Watch(server, database, cast, sender.plugin)
    sender.fire.send(server, watch.key)
    alert = watch.alert
    assert (alert["alert_severity"], alert["title"]) == (sender.severity, sender.title)
    assert alert["alert_key"] == sender.key
    assert sender.labels.items() <= alert["labels"].items()
    sender.fire.send(server, watch.key)
    incident = watch.incident
    assert (incident["progress"], incident["alert_cnt"]) == ("Triggered", 1)
    if sender.ack:
        sender.ack.send(server, watch.key)
        engine(database)
    if sender.resolve:
        sender.resolve.send(server, watch.key)
        assert watch.incident["progress"] == "Closed"
        assert watch.alert["alert_status"] == "Ok"
    assert watch.rejections() == []


def test_every_door_has_a_sender_that_fires_through_it() -> None:
    shown = {sender.door for sender in SENDERS.values()}
    assert shown <= {door.path for door in DOORS}
