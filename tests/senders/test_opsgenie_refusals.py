"""What Opsgenie's clients are refused, in its own words."""

import json
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.push import engine
from tests.senders.sending import Sending
from tests.server import Server
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database

ALERTS = "/v2/alerts"


@pytest.fixture
def sender(server: Server, database: Database, cast: Cast) -> Sending:
    return Sending(server, database, cast, "opsgenie", ALERTS)


def call(
    sender: Sending, method: str, path: str, body: Any = None, key: str = ""
) -> httpx.Response:
    headers = {"Authorization": f"GenieKey {key or sender.key}", "Content-Type": "application/json"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
    answer = sender.server.request(method, path, headers=headers, content=content)
    told = answer.json()
    assert isinstance(told["took"], float)
    assert answer.headers["X-Request-ID"] == told["requestId"]
    assert ("message" in told) == (answer.status_code >= 400)
    return answer


CREATES = (
    ({"alias": "disk"}, "message"),
    ({"message": "  "}, "message"),
    ({"message": "disk", "alias": "x" * 513}, "alias"),
)
CALLS = (
    ("POST", "/v2/alerts", b"{", 400),
    ("POST", "/v2/alerts", b"[]", 400),
    ("POST", "/v2/alerts/x/close?identifierType=name", None, 422),
    ("POST", "/v2/alerts/x/notes", {"user": "Ada"}, 422),
    ("POST", "/v2/alerts/x/snooze", None, 422),
    ("POST", "/v2/alerts/x/tags", {"tags": []}, 422),
    ("POST", "/v2/alerts/x/assign", {"owner": {}}, 422),
    ("PUT", "/v2/alerts/x/priority", {"priority": "P9"}, 422),
    ("POST", "/v2/alerts/x/explode", None, 404),
    ("PUT", "/v2/alerts/x/close", None, 405),
    ("GET", "/v2/alerts/x", None, 404),
    ("GET", "/v2/alerts/requests/x", None, 404),
    ("GET", "/v2/alerts?query=status:ajar", None, 422),
    ("GET", "/v2/alerts?query=NOT%20status:open", None, 422),
    ("GET", "/v2/alerts?query=createdAt%3Eyesterday", None, 422),
    ("GET", "/v2/alerts?sort=colour", None, 422),
    ("GET", "/v2/alerts?limit=101", None, 422),
    ("GET", "/v2/alerts/x/y/z", None, 404),
    ("GET", "/v2/heartbeats/x", None, 404),
    ("PUT", "/v2/heartbeats/x", None, 405),
    ("POST", "/v2/heartbeats", b"{", 400),
    ("POST", "/v2/heartbeats", {"name": "x"}, 422),
    ("POST", "/v2/heartbeats", {"name": "x", "interval": 1, "intervalUnit": "years"}, 422),
)


def test_what_is_wrong_with_a_create_is_named_and_kept(sender: Sending) -> None:
    reasons = []
    for body, field in CREATES:
        answer = call(sender, "POST", ALERTS, body)
        told = answer.json()
        assert answer.status_code == 422
        assert told["message"] == "Request body is not processable. Please check the errors."
        assert list(told["errors"]) == [field]
        reasons.append(told["errors"][field])
    engine(sender.database)
    assert sorted(each["reason"] for each in sender.rejected()) == sorted(reasons)


def test_a_call_that_cannot_be_is_refused_as_opsgenie_would(sender: Sending) -> None:
    for method, path, body, status in CALLS:
        answer = call(sender, method, path, body)
        assert answer.status_code == status, (method, path, answer.text)


def test_a_request_that_waits_in_the_inbox_is_not_found_yet(sender: Sending) -> None:
    accepted = call(sender, "POST", ALERTS, {"message": "disk"}).json()
    path = f"/v2/alerts/requests/{accepted['requestId']}"
    told = call(sender, "GET", path)
    assert told.status_code == 404
    assert told.json()["message"] == "Request not found. It might not be processed, yet."
    engine(sender.database)
    assert call(sender, "GET", path).json()["data"]["isSuccess"] is True


def test_only_a_key_of_the_right_kind_opens_and_only_to_its_own_alerts(
    sender: Sending, server: Server, database: Database, cast: Cast
) -> None:
    for key in ("0" * 32, Sending(server, database, cast, "pagerduty", "", "Elsewhere").key):
        for method, path in (("POST", ALERTS), ("GET", ALERTS), ("GET", "/v2/heartbeats")):
            answer = call(sender, method, path, {"message": "disk"}, key)
            assert (answer.status_code, answer.json()["message"]) == (401, "Could not authenticate")


def test_nobody_reads_or_closes_what_another_integration_opened(
    sender: Sending, server: Server, database: Database, cast: Cast
) -> None:
    other = Sending(server, database, cast, "opsgenie", ALERTS, "Elsewhere")
    call(sender, "POST", ALERTS, {"message": "disk", "alias": "disk"})
    engine(database)
    alert_id = sender.alert()["alert_id"]
    for target in (f"{alert_id}", "disk?identifierType=alias"):
        assert call(other, "GET", f"{ALERTS}/{target}").status_code == 404
    call(other, "POST", f"{ALERTS}/{alert_id}/close")
    engine(database)
    assert [one["progress"] for one in sender.incidents()] == ["Triggered"]
    assert call(other, "GET", ALERTS).json()["data"] == []


class TestWithALimit:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, push_per_second=1)

    def test_its_clients_hear_429_and_that_they_are_throttled(self, sender: Sending) -> None:
        assert call(sender, "POST", ALERTS, {"message": "disk"}).status_code == 202
        answer = call(sender, "POST", ALERTS, {"message": "disk"})
        assert answer.status_code == 429
        assert answer.json()["message"] == "You are making too many requests!"
        assert answer.headers["X-RateLimit-State"] == "THROTTLED"
        assert answer.headers["Retry-After"] == "1"
