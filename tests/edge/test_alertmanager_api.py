"""Alerts posted to Alertmanager's own API, as Prometheus and amtool do it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import Response

from tests.cast import Cast
from tests.push import engine
from tests.server import Server
from tests.sources.watching import Watch
from tocsin.store.database import Database

LABELS = {"alertname": "HighCPU", "instance": "db1", "severity": "critical", "empty": ""}


@pytest.fixture
def watch(server: Server, database: Database, cast: Cast) -> Watch:
    return Watch(server, database, cast, "prometheus")


def instant(watch: Watch, later_seconds: int) -> str:
    at = watch.server.clock.now() // 1000 + later_seconds
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")


def alert(watch: Watch, **more: Any) -> dict[str, Any]:
    """What Prometheus posts each minute while a rule fires."""
    return {
        "labels": LABELS,
        "annotations": {"summary": "CPU is hot", "description": "91 %"},
        "startsAt": instant(watch, -60),
        "endsAt": instant(watch, 240),
        "generatorURL": "http://prometheus.example/graph",
        **more,
    }


def post(watch: Watch, *alerts: Any, path: str = "", **headers: str) -> Response:
    return watch.server.request(
        "POST",
        path or f"/am/{watch.key}/api/v2/alerts",
        content=json.dumps(alerts),
        headers={"Content-Type": "application/json", **headers},
    )


def test_an_alert_fires_once_however_often_it_is_sent_and_is_over_at_its_end(watch: Watch) -> None:
    for _ in range(3):
        answer = post(watch, alert(watch))
        assert (answer.status_code, answer.content) == (200, b"")
        watch.server.clock.advance(60)
    shown = watch.alert
    assert (shown["title"], shown["alert_severity"]) == ("CPU is hot", "Critical")
    assert shown["labels"]["generator_url"] == "http://prometheus.example/graph"
    assert "empty" not in shown["labels"]
    assert watch.incident["alert_cnt"] == 1
    assert post(watch, alert(watch, endsAt=instant(watch, -1))).status_code == 200
    assert watch.incident["progress"] == "Closed"
    assert watch.alert["alert_status"] == "Ok"


def test_an_alert_of_a_sender_that_died_expires(watch: Watch) -> None:
    post(watch, alert(watch))
    assert watch.incident["progress"] == "Triggered"
    watch.server.clock.advance(241)
    engine(watch.database)
    assert watch.incident["progress"] == "Closed"


def test_an_alert_without_an_end_holds_for_five_minutes(watch: Watch) -> None:
    post(watch, {"labels": LABELS})
    watch.server.clock.advance(299)
    assert watch.incident["progress"] == "Triggered"
    watch.server.clock.advance(2)
    engine(watch.database)
    assert watch.incident["progress"] == "Closed"


def test_the_good_ones_of_a_batch_are_kept_beside_bad_ones(watch: Watch) -> None:
    answer = post(watch, alert(watch), alert(watch, labels={"a-b": "x"}), {"labels": {}})
    assert (answer.status_code, answer.json()) == (400, "'a-b' is not a label name")
    assert watch.alert["title"] == "CPU is hot"
    reasons = {one["reason"] for one in watch.rejections()}
    assert reasons == {
        "'a-b' is not a label name",
        "at least one label with a value is required",
    }


@pytest.mark.parametrize("body", [[{"labels": {}}], [{"labels": {"a": 5}}], [{}], [5], ["x"], [[]]])
def test_a_batch_without_a_good_alert_is_refused_with_a_reason(watch: Watch, body: Any) -> None:
    answer = post(watch, *body)
    assert answer.status_code == 400
    assert isinstance(answer.json(), str)
    assert len(watch.rejections()) == 1


@pytest.mark.door("/api/v2/alerts", "fire", sender="Alertmanager's API by a key in a header")
@pytest.mark.parametrize("scheme", ["Bearer {}", "Basic {}"])
def test_the_key_may_come_as_credentials(watch: Watch, scheme: str) -> None:
    from base64 import b64encode

    basic = b64encode(f"prometheus:{watch.key}".encode()).decode()
    said = scheme.format(basic if "Basic" in scheme else watch.key)
    headers = {"Authorization": said}
    assert post(watch, alert(watch), path="/api/v2/alerts", **headers).status_code == 200
    assert post(watch, alert(watch), path="/api/v2/alerts").status_code == 400
    assert watch.incident["alert_cnt"] == 1
