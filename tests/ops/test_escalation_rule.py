"""Escalation rules through the API, read back from a restarted server."""

from typing import Any

import pytest

from tests import escalation
from tests.cast import Cast
from tests.escalation import TEMPLATE, asked, level, people, rule
from tests.factories import make_team
from tests.ops.test_schedule import group, weekly
from tests.push import make_channel
from tests.server import Server
from tocsin.store.database import Database
from tocsin.store.tables.escalation import escalation_rule, rule_reference

DISKS = [[{"key": "labels.check", "oper": "IN", "vals": ["disk"]}]]


@pytest.fixture
def channel_id(server: Server, database: Database, cast: Cast) -> int:
    """A channel of Bob's team."""
    return make_channel(server, database, cast)


@pytest.mark.effect(
    "/channel/escalate/rule/create",
    "/channel/escalate/rule/list",
    "/channel/escalate/rule/info",
    seen_by="/channel/escalate/rule/info",
)
def test_a_new_rule_has_everything_it_was_given(
    server: Server, cast: Cast, channel_id: int
) -> None:
    settings = {"alias": "Ops", "token": "T0/B0/x"}
    webhook = {"type": "slack", "settings": settings}
    first = level(cast.bob, max_times=2, notify_step=0.5, escalate_window=10)
    second = {"target": people(cast.alice, webhooks=[webhook]), "force_escalate": True}
    windows = [{"start": "22:00", "end": "06:00", "repeat": [1, 2]}]
    rule_id = rule(
        server,
        cast.bob,
        channel_id,
        first,
        second,
        description="Nights",
        priority=3,
        aggr_window=30,
        time_filters=windows,
        filters=DISKS,
    )
    assert len(asked(server, cast.charlie, "list", channel_id=channel_id).data["items"]) == 1
    before = asked(server, cast.bob, "info", channel_id=channel_id, rule_id=rule_id).data
    server.restart()
    item = asked(server, cast.bob, "info", channel_id=channel_id, rule_id=rule_id.upper()).data
    assert item == before
    assert asked(server, cast.bob, "list", channel_id=channel_id).data["items"] == [item]
    now = server.clock.now() // 1000
    layers = item.pop("layers")
    settings["token"] = layers[1]["target"]["webhooks"][0]["settings"]["token"]
    assert settings["token"].startswith("secret:")
    assert layers[0] == {**first, "force_escalate": False}
    assert layers[1] == {**second, "max_times": 0, "escalate_window": 0}
    assert item == {
        "rule_id": rule_id,
        "account_id": cast.account_id,
        "channel_id": channel_id,
        "channel_name": "Payments",
        "priority": 3,
        "rule_name": "Wake somebody",
        "description": "Nights",
        "status": "enabled",
        "template_id": TEMPLATE,
        "aggr_window": 30,
        "time_filters": [{**windows[0], "cal_id": "", "is_off": False}],
        "filters": DISKS,
        "creator_id": cast.bob.id,
        "updated_by": cast.bob.id,
        "created_at": now,
        "updated_at": now,
        "deleted_at": 0,
    }


@pytest.mark.effect("/channel/escalate/rule/update", seen_by="/channel/escalate/rule/info")
@pytest.mark.effect(
    "/channel/escalate/rule/enable",
    "/channel/escalate/rule/disable",
    seen_by="/channel/escalate/rule/info",
)
def test_a_change_replaces_a_rule_and_it_is_switched_off_and_on(
    server: Server, cast: Cast, channel_id: int
) -> None:
    place = {"channel_id": channel_id}
    rule_id = rule(server, cast.bob, channel_id, level(cast.bob), filters=DISKS, priority=5)
    place["rule_id"] = rule_id
    server.clock.advance(5)
    wish = {"rule_name": "New", "template_id": TEMPLATE, "layers": [level(cast.alice)] * 2}
    assert asked(server, cast.alice, "update", **place, **wish).data == {}
    server.restart()
    item = asked(server, cast.bob, "info", **place).data
    assert (item["rule_name"], item["priority"], item["filters"]) == ("New", 0, [])
    assert [each["target"]["person_ids"] for each in item["layers"]] == [[cast.alice.id]] * 2
    assert (item["creator_id"], item["updated_by"]) == (cast.bob.id, cast.alice.id)
    assert item["updated_at"] == item["created_at"] + 5
    for verb, status in (("disable", "disabled"), ("enable", "enabled")):
        assert asked(server, cast.bob, verb, **place).data == {}
        server.restart()
        assert asked(server, cast.bob, "info", **place).data["status"] == status


