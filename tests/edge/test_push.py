"""The push doors as senders meet them: what is answered, and that it is on disk by then."""

import gzip
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.escalation import people, rule
from tests.push import ALERTS, CHANGES, engine, make_channel, make_integration, push
from tests.server import Answer, Server
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database
from tocsin.store.inbox import Entry, open_inbox

CHANGE = {"title": "Deploy", "change_key": "deploy-7", "change_status": "Ready"}


@pytest.fixture
def key(server: Server, cast: Cast) -> str:
    """The push key of a standard alert integration."""
    return str(make_integration(server, cast)["integration_key"])


def kept(database: Database) -> list[Entry]:
    """What an engine would find."""
    inbox = open_inbox(database)
    with inbox.take(100) as taken:
        found = taken.entries
    inbox.close()
    return found


def raw(server: Server, key: str, body: bytes, content_type: str = "application/json") -> Answer:
    headers = {"Content-Type": content_type} if content_type else {}
    path = f"{ALERTS}?integration_key={key}"
    return Answer(server.request("POST", path, content=body, headers=headers))


def test_a_push_is_on_disk_when_its_sender_is_told_the_key(
    server: Server, key: str, database: Database
) -> None:
    answer = push(server, key, alert_key="disk-1")
    assert answer.data == {"alert_key": "disk-1"}
    assert answer.response.headers["Flashcat-Request-Id"] == answer.body["request_id"]
    [entry] = kept(database)
    assert (entry.door, entry.meta["alert_key"]) == ("standard.alert", "disk-1")
    assert entry.received_at == server.clock.now()


def test_a_push_without_a_key_is_given_one(server: Server, key: str, database: Database) -> None:
    made = push(server, key).data["alert_key"]
    assert len(made) == 22
    assert kept(database)[0].meta["alert_key"] == made


@pytest.mark.door("/event/push/change/standard", "fire", sender="Any script")
def test_a_change_is_taken_through_its_own_door(
    server: Server, cast: Cast, database: Database
) -> None:
    made = make_integration(server, cast, plugin_type="change.standard")
    assert push(server, made["integration_key"], CHANGES, **CHANGE).data == {}
    [entry] = kept(database)
    assert (entry.door, entry.scope) == ("change.standard", str(made["integration_id"]))
    engine(database)


def test_a_channel_named_in_the_address_goes_with_the_push(
    server: Server, cast: Cast, key: str, database: Database
) -> None:
    channel_id = make_channel(server, database, cast)
    push(server, key, query=f"&channel_id={channel_id}", alert_key="k")
    assert kept(database)[0].meta["channel_id"] == str(channel_id)
    answer = push(server, key, query="&channel_id=first")
    assert (answer.code, "channel_id" in answer.message) == ("InvalidParameter", True)


def test_an_unknown_channel_in_the_address_is_named_at_once_and_the_push_kept(
    server: Server, key: str, database: Database
) -> None:
    answer = push(server, key, query="&channel_id=3521074710131")
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert "3521074710131" in answer.message
    [entry] = kept(database)
    assert entry.refused == answer.message


def test_a_channel_is_refused_within_seconds_of_its_deletion(
    server: Server, cast: Cast, key: str, database: Database
) -> None:
    channel_id = make_channel(server, database, cast)
    query = f"&channel_id={channel_id}"
    assert push(server, key, query=query).status == 200
    server.post("/channel/delete", {"channel_id": channel_id}, cast.bob.key)
    server.clock.advance(5)
    assert str(channel_id) in push(server, key, query=query).message


@pytest.mark.parametrize("wrong", ["", "0" * 35])
def test_a_wrong_key_is_refused_in_the_documented_words(server: Server, wrong: str) -> None:
    answer = push(server, wrong)
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert answer.message.endswith("integration_key is not a valid one")


def test_a_key_opens_the_door_of_its_own_kind_only(server: Server, key: str) -> None:
    answer = push(server, key, CHANGES, **CHANGE)
    assert answer.message.endswith("integration_key is not a valid one")


def test_a_disabled_integration_refuses_within_seconds(
    server: Server, cast: Cast, key: str
) -> None:
    assert push(server, key).status == 200
    found = server.post("/datasource/desc", {"integration_key": key}, cast.bob.key).data
    off = {"integration_id": found["integration_id"], "status": "disabled"}
    server.post("/datasource/upsert", off, cast.bob.key)
    server.clock.advance(5)
    assert "disabled" in push(server, key).message


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"event_status": "critical"}, "event_status"),
        ({"event_status": "Ok"}, "alert_key is required"),
        ({"title_rule": ""}, "title_rule is required"),
        ({"labels": {"a b": "c"}}, "label a b"),
    ],
)
def test_what_is_refused_is_kept_with_the_reason(
    server: Server, key: str, database: Database, fields: dict[str, Any], said: str
) -> None:
    answer = push(server, key, **fields)
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert said in answer.message
    [entry] = kept(database)
    assert entry.refused == answer.message


