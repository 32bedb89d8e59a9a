"""Errors that page: from an error to an incident and back, over HTTP."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.errors import crash, send
from tests.push import engine, make_channel
from tests.server import Server
from tocsin.domain.application import Application
from tocsin.store import application as applications

DAY = 86_400


class Shop:
    """An application whose issues alert a channel."""

    def __init__(self, server: Server, cast: Cast) -> None:
        self.server, self.cast = server, cast
        self.channel_id = make_channel(server, server.database, cast)
        body = {
            "application_name": "Shop",
            "type": "browser",
            "team_id": 0,
            "alerting": {"enabled": True, "channel_ids": [self.channel_id]},
        }
        self.id = self.call("/rum/application/create", **body)["application_id"]

    def call(self, path: str, **body: Any) -> Any:
        return self.server.post(path, body, self.cast.alice.key).data

    @property
    def application(self) -> Application:
        with self.server.database.read() as tx:
            found = applications.get(tx, self.cast.account_id, self.id)
        assert found is not None
        return found

    def errs(self, event_id: str, **more: Any) -> None:
        event = crash(event_id, self.server.clock.now(), **more)
        send(self.server.database, self.application, event)
        self.passes(0)

    def passes(self, seconds: int) -> None:
        self.server.clock.advance(seconds)
        engine(self.server.database)

    @property
    def issue_id(self) -> str:
        now = self.server.clock.now()
        window = {"start_time": now - 30 * DAY * 1000, "end_time": now}
        (item,) = self.call("/rum/issue/list", **window)["items"]
        return str(item["issue_id"])

    def update(self, **change: Any) -> None:
        self.call("/rum/issue/update", issue_id=self.issue_id, **change)
        self.passes(0)

    @property
    def incidents(self) -> list[dict[str, Any]]:
        now = self.server.clock.now() // 1000
        span = {"start_time": now - 15 * DAY, "end_time": now + 15 * DAY}
        found = self.call("/incident/list", channel_ids=[self.channel_id], **span)["items"]
        return sorted(found, key=lambda one: str(one["incident_id"]))

    @property
    def told(self) -> list[tuple[str, str]]:
        page = self.call("/rum/issue/activity/list", issue_id=self.issue_id, limit=100)
        alerts = ("alerted", "recovered")
        mine = [one for one in reversed(page["items"]) if one["type"] in alerts]
        return [(one["detail"]["trigger"], one["reason"]) for one in mine]


@pytest.fixture
def shop(server: Server, cast: Cast) -> Shop:
    return Shop(server, cast)


def test_an_error_opens_an_incident_that_ends_with_its_issue(shop: Shop) -> None:
    shop.errs("a", version="1.0")
    (incident,) = shop.incidents
    assert (incident["title"], incident["progress"]) == ("KeyError: 'x'", "Triggered")
    labels = incident["labels"]
    assert (labels["application"], labels["trigger"], labels["version"]) == ("Shop", "new", "1.0")
    (link,) = shop.call("/rum/issue/link/list", issue_id=shop.issue_id)["items"]
    assert (link["kind"], link["target"]) == ("incident", incident["incident_id"])
    shop.errs("b", version="1.0", is_crash=True)
    (incident,) = shop.incidents
    assert incident["incident_severity"] == "Critical"
    shop.passes(2 * DAY)
    shop.errs("c", version="1.0")
    shop.passes(61)
    assert [trigger for trigger, _ in shop.told] == ["new", "raised", "still_open"]
    assert len(shop.incidents) == 1
    shop.update(status="resolved")
    assert shop.incidents[0]["progress"] == "Closed"
    shop.errs("d", version="1.1")
    assert [one["progress"] for one in shop.incidents] == ["Closed", "Triggered"]
    assert shop.told[-1] == ("regressed", "It was resolved and came back in 1.1.")
    integration = shop.call("/rum/application/info", application_id=shop.id)["alerting"]
    refused = shop.server.post(
        "/datasource/upsert",
        {"integration_id": integration["integration_id"], "name": "Mine"},
        shop.cast.alice.key,
    )
    assert refused.code == "InvalidParameter"


@pytest.mark.effect(
    "/rum/issue/policy/update", "/rum/issue/policy/info", seen_by="/rum/issue/policy/info"
)
def test_rules_say_what_is_told_and_what_closing_one_side_does_to_the_other(
    server: Server, shop: Shop
) -> None:
    rules = {
        "remind_hours": 0,
        "users_affected": 2,
        "spikes": False,
        "on_issue_closed": "comment",
        "on_incident_closed": "resolve",
    }
    shop.call("/rum/issue/policy/update", application_id=shop.id, **rules)
    shop.call("/rum/issue/policy/update", application_id=shop.id)
    shown = shop.call("/rum/issue/policy/info", application_id=shop.id)
    assert shown == {"application_id": shop.id, **rules}
    server.restart()
    assert shop.call("/rum/issue/policy/info", application_id=shop.id) == shown

    shop.errs("a", user_id="ann")
    shop.errs("b", user_id="ann")
    shop.errs("c", user_id="ben")
    shop.passes(61)
    assert shop.told[1:] == [("users", "It affects 2 users by now.")]
    shop.update(status="ignored")
    (incident,) = shop.incidents
    assert incident["progress"] == "Triggered"
    feed = shop.call("/incident/feed", incident_id=incident["incident_id"], limit=100)["items"]
    remarks = [one["detail"]["comment"] for one in feed if one["type"] == "i_comm"]
    assert remarks == ["The issue is ignored. (Issues of RUM applications)"]

    shop.passes(1)
    shop.update(status="for_review")
    assert shop.told[-1] == ("reopened", "It was closed and is open again.")
    shop.call("/incident/resolve", incident_ids=[incident["incident_id"]])
    shop.passes(0)
    shown = shop.call("/rum/issue/info", issue_id=shop.issue_id)
    assert (shown["status"], shown["resolved_by"]) == ("resolved", 0)


def test_an_incident_that_somebody_closed_stands_on_the_issue_and_opens_no_second_one(
    shop: Shop,
) -> None:
    shop.errs("a")
    (incident,) = shop.incidents
    shop.call("/incident/resolve", incident_ids=[incident["incident_id"]])
    shop.passes(0)
    page = shop.call("/rum/issue/activity/list", issue_id=shop.issue_id)["items"]
    assert page[0]["type"] == "incident_closed"
    shop.errs("b")
    shop.passes(61)
    assert len(shop.incidents) == 1
    shop.passes(2 * DAY)
    shop.errs("c")
    shop.passes(61)
    assert len(shop.incidents) == 2
