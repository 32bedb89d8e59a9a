"""Custom actions on incidents, against a real HTTP server, and the links of a channel."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.factories import make_team
from tests.incidents import info, make_channel, report, sends, timeline
from tests.outbound.servers import http_server, reply
from tests.server import Server
from tocsin.store.database import Database


class Service:
    """Somebody's service: what it was told, and what it answers."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.port = 0

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.told.append((dict(handler.headers), body))
        reply(handler, self.status, b"no room")


@pytest.fixture
def service() -> Iterator[Service]:
    told = Service()
    with http_server(told) as port:
        told.port = port
        yield told


@pytest.fixture
def channel(server: Server, cast: Cast, database: Database) -> int:
    return make_channel(server, database, cast)


def make(server: Server, cast: Cast, channel: int, service: Service, **more: Any) -> int:
    """A custom action of the channel that tells the service."""
    settings = {
        "endpoint": f"http://127.0.0.1:{service.port}/restart",
        "headers": {"X-Key": "k"},
        "channel_ids": [channel],
    }
    wish = {"plugin_type": "custom.action", "name": "Restart", "settings": settings, **more}
    return int(server.post("/datasource/upsert", wish, cast.alice.key).data["integration_id"])


def lets_in(server: Server) -> None:
    site = server.database.site
    server.database.site = replace(site, outbound_allowed_networks="127.0.0.0/8")


def do(server: Server, key: str, incident: str, action: int) -> Any:
    wish = {"incident_id": incident, "integration_id": action}
    return server.post("/incident/custom-action/do", wish, key)


@pytest.mark.effect("/incident/custom-action/do", seen_by="/incident/feed")
def test_an_action_is_told_all_and_stands_on_the_timeline(
    server: Server, cast: Cast, database: Database, channel: int, service: Service
) -> None:
    lets_in(server)
    incident = sends(database, cast, channel, labels={"host": "db7"})
    action = make(server, cast, channel, service, signing_secret="hush")
    assert do(server, cast.bob.key, incident, action).data == {}
    ((headers, body),) = service.told
    signed = hmac.new(b"hush", body, hashlib.sha256).hexdigest()
    assert headers["Tocsin-Signature"] == f"sha256={signed}"
    assert (headers["X-Key"], headers["Content-Type"]) == ("k", "application/json")
    said = json.loads(body)
    assert (said["event_type"], said["person"]["person_name"]) == ("i_custom", "Bob")
    assert said["incident"]["incident_id"] == incident
    assert said["incident"]["dedup_key"] == "cpu"
    assert [one["labels"] for one in said["incident"]["alerts"]] == [{"host": "db7"}]
    server.restart()
    entry = timeline(server, cast.charlie, incident)[-1]
    assert (entry["type"], entry["creator_id"]) == ("i_custom", cast.bob.id)
    assert entry["detail"] == {"integration_id": action, "integration_name": "Restart"}


def test_what_fails_is_told_and_leaves_no_entry(
    server: Server, cast: Cast, channel: int, service: Service
) -> None:
    incident = report(server, cast.bob, channel_id=channel)
    action = make(server, cast, channel, service)
    internal = do(server, cast.bob.key, incident, action).data
    assert "127.0.0.1" in internal["message"]
    assert service.told == []
    lets_in(server)
    service.status = 500
    failed = do(server, cast.bob.key, incident, action).data
    assert failed == {"message": "answered 500, not 200: no room"}
    assert [one["type"] for one in timeline(server, cast.bob, incident)] == ["i_new", "i_notify"]


def test_only_actions_of_the_channel_run_and_only_for_those_who_may(
    server: Server, cast: Cast, database: Database, channel: int, service: Service
) -> None:
    lets_in(server)
    other = make_channel(server, database, cast, "Other")
    incident = report(server, cast.bob, channel_id=channel)
    foreign = make(server, cast, other, service)
    action = make(server, cast, channel, service)
    assert do(server, cast.bob.key, incident, foreign).code == "InvalidParameter"
    assert do(server, cast.bob.key, incident, 5).code == "ResourceNotFound"
    assert do(server, cast.charlie.key, incident, action).code == "AccessDenied"
    off = {"integration_id": action, "status": "disabled"}
    assert server.post("/datasource/upsert", off, cast.alice.key).status == 200
    assert do(server, cast.bob.key, incident, action).code == "InvalidParameter"
    team = make_team(database, cast, "Secret", cast.charlie)
    wish = {"team_id": team, "channel_name": "Hush", "is_private": True}
    private = server.post("/channel/create", wish, cast.alice.key).data["channel_id"]
    hidden = report(server, cast.alice, channel_id=private)
    theirs = make(server, cast, private, service)
    assert do(server, cast.bob.key, hidden, theirs).code == "ResourceNotFound"
    assert service.told == []


def test_a_channel_has_five_actions_and_three_links_at_most(
    server: Server, cast: Cast, channel: int, service: Service
) -> None:
    actions = [make(server, cast, channel, service) for _ in range(5)]
    for kind, count in (("custom.action", 0), ("link", 3)):
        wish = {
            "plugin_type": kind,
            "settings": {"endpoint": "https://wiki.example/", "channel_ids": [channel]},
        }
        for _ in range(count):
            assert server.post("/datasource/upsert", wish, cast.alice.key).status == 200
        refused = server.post("/datasource/upsert", wish, cast.alice.key)
        assert refused.code == "InvalidParameter", kind
        assert "already" in refused.message
    change = {"integration_id": actions[0], "name": "Again"}
    assert server.post("/datasource/upsert", change, cast.alice.key).status == 200


def test_links_show_on_incidents_with_their_values(
    server: Server, cast: Cast, database: Database, channel: int
) -> None:
    wish = {
        "plugin_type": "link",
        "name": "Runbook",
        "settings": {
            "endpoint": "https://wiki.example/${labels.host}?q=${title}&n=${num}&x=${labels.none}",
            "open_type": "popup",
            "channel_ids": [channel],
        },
    }
    assert server.post("/datasource/upsert", wish, cast.alice.key).status == 200
    bad = {**wish, "settings": {"endpoint": "javascript:alert(1)", "channel_ids": [channel]}}
    assert server.post("/datasource/upsert", bad, cast.alice.key).code == "InvalidParameter"
    incident = sends(database, cast, channel, labels={"host": "a/b&c"})
    (link,) = info(server, cast.charlie, incident)["links"]
    num = incident[-6:].upper()
    assert link == {
        "name": "Runbook",
        "endpoint": f"https://wiki.example/a%2Fb%26c?q=cpu%20high&n={num}&x=",
        "open_type": "popup",
    }
    assert info(server, cast.charlie, report(server, cast.bob))["links"] == []
