"""Alert webhooks, over HTTP: what stands on the logs of alerts, told to a real receiver."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.outbound.servers import http_server
from tests.push import engine, make_channel, make_integration, push
from tests.server import Server
from tests.webhooks import Receiver, deliver, history, hook
from tocsin.store.database import Database


@pytest.fixture
def channel_id(server: Server, cast: Cast, database: Database) -> int:
    return make_channel(server, database, cast)


def sender(server: Server, cast: Cast, channel_id: int) -> str:
    """The key of a sender into the channel."""
    made = make_integration(server, cast, settings={"channel_ids": [channel_id]})
    return str(made["integration_key"])


def told(receiver: Receiver) -> list[tuple[str, str]]:
    return [(one["event_type"], one["alert"]["title"]) for one in receiver.bodies]


def test_a_webhook_hears_of_an_alert_from_its_first_event_to_its_recovery(
    server: Server, cast: Cast, database: Database, channel_id: int
) -> None:
    key, receiver = sender(server, cast, channel_id), Receiver()
    with http_server(receiver) as port:
        made = hook(server, cast, f"http://127.0.0.1:{port}/", 301)
        for status in ("Warning", "Warning", "Critical", "Ok"):
            push(server, key, event_status=status, alert_key="disk")
            engine(database)
            server.clock.advance(1)
            deliver(server)
    assert [one["event_type"] for one in receiver.bodies] == ["a_new", "a_update", "a_update"]
    first = receiver.bodies[0]
    assert (first["event_time"] // 1000, "person" in first) == (first["alert"]["start_time"], False)
    assert [one["alert"]["alert_status"] for one in receiver.bodies] == [
        "Warning",
        "Critical",
        "Ok",
    ]
    assert first["alert"]["data_source_type"] == "standard.alert"
    assert first["alert"]["incident"]["title"] == "Disk full"
    items = history(server, cast, integration_id=made, asc=True)["items"]
    assert [one["webhook_type"] for one in items] == ["alert"] * 3
    assert items[0]["ref_id"] == first["alert"]["alert_id"]
    wish = {"integration_id": made, "event_id": first["event_id"]}
    detail = server.post("/webhook/history/detail", wish, cast.alice.key).data
    assert (detail["ref_title"], detail["channel_name"]) == ("Disk full", "Payments")


def test_people_who_move_and_close_alerts_are_named(
    server: Server, cast: Cast, database: Database, channel_id: int
) -> None:
    key, receiver = sender(server, cast, channel_id), Receiver()
    for name in ("disk", "cpu"):
        push(server, key, alert_key=name, title_rule=name)
    engine(database)
    items = server.post("/alert/list", window(server), cast.alice.key).data["items"]
    by_title = {one["title"]: one for one in items}
    with http_server(receiver) as port:
        hook(server, cast, f"http://127.0.0.1:{port}/", 301, event_types=["a_merge", "a_close"])
        disk, cpu = by_title["disk"], by_title["cpu"]
        target = cpu["incident"]["incident_id"]
        wish = {"alert_ids": [disk["alert_id"]], "incident_id": target, "comment": "same"}
        assert server.post("/alert/merge", wish, cast.bob.key).status == 200
        deliver(server)
        server.post("/incident/resolve", {"incident_ids": [target]}, cast.alice.key)
        deliver(server)
    assert sorted(told(receiver)) == [("a_close", "cpu"), ("a_close", "disk"), ("a_merge", "disk")]
    merged = receiver.bodies[0]
    assert merged["person"]["email"] == "bob@acme.example"
    assert merged["alert"]["incident"]["incident_id"] == target
    assert {one["person"]["email"] for one in receiver.bodies[1:]} == {"alice@acme.example"}


def test_filters_and_channels_narrow_what_is_told(
    server: Server, cast: Cast, database: Database, channel_id: int
) -> None:
    other = make_channel(server, database, cast, "Search")
    receiver = Receiver()
    database_only = [[{"key": "labels.team", "oper": "IN", "vals": ["db*"]}]]
    with http_server(receiver) as port:
        url = f"http://127.0.0.1:{port}/"
        hook(server, cast, url, 301, channel_ids=[channel_id], filters=database_only)
        for channel, team in ((channel_id, "dba"), (channel_id, "web"), (other, "dba")):
            push(server, sender(server, cast, channel), labels={"team": team}, title_rule=team)
        engine(database)
        deliver(server)
    assert told(receiver) == [("a_new", "dba")]
    assert receiver.bodies[0]["alert"]["channel_id"] == channel_id


def window(server: Server) -> dict[str, Any]:
    now = server.clock.now() // 1000
    return {"start_time": now - 3600, "end_time": now + 1, "limit": 50}
