"""Groups of alerts as Alertmanager and Grafana send them, the usual ones and the odd ones."""

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.push import engine
from tests.senders.sending import JSON, Sending
from tests.server import Server
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database

ALERTMANAGER = "/event/push/alert/prometheus"
GRAFANA = "/event/push/alert/grafana"


@pytest.fixture
def sender(server: Server, database: Database, cast: Cast) -> Sending:
    return Sending(server, database, cast, "prometheus", ALERTMANAGER)


def group(*alerts: dict[str, Any], **more: Any) -> str:
    return json.dumps({"version": "4", "status": "firing", "alerts": list(alerts), **more})


def alert(name: str, status: str = "firing", **labels: str) -> dict[str, Any]:
    return {
        "status": status,
        "labels": {"alertname": name, **labels},
        "annotations": {},
        "startsAt": "2026-11-21T07:52:50.171705475Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": hashlib.md5(name.encode()).hexdigest()[:16],
    }


def statuses(sender: Sending) -> dict[str, str]:
    return {each["title"]: each["alert_status"] for each in sender.alerts()}


def test_each_alert_of_a_group_has_its_own_status(sender: Sending) -> None:
    sender.fire(group(alert("disk"), alert("cpu")))
    sender.fire(group(alert("disk", "resolved"), alert("cpu")))
    assert statuses(sender) == {"disk": "Ok", "cpu": "Warning"}


def test_alerts_left_out_of_a_long_group_have_not_recovered(sender: Sending) -> None:
    sender.fire(group(alert("disk"), alert("cpu")))
    sender.fire(group(alert("cpu"), status="resolved", truncatedAlerts=1))
    assert statuses(sender) == {"disk": "Warning", "cpu": "Warning"}


def test_what_an_alert_calls_its_severity_is_read_from_a_table(sender: Sending) -> None:
    sender.fire(
        group(
            alert("1", severity="PAGE"),
            alert("2", severity="info"),
            alert("3", priority="P1"),
            alert("4", level="warn", severity=""),
            alert("5", severity="no such word"),
            alert("6"),
        )
    )
    assert statuses(sender) == {
        "1": "Critical",
        "2": "Info",
        "3": "Critical",
        "4": "Warning",
        "5": "Warning",
        "6": "Warning",
    }


def test_an_alert_without_labels_is_kept_as_rejected_and_costs_the_others_nothing(
    sender: Sending,
) -> None:
    sender.fire(group({"status": "firing"}, alert("cpu"), None))
    assert statuses(sender) == {"cpu": "Warning"}
    assert {each["reason"] for each in sender.rejected()} == {"an alert of the group has no labels"}


def test_without_a_fingerprint_the_labels_say_what_is_one_alert(sender: Sending) -> None:
    bare = alert("cpu", host="a") | {"fingerprint": None, "annotations": None}
    sender.fire(group(bare))
    sender.fire(group({**bare, "labels": {"host": "a", "alertname": "cpu"}, "status": "resolved"}))
    assert statuses(sender) == {"cpu": "Ok"}


def test_when_an_alert_began_is_what_its_sender_says(sender: Sending) -> None:
    began = sender.server.clock.now() // 1000 - 3600
    told = alert("cpu") | {"startsAt": f"{began}"}
    sender.fire(group(told))
    assert sender.alert()["start_time"] == began


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"alerts": {}}', b"\xff"])
def test_what_is_no_group_is_refused(sender: Sending, body: bytes) -> None:
    assert sender.send(body).status_code == 400


def test_the_key_may_come_in_a_header_and_is_not_kept(sender: Sending) -> None:
    spelled = b64encode(f"tocsin:{sender.key}".encode()).decode()
    for header in (f"Basic {spelled}", f"Bearer {sender.key}"):
        said = {"Authorization": header}
        answer = sender.send(group(alert("cpu")), said, address=ALERTMANAGER)
        assert answer.status_code == 200
    sender.send(b"{}", {"Authorization": f"Bearer {sender.key}"}, address=ALERTMANAGER)
    engine(sender.database)
    assert sender.key not in json.dumps(sender.rejected())
    wrong = sender.send(group(alert("cpu")), {"Authorization": "Basic !"}, address=ALERTMANAGER)
    assert wrong.status_code == 400


class TestWithALimit:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, push_per_second=1)

    def test_alertmanager_is_told_503_as_it_forgets_what_got_429(self, sender: Sending) -> None:
        answers = [sender.send(group(alert("cpu"))) for _ in range(2)]
        assert [each.status_code for each in answers] == [200, 503]
        assert answers[1].headers["Retry-After"] == "1"


@pytest.mark.parametrize("stamped", [False, True])
def test_grafana_is_held_to_the_secret_it_was_given(
    server: Server, database: Database, cast: Cast, stamped: bool
) -> None:
    secret = "a secret that both know"
    sender = Sending(server, database, cast, "grafana", GRAFANA, signing_secret=secret)
    body = group(alert("cpu"), version="1").encode()
    signed, headers = body, {}
    if stamped:
        headers["X-Grafana-Alerting-Timestamp"] = "1763711570"
        signed = b"1763711570:" + body
    good = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    headers["X-Grafana-Alerting-Signature"] = good
    sender.fire(body, headers)
    assert statuses(sender) == {"cpu": "Warning"}
    for wrong in (JSON, {**headers, "X-Grafana-Alerting-Signature": "0" * 64}):
        assert sender.send(body, wrong).status_code == 401


def test_a_paused_rule_of_an_older_grafana_says_nothing(
    server: Server, database: Database, cast: Cast
) -> None:
    sender = Sending(server, database, cast, "grafana", GRAFANA)
    sender.fire(json.dumps({"ruleId": 1, "ruleName": "cpu", "state": "paused"}))
    assert (sender.incidents(), sender.rejected()) == ([], [])
    assert sender.send(json.dumps({"ruleId": 1, "state": "odd"})).status_code == 400