@pytest.mark.effect("/channel/escalate/rule/delete", seen_by="/channel/escalate/rule/list")
def test_a_deleted_rule_is_gone_with_what_it_named(
    server: Server, database: Database, cast: Cast, channel_id: int
) -> None:
    rule_id = rule(server, cast.bob, channel_id, level(cast.bob))
    assert asked(server, cast.bob, "delete", channel_id=channel_id, rule_id=rule_id).data == {}
    again = asked(server, cast.bob, "delete", channel_id=channel_id, rule_id=rule_id)
    assert (again.status, again.code) == (400, "ResourceNotFound")
    server.restart()
    assert asked(server, cast.bob, "list", channel_id=channel_id).data["items"] == []
    with database.read() as tx:
        assert tx.tuples(rule_reference.select()) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"layers": []}, "layers"),
        ({"rule_name": ""}, "rule_name"),
        ({"template_id": "x"}, "template_id"),
        ({"priority": 201}, "priority"),
        ({"aggr_window": 3601}, "aggr_window"),
        ({"layers": [{"target": {"person_ids": [1]}}]}, "by or webhooks"),
        ({"layers": [{"target": {"by": {}}}]}, "person_ids"),
        ({"layers": [{"target": {"person_ids": [1], "by": {}}}]}, "no member has the id 1"),
        ({"layers": [{"target": {"team_ids": [2], "by": {}}}]}, "no team has the id 2"),
        (
            {"layers": [{"target": {"schedule_to_role_ids": {"3": []}, "by": {}}}]},
            "no schedule has the id 3",
        ),
        (
            {"layers": [{"target": {"schedule_to_role_ids": {"x": []}, "by": {}}}]},
            "no schedule has the id x",
        ),
        ({"layers": [{"target": {"emails": ["nobody"], "by": {}}}]}, "not an email address"),
        ({"filters": [[]]}, "every group needs a condition"),
        ({"time_filters": [{"cal_id": "cal.none"}]}, "no calendar"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(
    server: Server, cast: Cast, channel_id: int, fields: dict[str, Any], said: str
) -> None:
    wish = {
        "channel_id": channel_id,
        "rule_name": "R",
        "template_id": TEMPLATE,
        "layers": [level(cast.bob)],
        **fields,
    }
    answer = asked(server, cast.bob, "create", **wish)
    assert (answer.status, answer.code) == (400, "InvalidParameter"), answer.body
    assert said in answer.message


def robot(type_: str, **settings: Any) -> dict[str, Any]:
    return {"webhooks": [{"type": type_, "settings": settings}]}


def test_nonsense_in_a_target_is_refused_with_its_field_and_what_there_is(
    server: Server, cast: Cast, channel_id: int
) -> None:
    """Also of notification rules, and of what a schedule tells of shifts."""
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({"by": {"critical": ["email", "pigeon"]}}, "by.critical", "sms"),
        ({"schedule_to_role_ids": {"3": [7]}}, "schedule_to_role_ids", "0, 1, 2"),
        ({"person_ids": [10**30]}, "person_ids", ""),
        (robot("pigeon", token="x"), "webhooks[0].type", "feishu"),
        (robot("slack", token="file:///etc/passwd"), "webhooks[0].settings.token", "http"),
        (robot("slack", token="gopher://a.example/x"), "webhooks[0].settings.token", "http"),
        (robot("teams", token="T0/B0"), "webhooks[0].settings.token", "http"),
        (robot("zoom"), "webhooks[0].settings.token", "send it"),
        (robot("telegram", token="1:a", chat_ids=5), "webhooks[0].settings.chat_ids", "1"),
        (robot("telegram", token="https://x.example"), "webhooks[0].settings.token", "bot"),
        (robot("slack_app", chat_ids=["C1"]), "webhooks[0].settings.integration_id", ""),
        (robot("slack_app", integration_id=77, chat_ids=["C1"]), "webhooks", "77"),
        (robot("slack", token="x", disable_at="never"), "webhooks[0].settings.disable_at", "0"),
    ]
    good = {"rule_name": "R", "template_id": TEMPLATE}
    for part, field, allowed in bad:
        target = {"person_ids": [cast.bob.id], "by": {"follow_preference": True}, **part}
        wish = {"channel_id": channel_id, **good, "layers": [{"target": target}]}
        notice = {"channel_id": channel_id, **good, "target": target}
        answers = [
            asked(server, cast.bob, "create", **wish),
            server.post("/channel/notify/rule/create", notice, cast.bob.key),
        ]
        for answer in answers:
            assert (answer.status, answer.code) == (400, "InvalidParameter"), part
            assert field in answer.message
            assert allowed in answer.message
    wish = {"channel_id": channel_id, "rule_name": "R", "layers": [level(cast.bob)]}
    answer = asked(server, cast.bob, "create", **wish, template_id="a" * 24)
    assert "template_id" in answer.message
    assert TEMPLATE in answer.message
    assert asked(server, cast.bob, "list", channel_id=channel_id).data["items"] == []
    notify = {"by": {"personal_channels": ["pigeon"]}, **robot("slack", token="file:///x")}
    for part in ("by", "webhooks"):
        body = {"schedule_name": "D", "layers": [], "notify": {part: notify[part]}}
        answer = server.post("/schedule/create", body, cast.bob.key)
        assert f"notify.{part}" in answer.message


