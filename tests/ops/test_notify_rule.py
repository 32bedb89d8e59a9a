"""Notification rules through the API, read back from a restarted server."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.escalation import people
from tests.push import make_channel
from tests.server import Answer, Server
from tocsin.store.database import Database


@pytest.fixture
def channel_id(server: Server, database: Database, cast: Cast) -> int:
    """A channel of Bob's team."""
    return make_channel(server, database, cast)


def asked(server: Server, cast: Cast, verb: str, **wish: Any) -> Answer:
    return server.post(f"/channel/notify/rule/{verb}", wish, cast.bob.key)


def listed(server: Server, cast: Cast, channel_id: int) -> list[Any]:
    return list(asked(server, cast, "list", channel_id=channel_id).data["items"])


@pytest.mark.effect(
    "/channel/notify/rule/create",
    "/channel/notify/rule/list",
    "/channel/notify/rule/update",
    "/channel/notify/rule/enable",
    "/channel/notify/rule/disable",
    "/channel/notify/rule/delete",
    seen_by="/channel/notify/rule/list",
)
def test_a_notification_rule_is_made_changed_switched_and_deleted(
    server: Server, cast: Cast, channel_id: int
) -> None:
    wish = {"channel_id": channel_id, "rule_name": "Press", "target": people(cast.charlie)}
    rule_id = asked(server, cast, "create", **wish, priority=2).data["rule_id"]
    server.restart()
    (item,) = listed(server, cast, channel_id)
    assert (item["rule_id"], item["rule_name"], item["priority"]) == (rule_id, "Press", 2)
    assert item["target"] == people(cast.charlie)
    changed = {**wish, "rule_id": rule_id, "target": people(cast.alice)}
    assert asked(server, cast, "update", **changed).data == {}
    place = {"channel_id": channel_id, "rule_id": rule_id}
    assert asked(server, cast, "disable", **place).data == {}
    server.restart()
    (item,) = listed(server, cast, channel_id)
    assert (item["target"], item["priority"]) == (people(cast.alice), 0)
    assert item["status"] == "disabled"
    assert asked(server, cast, "enable", **place).data == {}
    server.restart()
    assert listed(server, cast, channel_id)[0]["status"] == "enabled"
    assert asked(server, cast, "delete", **place).data == {}
    server.restart()
    assert listed(server, cast, channel_id) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rule_name": ""}, "rule_name is required"),
        ({"target": {}}, "target needs person_ids"),
        ({"target": {"person_ids": [5], "by": {}}}, "no member has the id 5"),
    ],
)
def test_a_notification_rule_that_cannot_be_meant_is_refused(
    server: Server, cast: Cast, channel_id: int, fields: dict[str, Any], said: str
) -> None:
    wish = {"channel_id": channel_id, "rule_name": "R", "target": people(cast.bob), **fields}
    answer = asked(server, cast, "create", **wish)
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert said in answer.message
