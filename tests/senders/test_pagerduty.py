"""PagerDuty's Events API, by its own client and by hand."""

import json
from collections.abc import Iterator
from typing import Any

import pagerduty
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from tests.cast import Cast
from tests.push import engine
from tests.senders.sending import Sending
from tests.server import Server
from tests.tls_front import tls_front
from tocsin.domain.change import Change
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database
from tocsin.store.tables.change import change

V2 = "/v2/enqueue"


@pytest.fixture
def sender(server: Server, database: Database, cast: Cast) -> Sending:
    return Sending(server, database, cast, "pagerduty", V2)


@pytest.fixture
def client(sender: Sending) -> Iterator[pagerduty.EventsApiV2Client]:
    """PagerDuty's own, which speaks nothing but TLS."""
    with (
        tls_front(sender.server.base) as front,
        pagerduty.EventsApiV2Client(sender.key, base_url=front.base, verify=front.trust) as its_own,
    ):
        yield its_own


def event(sender: Sending, action: str = "trigger", **more: Any) -> str:
    found = {"routing_key": sender.key, "event_action": action, **more}
    if action == "trigger":
        found.setdefault("payload", {"summary": "disk", "source": "db1", "severity": "error"})
    return json.dumps(found)


@pytest.mark.door("/v2/enqueue", "fire", "resolve", "ack", sender="`pagerduty` 7 from PyPI")
def test_its_own_client_triggers_acknowledges_and_resolves(
    sender: Sending, client: pagerduty.EventsApiV2Client
) -> None:
    key = client.trigger("Disk is full", "db1", severity="critical", custom_details={"use": "91"})
    engine(sender.database)
    alert = sender.alert()
    assert (alert["alert_key"], alert["title"]) == (key, "Disk is full")
    assert alert["alert_severity"] == "Critical"
    assert client.trigger("Disk is full", "db1", dedup_key=key) == key
    client.acknowledge(key)
    engine(sender.database)
    assert [each["progress"] for each in sender.incidents()] == ["Processing"]
    client.resolve(key)
    engine(sender.database)
    assert [each["progress"] for each in sender.incidents()] == ["Closed"]


@pytest.mark.door("/v2/change/enqueue", "fire", sender="`pagerduty` 7 from PyPI, a change")
def test_its_own_client_tells_of_a_change(
    sender: Sending, client: pagerduty.EventsApiV2Client
) -> None:
    links = [{"href": "https://ci.example/7", "text": "build"}]
    said = {"summary": "Deploy 7", "source": "ci", "custom_details": {"by": "Bob"}}
    client.send_change_event(said, links=links)
    engine(sender.database)
    with sender.database.read() as tx:
        [made] = tx.rows(select(change), Change)
    assert (made.title, made.status, made.link) == ("Deploy 7", "Done", "https://ci.example/7")
    assert made.channel_id == sender.channel_id


def test_a_trigger_without_a_key_is_given_one_and_is_an_alert_of_its_own(sender: Sending) -> None:
    keys = {sender.send(event(sender), address=V2).json()["dedup_key"] for _ in range(2)}
    engine(sender.database)
    assert {each["alert_key"] for each in sender.alerts()} == keys
    assert len(keys) == 2


def test_what_is_not_open_is_neither_resolved_nor_acknowledged_and_nobody_is_told_off(
    sender: Sending,
) -> None:
    for action in ("acknowledge", "resolve"):
        assert sender.send(event(sender, action, dedup_key="k"), address=V2).status_code == 202
    engine(sender.database)
    assert (sender.incidents(), sender.rejected()) == ([], [])


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"event_action": "open"}, "event_action must be trigger, acknowledge or resolve"),
        ({"payload": {"source": "db1"}}, "summary is required"),
        ({"payload": None}, "summary is required"),
        ({"event_action": "resolve"}, "dedup_key is required"),
        ({"dedup_key": "k" * 256}, "dedup_key must have at most 255 characters"),
    ],
)
def test_what_is_wrong_is_said_in_pagerdutys_words_and_kept(
    sender: Sending, found: dict[str, Any], said: str
) -> None:
    answer = sender.send(event(sender, **found), address=V2)
    told = answer.json()
    assert (answer.status_code, told["status"]) == (400, "invalid event")
    assert told["errors"][0].startswith(said)
    engine(sender.database)
    assert [each["reason"] for each in sender.rejected()] == told["errors"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff"])
def test_what_is_no_event_is_not_recognized(sender: Sending, body: bytes) -> None:
    answer = sender.send(body, address=V2)
    assert answer.status_code == 400
    assert set(answer.json()) == {"status", "message", "errors"}


def test_a_wrong_key_and_a_body_too_large_are_400_as_pagerduty_knows_no_other(
    sender: Sending,
) -> None:
    wrong = event(sender).replace(sender.key, "0" * 32)
    assert sender.send(wrong, address=V2).status_code == 400
    large = event(sender, client="x" * 1024 * 1024)
    assert sender.send(large, address=V2).status_code == 400


def test_odd_members_cost_no_event(sender: Sending) -> None:
    said = {
        "summary": "x" * 3000,
        "source": None,
        "severity": "odd",
        "timestamp": "yesterday",
        "custom_details": ["a", {"b": None}],
    }
    sender.send(event(sender, payload=said, images=[None, {"src": 7}], links="x"), address=V2)
    engine(sender.database)
    alert = sender.alert()
    assert (len(alert["title"]), alert["alert_severity"]) == (512, "Warning")


class TestWithALimit:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, push_per_second=1)

    def test_its_clients_hear_429_and_when_to_come_back(self, sender: Sending) -> None:
        answers = [sender.send(event(sender), address=V2) for _ in range(2)]
        assert [each.status_code for each in answers] == [202, 429]
        assert answers[1].headers["Retry-After"] == "1"
