"""Integrations through the API; what a call did is read back from a restarted server."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.push import engine, push
from tests.server import Server
from tocsin.store.database import Database


@pytest.fixture
def ops_team(database: Database, cast: Cast) -> int:
    """Bob's team."""
    return make_team(database, cast, "Ops", cast.bob)


@pytest.fixture
def channel_id(server: Server, cast: Cast, ops_team: int) -> int:
    """A channel of Bob's team."""
    body = {"team_id": ops_team, "channel_name": "Payments"}
    return int(server.post("/channel/create", body, cast.bob.key).data["channel_id"])


def upsert(server: Server, key: str, **fields: Any) -> dict[str, Any]:
    found = server.post("/datasource/upsert", fields, key).data
    assert isinstance(found, dict)
    return found


def describe(server: Server, key: str, integration_id: int) -> dict[str, Any]:
    found = server.post("/datasource/desc", {"integration_id": integration_id}, key).data
    assert isinstance(found, dict)
    return found


def names(server: Server, key: str, **wanted: Any) -> list[str]:
    return [item["name"] for item in server.post("/datasource/list", wanted, key).data]


@pytest.mark.effect("/datasource/upsert", seen_by="/datasource/desc")
def test_a_new_integration_comes_with_a_key_to_push_with(
    server: Server, cast: Cast, channel_id: int, ops_team: int
) -> None:
    made = upsert(
        server,
        cast.bob.key,
        plugin_type="standard.alert",
        name="Scripts",
        description="cron",
        team_id=ops_team,
        channel_id=channel_id,
    )
    assert len(made["integration_key"]) == 35
    assert made["integration_id"] % 1000 == cast.account_id % 1000
    server.restart()
    found = describe(server, cast.bob.key, made["integration_id"])
    assert found == {
        **made,
        "account_id": cast.account_id,
        "team_id": ops_team,
        "channel_id": channel_id,
        "name": "Scripts",
        "description": "cron",
        "status": "enabled",
        "plugin_id": 1,
        "plugin_type": "standard.alert",
        "plugin_type_name": "Standard alert",
        "category": "event.alert",
        "settings": {},
        "has_signing_secret": False,
        "creator_id": cast.bob.id,
        "created_at": server.clock.now() // 1000,
        "updated_at": server.clock.now() // 1000,
    }


def test_a_webhook_keeps_where_and_what_it_reports(
    server: Server, cast: Cast, channel_id: int
) -> None:
    settings = {
        "channel_ids": [channel_id],
        "endpoint": "https://hooks.example/x?key=k1",
        "event_types": ["i_new"],
        "headers": {"X-Token": "t"},
    }
    made = upsert(server, cast.bob.key, plugin_id=302, name="Tickets", settings=settings)
    server.restart()
    found = describe(server, cast.bob.key, made["integration_id"])
    hidden = {"endpoint": "https://hooks.example/x?***", "headers": {"X-Token": "***"}}
    assert (found["settings"], found["plugin_type"]) == ({**settings, **hidden}, "incident.webhook")
    seen = describe(server, cast.charlie.key, made["integration_id"])
    [listed] = server.post("/datasource/list", {}, cast.charlie.key).data
    bare = {**found["settings"], "endpoint": "https://hooks.example/***"}
    assert listed["settings"] == seen["settings"] == bare
    for plugin_id, bogus, known in ((302, "i_bogus", "i_new"), (301, "i_new", "a_merge")):
        wish = {"plugin_id": plugin_id, "name": "Odd"}
        odd = {"endpoint": "https://hooks.example/", "event_types": [bogus]}
        refused = server.post("/datasource/upsert", {**wish, "settings": odd}, cast.bob.key)
        assert refused.code == "InvalidParameter"
        assert all(one in refused.message for one in ("settings.event_types", bogus, known))


def test_a_change_leaves_what_was_not_sent_and_the_key(server: Server, cast: Cast) -> None:
    made = upsert(server, cast.bob.key, plugin_id=1, name="Scripts", description="cron")
    again = upsert(
        server, cast.bob.key, integration_id=made["integration_id"], name="Jobs", status="disabled"
    )
    assert again == made
    server.restart()
    found = describe(server, cast.bob.key, made["integration_id"])
    assert (found["name"], found["description"], found["status"]) == ("Jobs", "cron", "disabled")


@pytest.mark.effect("/datasource/desc", seen_by="/datasource/desc")
def test_the_key_finds_its_integration_and_shows_only_to_those_who_manage(
    server: Server, cast: Cast
) -> None:
    made = upsert(server, cast.bob.key, plugin_id=2, name="Deploys")
    by_key = {"integration_key": made["integration_key"]}
    assert server.post("/datasource/desc", by_key, cast.bob.key).data["name"] == "Deploys"
    server.restart()
    found = server.post("/datasource/desc", by_key, cast.charlie.key).data
    assert (found["integration_id"], found["integration_key"]) == (made["integration_id"], "")
    for wanted in ({"integration_key": "x" * 35}, {"integration_id": 1}):
        answer = server.post("/datasource/desc", wanted, cast.bob.key)
        assert (answer.status, answer.code) == (400, "ResourceNotFound")
    assert server.post("/datasource/desc", {}, cast.bob.key).code == "InvalidParameter"


