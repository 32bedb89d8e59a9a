"""Apprise, which many scripts notify by, at doors of ours. Hosts that it has fixed are pointed at
the server, as people do by DNS."""

from typing import Any

import apprise
import pytest
from apprise import NotifyType
from apprise.plugins import opsgenie, pagerduty
from apprise.plugins.splunk import NotifySplunk

from tests.cast import Cast
from tests.push import engine
from tests.senders.sending import Sending
from tests.server import Server
from tocsin.store.database import Database

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def sending(server: Server, database: Database, cast: Cast) -> Any:
    return lambda plugin: Sending(server, database, cast, plugin, "")


def notifier(url: str) -> Any:
    """What Apprise makes of an address; it would pause between two requests."""
    made = apprise.Apprise.instantiate(url)
    assert made is not None
    made.request_rate_per_sec = 0
    return made


def told(sender: Sending, by: Any, kind: NotifyType, title: str = "Disk is full") -> str:
    """The progress of the incident after a notification."""
    assert by.notify(body="91 % used", title=title, notify_type=kind)
    engine(sender.database)
    [found] = sender.incidents()
    return str(found["progress"])


@pytest.mark.door("/v2/alerts", "fire", sender="`apprise` from PyPI, opsgenie://")
@pytest.mark.door(
    "/v2/alerts/{identifier}/{action}", "resolve", "ack", sender="`apprise` from PyPI, opsgenie://"
)
def test_opsgenie(sending: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = sending("opsgenie")
    at = {"us": f"{sender.server.base}/v2/alerts"}
    monkeypatch.setattr(opsgenie, "OPSGENIE_API_LOOKUP", at)
    by = notifier(f"opsgenie://{sender.key}/?alias=disk&priority=p5")
    assert told(sender, by, NotifyType.WARNING) == "Triggered"
    assert (sender.alert()["alert_key"], sender.alert()["title"]) == ("disk", "Disk is full")
    by.action = "acknowledge"
    assert told(sender, by, NotifyType.INFO) == "Processing"
    by.action = "map"
    assert told(sender, by, NotifyType.SUCCESS) == "Closed"
    assert sender.rejected() == []


@pytest.mark.door("/v2/enqueue", "fire", "resolve", sender="`apprise` from PyPI, pagerduty://")
def test_pagerduty(sending: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = sending("pagerduty")
    at = {"us": f"{sender.server.base}/v2/enqueue"}
    monkeypatch.setattr(pagerduty, "PAGERDUTY_API_LOOKUP", at)
    by = notifier(f"pagerduty://{sender.key}@apikey/db1/disk?dedup=disk&action=map")
    assert told(sender, by, NotifyType.FAILURE) == "Triggered"
    assert told(sender, by, NotifyType.SUCCESS) == "Closed"


@pytest.mark.door(
    "/integrations/generic/20131114/alert/{key}/{routing_key}",
    "fire",
    "resolve",
    sender="`apprise` from PyPI, splunk://",
)
def test_victorops(sending: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = sending("victorops")
    path = "/integrations/generic/20131114/alert/{apikey}/{routing_key}"
    monkeypatch.setattr(NotifySplunk, "notify_url", sender.server.base + path)
    by = notifier(f"splunk://sre@{sender.key}/disk")
    assert told(sender, by, NotifyType.FAILURE) == "Triggered"
    assert told(sender, by, NotifyType.SUCCESS) == "Closed"


@pytest.mark.door("/event/push/alert/generic", "fire", sender="`apprise` from PyPI, json://")
def test_plain_json(sending: Any) -> None:
    sender = sending("generic")
    host = sender.server.base.removeprefix("http://")
    by = notifier(f"json://{host}/event/push/alert/generic?-integration_key={sender.key}")
    assert told(sender, by, NotifyType.FAILURE) == "Triggered"
    assert sender.alert()["title"] == "Disk is full"
