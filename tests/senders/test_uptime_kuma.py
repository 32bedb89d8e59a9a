"""Uptime Kuma beyond down and up: tests, notices, maintenance."""

import json
from typing import Any

import pytest

from tests.cast import Cast
from tests.senders.sending import Sending
from tests.server import Server
from tocsin.store.database import Database

MONITOR = {"id": 7, "name": "shop", "url": "https://shop.example/", "tags": None}


@pytest.fixture
def sender(server: Server, database: Database, cast: Cast) -> Sending:
    return Sending(server, database, cast, "uptime-kuma", "/event/push/alert/uptime-kuma")


def said(status: int | None, **more: Any) -> str:
    heartbeat = None if status is None else {"monitorID": 7, "status": status, "msg": "why"}
    monitor = None if status is None else MONITOR
    return json.dumps({"heartbeat": heartbeat, "monitor": monitor, "msg": "said", **more})


def progress(sender: Sending) -> list[str]:
    return [each["progress"] for each in sender.incidents()]


def test_a_test_or_notice_recovers_nothing(sender: Sending) -> None:
    sender.fire(said(0))
    sender.fire(said(None, msg="My channel Testing"))
    sender.fire(said(None, msg="[shop][https://shop.example/] certificate expires in 7 days"))
    sender.fire(said(None, msg="[shop][https://shop.example/] certificate expires in 6 days"))
    assert progress(sender) == ["Triggered"] * 3
    assert sorted(each["alert_severity"] for each in sender.alerts()) == [
        "Critical",
        "Info",
        "Warning",
    ]


@pytest.mark.parametrize("status", [2, 3])
def test_pending_and_maintenance_open_and_close_nothing(sender: Sending, status: int) -> None:
    sender.fire(said(status))
    assert progress(sender) == []
    sender.fire(said(0))
    sender.fire(said(status))
    assert progress(sender) == ["Triggered"]


@pytest.mark.parametrize("body", ["{}", "[]", "", '{"data": "not json"}'])
def test_what_uptime_kuma_never_sends_is_refused(sender: Sending, body: str) -> None:
    assert sender.send(body).status_code == 400


def test_the_test_button_of_its_flashduty_sender_opens_an_info_alert(sender: Sending) -> None:
    sender.fire(json.dumps({"title": "Uptime Kuma Alert", "event_status": "Info",
                            "description": "Testing", "alert_key": "undefined"}))  # fmt: skip
    assert sender.alert()["alert_severity"] == "Info"