@pytest.mark.effect("/datasource/list", seen_by="/datasource/list")
def test_lists_are_narrowed_and_paged(server: Server, cast: Cast, ops_team: int) -> None:
    bob = cast.bob.key
    upsert(server, bob, plugin_id=1, name="Scripts", team_id=ops_team)
    server.clock.advance(1)
    upsert(server, bob, plugin_id=2, name="Deploys")
    server.clock.advance(1)
    hook = {"endpoint": "https://hooks.example/x"}
    off = upsert(server, bob, plugin_id=302, name="Tickets", settings=hook, status="disabled")
    assert names(server, bob) == ["Tickets", "Deploys", "Scripts"]
    server.restart()
    assert names(server, bob, asc=True) == ["Scripts", "Deploys", "Tickets"]
    assert names(server, bob, p=2, limit=2) == ["Scripts"]
    assert names(server, bob, category="event.alert") == ["Scripts"]
    assert names(server, bob, category="im") == []
    assert names(server, bob, plugin_type="change.standard") == ["Deploys"]
    assert names(server, bob, status="disabled") == ["Tickets"]
    assert names(server, bob, name="DEPLOY") == ["Deploys"]
    assert names(server, bob, team_ids=[ops_team]) == ["Scripts"]
    assert names(server, bob, is_my_team=True) == ["Scripts"]
    assert names(server, cast.alice.key, is_my_team=True) == []
    upsert(server, bob, integration_id=off["integration_id"], status="deleted")
    assert names(server, bob) == ["Deploys", "Scripts"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "plugin"),
        ({"plugin_id": 77}, "plugin 77"),
        ({"plugin_id": 1, "name": ""}, "name"),
        ({"plugin_id": 1, "team_id": 5}, "no team"),
        ({"plugin_id": 302}, "settings.endpoint"),
    ],
)
def test_an_integration_that_cannot_be_is_refused_by_name(
    server: Server, cast: Cast, fields: dict[str, Any], said: str
) -> None:
    answer = server.post("/datasource/upsert", fields, cast.bob.key)
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert said in answer.message
    assert names(server, cast.bob.key) == []


def test_those_who_only_look_change_nothing(server: Server, cast: Cast) -> None:
    answer = server.post("/datasource/upsert", {"plugin_id": 1}, cast.charlie.key)
    assert (answer.status, answer.code) == (403, "AccessDenied")


def test_the_integration_of_another_team_is_left_alone(
    server: Server, cast: Cast, database: Database
) -> None:
    other = make_team(database, cast, "Other")
    made = upsert(server, cast.alice.key, plugin_id=1, name="Theirs", team_id=other)
    change = {"integration_id": made["integration_id"], "name": "Mine"}
    answer = server.post("/datasource/upsert", change, cast.bob.key)
    assert (answer.status, answer.code) == (403, "AccessDenied")


def test_a_new_channel_takes_integrations_that_exist(
    server: Server, cast: Cast, ops_team: int, channel_id: int
) -> None:
    shared = upsert(server, cast.bob.key, plugin_id=1, name="Scripts")["integration_id"]
    taken = upsert(server, cast.bob.key, plugin_id=1, channel_id=channel_id)["integration_id"]
    body = {"team_id": ops_team, "channel_name": "New", "plugin_ids": [shared]}
    new = server.post("/channel/create", body, cast.bob.key).data["channel_id"]
    server.restart()
    assert describe(server, cast.bob.key, shared)["settings"] == {"channel_ids": [new]}
    body = {"team_id": ops_team, "channel_name": "Newer", "plugin_ids": [taken]}
    assert "dedicated" in server.post("/channel/create", body, cast.bob.key).message


def test_the_integrations_of_a_channel_go_with_it(
    server: Server, cast: Cast, channel_id: int
) -> None:
    made = upsert(server, cast.bob.key, plugin_id=1, name="Scripts", channel_id=channel_id)
    server.post("/channel/delete", {"channel_id": channel_id}, cast.bob.key)
    server.restart()
    gone = {"integration_id": made["integration_id"]}
    assert server.post("/datasource/desc", gone, cast.bob.key).code == "ResourceNotFound"


@pytest.mark.effect("/datasource/rejected-event/list", seen_by="/datasource/rejected-event/list")
def test_what_was_pushed_in_vain_is_listed_with_the_reason(
    server: Server, cast: Cast, database: Database
) -> None:
    made = upsert(server, cast.bob.key, plugin_id=1, name="Scripts")
    assert push(server, made["integration_key"], event_status="Fatal").status == 400
    engine(database)
    wanted = {"integration_id": made["integration_id"]}
    before = server.post("/datasource/rejected-event/list", wanted, cast.charlie.key).data
    server.restart()
    found = server.post("/datasource/rejected-event/list", wanted, cast.charlie.key).data
    assert found == before
    assert (found["total"], found["has_next_page"]) == (1, False)
    [refused] = found["items"]
    assert refused["reason"].startswith("event_status must be")
    assert '"Fatal"' in refused["excerpt"]
    unknown = server.post("/datasource/rejected-event/list", {"integration_id": 1}, cast.bob.key)
    assert unknown.code == "ResourceNotFound"


def test_a_secret_in_the_wrong_place_is_not_taken_for_one_in_force(
    server: Server, cast: Cast
) -> None:
    body = {"plugin_type": "sentry.alert", "name": "Web", "settings": {"signing_secret": "x"}}
    answer = server.post("/datasource/upsert", body, cast.bob.key)
    assert answer.code == "InvalidParameter"
    assert "settings.signing_secret is not known here" in answer.message
