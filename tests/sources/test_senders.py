"""Every sender's own requests, over HTTP: an alert and an incident, once, until it recovers."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from scripts.senders import shown
from tests import claims
from tests.cast import Cast
from tests.conftest import sqlite_database
from tests.server import Server
from tests.sources.senders import Sender, senders
from tests.sources.watching import Watch
from tocsin.edge.door_tree import DoorTree
from tocsin.kernel.units import seconds
from tocsin.sources.doors import DOORS
from tocsin.store.database import Database

SENDERS = senders()
TREE = DoorTree(DOORS)


@pytest.fixture
def database_url(tmp_path: Any) -> str:
    """Doors know no database: one engine is enough for all of them."""
    return sqlite_database(tmp_path)


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
        assert watch.incident["progress"] == "Processing"
    if sender.resolve:
        sender.resolve.send(server, watch.key)
        assert watch.incident["progress"] == "Closed"
        assert watch.alert["alert_status"] == "Ok"
    assert watch.rejections() == []
    for kind in sender.shows:
        by = TREE.find(urlsplit(getattr(sender, kind).path).path)
        assert by
        claims.check(watch.as_person, seconds(server.clock.now()), by.door.path, [kind])


def test_every_door_was_seen_in_use() -> None:
    seen = {claim.path for claim in shown() if claim.kinds}
    assert seen == {door.path for door in DOORS}, "add a fixture, or mark a test with `door`"
