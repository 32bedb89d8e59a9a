"""A pushed alert becomes an incident, which a person is told of and then edits."""

from typing import Any

import httpx
import pytest

from tests.e2e.product import Product, eventually, today
from tests.outbound.servers import Mailbox

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def channel(product: Product) -> Any:
    team = product.post("/team/upsert", {"team_name": "Operations"})
    wish = {"channel_name": "Payments", "team_id": team["team_id"]}
    return product.post("/channel/create", wish)


@pytest.fixture(scope="module")
def push_url(product: Product, channel: Any) -> str:
    wish = {"plugin_type": "standard.alert", "name": "Disks", "channel_id": channel["channel_id"]}
    key = product.post("/datasource/upsert", wish)["integration_key"]
    return f"{product.url}/event/push/alert/standard?integration_key={key}"


def push(url: str, status: str) -> None:
    alert = {"title_rule": "disk is full on db1", "event_status": status, "alert_key": "db1"}
    assert httpx.post(url, json=alert).status_code == 200


def only_incident(product: Product) -> Any:
    found = product.post("/incident/list", {**today(), "limit": 20})["items"]
    assert len(found) <= 1, found
    return found[0] if found else None


def test_a_pushed_alert_opens_an_incident(product: Product, push_url: str) -> None:
    push(push_url, "Warning")
    incident = eventually(lambda: only_incident(product), "an incident")
    assert incident["title"] == "disk is full on db1"
    assert incident["incident_severity"] == "Warning"
    assert incident["progress"] == "Triggered"


def test_reset_changes_title_and_severity(product: Product) -> None:
    incident_id = only_incident(product)["incident_id"]
    new = {"title": "db1 is out of disk", "incident_severity": "Critical"}
    product.post("/incident/reset", {"incident_id": incident_id, **new})
    incident = product.post("/incident/info", {"incident_id": incident_id})
    assert (incident["title"], incident["incident_severity"]) == (
        "db1 is out of disk",
        "Critical",
    )


def test_the_assignee_gets_mail(product: Product, mailbox: Mailbox) -> None:
    owner = product.post("/account/info")["account_id"]
    incident = only_incident(product)
    product.post(
        "/incident/assign",
        {"incident_ids": [incident["incident_id"]], "assigned_to": {"person_ids": [owner]}},
    )
    mail = eventually(lambda: mailbox.mails[-1] if mailbox.mails else None, "a mail")
    assert "db1 is out of disk" in str(mail["Subject"])
    assert "owner@localhost" in str(mail["To"])


def test_recovery_closes_it(product: Product, push_url: str) -> None:
    push(push_url, "Ok")
    eventually(lambda: only_incident(product)["progress"] == "Closed", "the incident closed")


def test_a_wrong_key_is_refused(product: Product) -> None:
    answer = product.call("/incident/list", today(), key="0" * 35)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "Unauthorized"
