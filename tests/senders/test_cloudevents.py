"""CloudEvents at the door, made by the `cloudevents` package: binary, structured, batched."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from tests.cast import Cast
from tests.senders.sending import Sending
from tests.server import Server
from tocsin.store.database import Database

BATCH = {"Content-Type": "application/cloudevents-batch+json"}


@pytest.fixture
def bus(server: Server, database: Database, cast: Cast) -> Sending:
    return Sending(server, database, cast, "cloudevents", "/event/push/alert/cloudevents")


def event(data: Any = None, **attributes: Any) -> CloudEvent:
    given = {
        "id": "e-1",
        "source": "/acme/db",
        "specversion": "1.0",
        "type": "com.acme.disk.full",
        "subject": "db1",
        "time": datetime(2026, 1, 1, tzinfo=UTC),
        "datacontenttype": "application/json",
        **attributes,
    }
    return CloudEvent(given, data if data is not None else {"free": 3, "summary": "Disk is full"})


def fire(bus: Sending, message: HTTPMessage) -> None:
    body = message.body if isinstance(message.body, bytes | str) else b""
    bus.fire(body, dict(message.headers))


@pytest.mark.door(
    "/event/push/alert/cloudevents",
    "fire",
    "resolve",
    sender="`cloudevents` 2 from PyPI, binary and structured",
)
@pytest.mark.parametrize("mode", [to_binary, to_structured])
def test_an_event_fires_and_one_whose_type_ends_in_ok_recovers(bus: Sending, mode: Any) -> None:
    fire(bus, mode(event(), JSONFormat()))
    alert = bus.alert()
    assert (alert["title"], alert["alert_severity"]) == ("Disk is full", "Warning")
    assert alert["labels"] == {
        "type": "com.acme.disk.full",
        "source": "/acme/db",
        "subject": "db1",
        "free": "3",
        "summary": "Disk is full",
    }
    fire(bus, mode(event(id="e-2", type="com.acme.disk.ok"), JSONFormat()))
    assert bus.incidents()[0]["progress"] == "Closed"


@pytest.mark.door(
    "/event/push/alert/cloudevents", "fire", "resolve", sender="`cloudevents` 2 from PyPI, batched"
)
def test_a_batch_is_as_many_events_and_each_counts_once(bus: Sending) -> None:
    written = [
        json.loads(to_structured(event(id=f"e-{n}", subject=f"db{n}"), JSONFormat()).body)
        for n in (1, 2, 2)
    ]
    bus.fire(json.dumps(written), BATCH)
    assert len(bus.alerts()) == 2
    bus.fire(json.dumps([{**written[0], "id": "e-9", "type": "com.acme.disk.resolved"}]), BATCH)
    bus.fire(json.dumps([written[0]]), BATCH)
    assert sorted(one["progress"] for one in bus.incidents()) == ["Closed", "Triggered"]


def test_extensions_say_how_bad_it_is_and_what_belongs_together(bus: Sending) -> None:
    fire(bus, to_binary(event(severity="critical", alertkey="disks"), JSONFormat()))
    fire(
        bus,
        to_binary(
            event(id="e-2", subject="db2", severitytext="FATAL", alertkey="disks"), JSONFormat()
        ),
    )
    alert = bus.alert()
    assert (alert["alert_key"], alert["alert_severity"]) == ("disks", "Critical")


def test_rules_map_types_to_statuses(server: Server, database: Database, cast: Cast) -> None:
    rules = [
        {
            "if": [{"key": "labels.type", "oper": "IN", "vals": ["com.acme.*.full"]}],
            "status": "Info",
        },
        {"if": [{"key": "labels.type", "oper": "IN", "vals": ["/freed$/"]}], "status": "Ok"},
    ]
    path = "/event/push/alert/cloudevents"
    bus = Sending(server, database, cast, "cloudevents", path, settings={"status_rules": rules})
    fire(bus, to_binary(event(), JSONFormat()))
    assert bus.alert()["alert_severity"] == "Info"
    fire(bus, to_binary(event(id="e-2", type="com.acme.disk.freed"), JSONFormat()))
    assert bus.incidents()[0]["progress"] == "Closed"


def test_text_and_no_data_at_all_are_taken_too(bus: Sending) -> None:
    plain = to_binary(event(datacontenttype="text/plain"), JSONFormat())
    bus.fire("all is lost", dict(plain.headers))
    assert bus.alert()["description"] == "all is lost"
    bus.fire(b"", dict(to_binary(event(id="e-2", subject="db2"), JSONFormat()).headers))
    assert len(bus.alerts()) == 2


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{}", {}),
        (b"{}", {"ce-id": "1", "ce-source": "s", "ce-type": "t", "ce-specversion": "0.3"}),
        (b'{"id": 1}', {"Content-Type": "application/cloudevents+json"}),
        (b"{}", BATCH),
        (b"[7]", BATCH),
        (b'[{"id": "1"}]', BATCH),
        (b"not json", BATCH),
    ],
)
def test_what_is_no_cloudevent_is_refused(
    bus: Sending, body: bytes, headers: dict[str, str]
) -> None:
    assert bus.send(body, headers).status_code == 400


def test_a_sender_that_asks_first_is_told_it_may(bus: Sending) -> None:
    asked = {"WebHook-Request-Origin": "bus.acme.example", "WebHook-Request-Rate": "120"}
    found = bus.server.request("OPTIONS", bus.address, headers=asked)
    assert found.status_code == 200
    assert found.headers["WebHook-Allowed-Origin"] == "bus.acme.example"
    assert found.headers["WebHook-Allowed-Rate"] == "120"
    assert "POST" in found.headers["Allow"]


def test_the_key_may_be_a_bearer_token(bus: Sending) -> None:
    message = to_structured(event(), JSONFormat())
    body = message.body if isinstance(message.body, bytes | str) else b""
    headers = {**message.headers, "Authorization": f"Bearer {bus.key}"}
    assert bus.send(body, headers, address=bus.path).status_code == 200
    headers["Authorization"] = "Bearer wrong"
    assert bus.send(body, headers, address=bus.path).status_code == 400