def test_only_who_may_change_a_channel_changes_its_rules(
    server: Server, cast: Cast, channel_id: int
) -> None:
    wish = {"rule_name": "R", "template_id": TEMPLATE, "layers": [level(cast.bob)]}
    answer = asked(server, cast.charlie, "create", channel_id=channel_id, **wish)
    assert (answer.status, answer.code) == (403, "AccessDenied")
    other = make_channel_of_alice(server, cast)
    answer = asked(server, cast.bob, "create", channel_id=other, **wish)
    assert (answer.status, answer.code) == (403, "AccessDenied")


def make_channel_of_alice(server: Server, cast: Cast) -> int:
    team = server.post("/team/upsert", {"team_name": "Alice's"}, cast.alice.key).data["team_id"]
    body = {"team_id": team, "channel_name": "Hers"}
    return int(server.post("/channel/create", body, cast.alice.key).data["channel_id"])


def test_what_a_rule_names_cannot_be_deleted(
    server: Server, database: Database, cast: Cast, channel_id: int
) -> None:
    team_id = make_team(database, cast, "Ops", cast.bob)
    layer = {**weekly(cast), "groups": [group("Bob", cast.bob.id)]}
    body = {"schedule_name": "Duty", "team_id": team_id, "layers": [layer]}
    schedule_id = server.post("/schedule/create", body, cast.bob.key).data["schedule_id"]
    target = {"schedule_to_role_ids": {str(schedule_id): []}, "by": {"follow_preference": True}}
    rule(
        server,
        cast.bob,
        channel_id,
        {"target": {**target, "team_ids": [team_id]}},
        level(cast.charlie),
    )
    for path, wish in (
        ("/schedule/delete", {"schedule_ids": [schedule_id]}),
        ("/team/delete", {"team_id": team_id}),
        ("/member/delete", {"member_id": cast.charlie.id}),
    ):
        answer = server.post(path, wish, cast.alice.key)
        assert (answer.status, answer.code) == (400, "ReferenceExist"), path
        refs = answer.body["data"]["refs"]
        assert "Wake somebody" in [one["name"] for one in refs]


def test_the_rule_a_channel_is_created_with_is_its_first(
    server: Server, database: Database, cast: Cast
) -> None:
    team_id = make_team(database, cast, "Ops", cast.bob)
    first = {"template_id": TEMPLATE, "aggr_window": 60, "target": people(cast.bob)}
    body = {"team_id": team_id, "channel_name": "Shop", "escalate_rule": first}
    made = server.post("/channel/create", body, cast.bob.key).data["channel_id"]
    (item,) = asked(server, cast.bob, "list", channel_id=made).data["items"]
    assert (item["rule_name"], item["aggr_window"]) == ("Default", 60)
    assert item["layers"][0]["target"] == people(cast.bob)
    assert item["layers"][0]["escalate_window"] == 30


def test_the_rules_of_a_deleted_channel_go_with_it(
    server: Server, database: Database, cast: Cast, channel_id: int
) -> None:
    escalation.rule(server, cast.bob, channel_id, level(cast.bob))
    assert server.post("/channel/delete", {"channel_id": channel_id}, cast.bob.key).data == {}
    with database.read() as tx:
        assert tx.tuples(escalation_rule.select()) == []
        assert tx.tuples(rule_reference.select()) == []