def test_people_read_refusals_in_their_language(server: Server, key: str) -> None:
    path = f"{ALERTS}?integration_key={key}"
    headers = {"Accept-Language": "zh-CN"}
    answer = Answer(server.request("POST", path, json={"title": "x"}, headers=headers))
    assert answer.message == "event_status 为必填项"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"a":' * 20_000, b"NaN"])
def test_what_is_no_json_object_is_refused(server: Server, key: str, body: bytes) -> None:
    answer = raw(server, key, body)
    assert (answer.status, answer.code) == (400, "InvalidParameter")


def test_a_body_over_a_megabyte_is_refused(server: Server, key: str) -> None:
    answer = raw(server, key, b" " * (1024 * 1024 + 1))
    assert (answer.status, answer.code) == (413, "EntityTooLarge")


def test_only_json_is_pushed(server: Server, key: str) -> None:
    body = b'{"title": "x", "event_status": "Info"}'
    assert raw(server, key, body, "text/plain").code == "InvalidContentType"
    assert raw(server, key, body, "application/json; charset=UTF-8").status == 200


def test_other_addresses_and_methods_are_named(server: Server, key: str) -> None:
    query = f"?integration_key={key}"
    missing = Answer(server.request("POST", f"/event/push/alert/nothing{query}", json={}))
    assert (missing.status, missing.code) == (404, "RouteNotFound")
    wrong = Answer(server.request("GET", ALERTS + query))
    assert (wrong.status, wrong.code) == (400, "MethodNotAllowed")


class TestWithALimit:
    """The operator lets each integration push twice a second."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, push_per_second=2)

    def test_a_flood_is_told_when_to_come_back(
        self, server: Server, cast: Cast, key: str, database: Database
    ) -> None:
        assert [push(server, key).status for _ in range(3)] == [200, 200, 429]
        answer = push(server, key)
        assert answer.code == "RequestTooFrequently"
        assert answer.response.headers["Retry-After"] == "1"
        other = make_integration(server, cast)["integration_key"]
        assert push(server, other).status == 200
        server.clock.advance(1)
        assert push(server, key).status == 200
        assert len(kept(database)) == 4


def test_probes_are_answered_without_a_key(server: Server, database: Database) -> None:
    for method in ("HEAD", "OPTIONS"):
        probed = server.request(method, ALERTS)
        assert (probed.status_code, probed.content) == (204, b"")
        assert probed.headers["Allow"] == "POST, HEAD, OPTIONS"
    assert kept(database) == []


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_compressed_push_is_kept_as_it_was_before(
    server: Server, key: str, database: Database, pack: Callable[[bytes], bytes]
) -> None:
    body = b'{"title": "x", "event_status": "Info"}'
    headers = {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip" if pack is gzip.compress else "deflate",
    }
    path = f"{ALERTS}?integration_key={key}"
    assert server.request("POST", path, content=pack(body), headers=headers).status_code == 200
    assert kept(database)[0].body == body
    damaged = Answer(server.request("POST", path, content=b"\x1f\x8bnot", headers=headers))
    assert (damaged.status, damaged.code) == (400, "InvalidParameter")
    bomb = pack(b" " * 2_000_000)
    assert server.request("POST", path, content=bomb, headers=headers).status_code == 413


def test_whom_a_push_asks_to_tell_is_kept(server: Server, key: str, database: Database) -> None:
    push(server, key, query="&layer_person_reset_0_emails=bob%40acme.example")
    assert kept(database)[0].meta["layer_person_reset_0_emails"] == "bob@acme.example"


def test_whom_a_push_asks_to_tell_is_told(server: Server, cast: Cast, database: Database) -> None:
    channel = make_channel(server, database, cast)
    rule(server, cast.bob, channel, {"target": people(cast.charlie)})
    made = make_integration(server, cast, channel_id=channel)
    wish = "&layer_person_reset_0_emails=alice%40acme.example"
    push(server, made["integration_key"], query=wish, labels={"host": "db1"})
    engine(database)
    now = server.clock.now() // 1000
    window = {"start_time": now - 60, "end_time": now + 60, "limit": 5}
    (incident,) = server.post("/incident/list", window, cast.alice.key).data["items"]
    assert incident["labels"] == {
        "host": "db1",
        "layer_person_reset_0_emails": "alice@acme.example",
    }
    assert [one["person_id"] for one in incident["responders"]] == [cast.alice.id]
