"""The robots that rules tell, listed for other rules."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.escalation import level, people, rule
from tests.push import make_channel
from tests.server import Server
from tocsin.store.database import Database

LIST = "/channel/escalate/webhook/robot/list"


def hook(type_: str, token: str, alias: str) -> dict[str, Any]:
    return {"type": type_, "settings": {"token": token, "alias": alias}}


@pytest.mark.effect(
    "/channel/escalate/webhook/robot/list", seen_by="/channel/escalate/webhook/robot/list"
)
def test_a_robot_is_listed_once_with_every_rule_that_tells_it(
    server: Server, database: Database, cast: Cast
) -> None:
    one = make_channel(server, database, cast)
    other = make_channel(server, database, cast, "Search")
    slack, feishu = hook("slack", "c0ffee", "Ops room"), hook("feishu", "beef", "Night")
    first = rule(server, cast.bob, one, {"target": people(cast.bob, webhooks=[slack, feishu])})
    second = rule(server, cast.bob, other, {"target": people(cast.bob, webhooks=[slack])})
    rule(server, cast.bob, other, level(cast.bob), priority=5, rule_name="Nobody's")
    found = server.post(LIST, {}, cast.bob.key).data["list"]
    server.restart()
    assert server.post(LIST, {}, cast.bob.key).data["list"] == found
    assert [(robot["type"], robot["settings"]["alias"]) for robot in found] == [
        ("slack", "Ops room"),
        ("feishu", "Night"),
    ]
    assert [by["rule_id"] for by in found[0]["referenced_by"]] == [first, second]
    assert found[0]["referenced_by"][0] == {
        "kind": "escalation rule",
        "channel_id": one,
        "rule_id": first,
        "rule_name": "Wake somebody",
    }
    assert "c0ffee" not in str(found)
    assert len(server.post(LIST, {"query": "ops"}, cast.bob.key).data["list"]) == 1
    assert len(server.post(LIST, {"type": "feishu"}, cast.bob.key).data["list"]) == 1
    # What the list shows means the same in another rule.
    again = {"target": people(cast.bob, webhooks=[{k: found[1][k] for k in ("type", "settings")}])}
    rule(server, cast.bob, other, again, priority=6, rule_name="Another")
    [robot] = server.post(LIST, {"type": "feishu"}, cast.bob.key).data["list"]
    assert len(robot["referenced_by"]) == 2


def test_robots_of_private_channels_are_shown_to_their_own_alone(
    server: Server, database: Database, cast: Cast
) -> None:
    channel_id = make_channel(server, database, cast)
    private = {"channel_id": channel_id, "is_private": True}
    assert server.post("/channel/update", private, cast.bob.key).status == 200
    target = people(cast.bob, webhooks=[hook("slack", "c0ffee", "Ops")])
    rule(server, cast.bob, channel_id, {"target": target})
    assert len(server.post(LIST, {}, cast.bob.key).data["list"]) == 1
    assert server.post(LIST, {}, cast.charlie.key).data["list"] == []
