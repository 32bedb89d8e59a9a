"""Channels through the API; what a call did is read back from a restarted server."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.push import engine, make_integration, push
from tests.server import Server
from tocsin.store.database import Database


@pytest.fixture
def ops_team(database: Database, cast: Cast) -> int:
    """Bob's team."""
    return make_team(database, cast, "Ops", cast.bob)


@pytest.fixture
def other_team(database: Database, cast: Cast) -> int:
    """A team of nobody in particular."""
    return make_team(database, cast, "Other")


def create(server: Server, key: str, team_id: int, name: str = "Payments", **more: Any) -> int:
    body = {"team_id": team_id, "channel_name": name, **more}
    return int(server.post("/channel/create", body, key).data["channel_id"])


def info(server: Server, key: str, channel_id: int) -> dict[str, Any]:
    found = server.post("/channel/info", {"channel_id": channel_id}, key).data
    assert isinstance(found, dict)
    return found


def names(server: Server, key: str, **wanted: Any) -> list[str]:
    items = server.post("/channel/list", wanted, key).data["items"]
    return [item["channel_name"] for item in items]


@pytest.mark.effect("/channel/create", seen_by="/channel/info")
def test_a_new_channel_has_everything_it_was_given(
    server: Server, cast: Cast, ops_team: int, other_team: int
) -> None:
    given = {
        "description": "Money",
        "managing_team_ids": [other_team],
        "auto_resolve_timeout": 3600,
        "auto_resolve_mode": "update",
        "is_private": True,
        "disable_auto_close": True,
        "disable_outlier_detection": True,
        "group": {
            "method": "p",
            "equals": [["labels.host"]],
            "cases": [
                {
                    "if": [{"key": "severity", "oper": "IN", "vals": ["Critical"]}],
                    "equals": ["labels.service"],
                }
            ],
            "time_window": 30,
            "storm_thresholds": [10, 100],
        },
        "flapping": {"is_disabled": False, "max_changes": 5, "in_mins": 30, "mute_mins": 60},
    }
    body = {"team_id": ops_team, "channel_name": "Payments", **given}
    created = server.post("/channel/create", body, cast.bob.key).data
    assert created["channel_name"] == "Payments"
    assert created["channel_id"] % 1000 == cast.account_id % 1000
    server.restart()
    channel = info(server, cast.bob.key, created["channel_id"])
    assert {name: channel[name] for name in given} == given
    assert (channel["team_id"], channel["team_name"]) == (ops_team, "Ops")
    assert (channel["creator_id"], channel["creator_name"]) == (cast.bob.id, "Bob")
    assert (channel["status"], channel["deleted_at"]) == ("enabled", 0)
    assert channel["created_at"] == channel["updated_at"] == server.clock.now() // 1000


def test_a_channel_may_start_with_an_escalation_rule_that_reaches_somebody(
    server: Server, cast: Cast, ops_team: int
) -> None:
    rule: dict[str, Any] = {"template_id": "6321aad26c12104586a88916", "aggr_window": 60}
    body = {"team_id": ops_team, "channel_name": "Payments"}

    def create_with(target: dict[str, Any]) -> str:
        full = {**body, "escalate_rule": {**rule, "target": target}}
        answer = server.post("/channel/create", full, cast.bob.key)
        return "" if answer.status == 200 else answer.message

    assert "person_ids" in create_with({"by": {"critical": ["email"]}})
    assert "by or webhooks" in create_with({"person_ids": [1]})
    assert "no member" in create_with({"person_ids": [1], "by": {"critical": ["email"]}})
    good = {"team_ids": [ops_team], "by": {"critical": ["email"]}}
    assert "pigeon" in create_with({**good, "by": {"critical": ["pigeon"]}})
    assert create_with(good) == ""
    rule["template_id"] = "a" * 24
    assert "template_id" in create_with(good)


@pytest.mark.effect("/channel/update", "/channel/info", seen_by="/channel/info")
def test_changing_a_channel_leaves_what_was_not_sent(
    server: Server, cast: Cast, ops_team: int
) -> None:
    channel_id = create(server, cast.bob.key, ops_team, description="old")
    before = info(server, cast.bob.key, channel_id)
    server.clock.advance(5)
    sent = {"channel_id": channel_id, "channel_name": "Pay", "flapping": {"is_disabled": True}}
    assert server.post("/channel/update", sent, cast.bob.key).data == {}
    server.restart()
    after = info(server, cast.bob.key, channel_id)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"channel_name", "flapping", "updated_at"}
    assert after["channel_name"] == "Pay"


@pytest.mark.effect("/channel/enable", "/channel/disable", seen_by="/channel/info")
def test_a_channel_is_switched_off_and_on(server: Server, cast: Cast, ops_team: int) -> None:
    channel_id = create(server, cast.bob.key, ops_team)
    assert server.post("/channel/disable", {"channel_id": channel_id}, cast.bob.key).data == {}
    server.restart()
    assert info(server, cast.bob.key, channel_id)["status"] == "disabled"
    assert server.post("/channel/enable", {"channel_id": channel_id}, cast.bob.key).data == {}
    server.restart()
    assert info(server, cast.bob.key, channel_id)["status"] == "enabled"


@pytest.mark.effect("/channel/delete", seen_by="/channel/list")
def test_a_deleted_channel_is_gone_and_its_name_is_free(
    server: Server, cast: Cast, ops_team: int
) -> None:
    channel_id = create(server, cast.bob.key, ops_team)
    assert server.post("/channel/delete", {"channel_id": channel_id}, cast.bob.key).data == {}
    server.restart()
    gone = server.post("/channel/info", {"channel_id": channel_id}, cast.bob.key)
    assert (gone.status, gone.code) == (400, "ResourceNotFound")
    assert names(server, cast.bob.key) == []
    create(server, cast.bob.key, ops_team)


def test_the_reporting_token_comes_once_each_time_reporting_is_switched_on(
    server: Server, cast: Cast, ops_team: int
) -> None:
    body = {"team_id": ops_team, "channel_name": "Desk", "is_external_report_enabled": True}
    created = server.post("/channel/create", body, cast.bob.key).data
    assert len(created["external_report_token"]) == 35
    channel_id = created["channel_id"]

    def switch(on: bool) -> Any:
        change = {"channel_id": channel_id, "is_external_report_enabled": on}
        return server.post("/channel/update", change, cast.bob.key).data

    assert switch(True) == {}
    assert switch(False) == {}
    again = switch(True)["external_report_token"]
    assert again != created["external_report_token"]
    server.restart()
    found = info(server, cast.bob.key, channel_id)
    assert found["is_external_report_enabled"] is True
    assert "external_report_token" not in found


def test_a_private_channel_shows_only_to_those_it_concerns(
    server: Server, cast: Cast, ops_team: int
) -> None:
    channel_id = create(server, cast.bob.key, ops_team, "Secret", is_private=True)
    create(server, cast.bob.key, ops_team, "Open")
    server.restart()
    assert names(server, cast.charlie.key) == ["Open"]
    assert set(names(server, cast.alice.key)) == {"Open", "Secret"}
    hidden = server.post("/channel/info", {"channel_id": channel_id}, cast.charlie.key)
    assert hidden.code == "ResourceNotFound"
    shown = server.post("/channel/infos", {"channel_ids": [channel_id]}, cast.charlie.key)
    assert shown.data == {"items": []}


@pytest.mark.effect("/channel/infos", seen_by="/channel/infos")
def test_ids_are_resolved_to_short_records(server: Server, cast: Cast, ops_team: int) -> None:
    channel_id = create(server, cast.bob.key, ops_team)
    wanted = {"channel_ids": [channel_id, 1]}
    before = server.post("/channel/infos", wanted, cast.bob.key).data
    server.restart()
    found = server.post("/channel/infos", wanted, cast.bob.key).data
    assert found == before
    assert found["items"] == [
        {
            "channel_id": channel_id,
            "channel_name": "Payments",
            "status": "enabled",
            "team_id": ops_team,
            "creator_id": cast.bob.id,
        }
    ]


@pytest.mark.effect("/channel/list", seen_by="/channel/list")
def test_lists_are_narrowed_ordered_and_paged(
    server: Server, cast: Cast, ops_team: int, other_team: int
) -> None:
    for name, team in (("Ads", other_team), ("Billing", ops_team), ("Cart", other_team)):
        server.clock.advance(1)
        create(server, cast.alice.key, team, name, description=f"All about {name}s")
    bob = cast.bob.key
    assert names(server, bob, limit=1) == ["Cart"]
    server.restart()
    assert names(server, bob) == ["Cart", "Billing", "Ads"]
    assert names(server, bob, orderby="channel_name", asc=True) == ["Ads", "Billing", "Cart"]
    assert names(server, bob, team_ids=[other_team]) == ["Cart", "Ads"]
    assert names(server, bob, is_my_team=True) == ["Billing"]
    assert names(server, bob, is_my_managed=True) == ["Billing"]
    assert names(server, bob, is_my_starred=True) == []
    assert names(server, bob, query="ABOUT CART") == ["Cart"]
    assert names(server, bob, channel_name="Ads", query="cart") == ["Ads"]
    assert names(server, bob, p=-1, limit=0) == ["Cart", "Billing", "Ads"]
    page = server.post("/channel/list", {"p": 2, "limit": 2, "is_brief": True}, bob).data
    assert (page["total"], page["has_next_page"]) == (3, False)
    assert [set(item) for item in page["items"]] == [
        {"channel_id", "channel_name", "description", "status"}
    ]
    both = server.post("/channel/list", {"is_my_team": True, "is_my_starred": True}, bob)
    assert both.code == "InvalidParameter"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"channel_name": ""}, "channel_name"),
        ({"channel_name": "n" * 60}, "channel_name"),
        ({"description": "d" * 501}, "description"),
        ({"team_id": 5}, "no team has the id 5"),
        ({"managing_team_ids": [1, 2, 3, 4]}, "managing_team_ids"),
        ({"auto_resolve_timeout": 2_592_001}, "auto_resolve_timeout"),
        ({"group": {"method": "x"}}, "group"),
        ({"flapping": {"mute_mins": 5}}, "mute_mins"),
        ({"plugin_ids": [7]}, "no integration has the id 7"),
    ],
)
def test_a_channel_that_cannot_be_is_refused_by_name(
    server: Server, cast: Cast, ops_team: int, fields: dict[str, Any], said: str
) -> None:
    body = {"team_id": ops_team, "channel_name": "Payments", **fields}
    answer = server.post("/channel/create", body, cast.bob.key)
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert said in answer.message
    assert names(server, cast.bob.key) == []


def test_two_channels_cannot_have_one_name(server: Server, cast: Cast, ops_team: int) -> None:
    create(server, cast.bob.key, ops_team, "One")
    second = create(server, cast.bob.key, ops_team, "Two")
    body = {"team_id": ops_team, "channel_name": "One"}
    assert server.post("/channel/create", body, cast.bob.key).code == "InvalidParameter"
    rename = {"channel_id": second, "channel_name": "One"}
    assert server.post("/channel/update", rename, cast.bob.key).code == "InvalidParameter"


@pytest.mark.parametrize("verb", ["update", "enable", "disable", "delete"])
def test_only_its_teams_creator_and_admins_may_change_a_channel(
    server: Server, cast: Cast, other_team: int, verb: str
) -> None:
    channel_id = create(server, cast.alice.key, other_team)
    body = {"channel_id": channel_id}
    refused = server.post(f"/channel/{verb}", body, cast.bob.key)
    assert (refused.status, refused.code) == (403, "AccessDenied")
    refused = server.post(f"/channel/{verb}", body, cast.charlie.key)
    assert (refused.status, refused.code) == (403, "AccessDenied")
    assert server.post(f"/channel/{verb}", body, cast.alice.key).status == 200
    missing = server.post(f"/channel/{verb}", {"channel_id": 1}, cast.alice.key)
    assert missing.code == "ResourceNotFound"


def test_a_channel_shows_how_busy_it_is(
    server: Server, cast: Cast, database: Database, ops_team: int
) -> None:
    channel_id = create(server, cast.bob.key, ops_team, "Busy")
    create(server, cast.bob.key, ops_team, "Idle")
    sender = make_integration(server, cast, channel_id=channel_id)["integration_key"]
    push(server, sender, alert_key="a", event_status="Warning")
    push(server, sender, alert_key="b", event_status="Info")
    engine(database)
    server.restart()
    busy = info(server, cast.bob.key, channel_id)
    assert busy["progress_to_incident_cnts"] == {"Triggered": 2, "Processing": 0}
    assert busy["active_incident_highest_severity"] == "Warning"
    assert busy["last_incident_at"] == server.clock.now() // 1000
    assert names(server, cast.bob.key, orderby="last_incident_at") == ["Busy", "Idle"]
    server.clock.advance(31 * 24 * 3600)
    assert info(server, cast.bob.key, channel_id)["progress_to_incident_cnts"] == {
        "Triggered": 0,
        "Processing": 0,
    }
    idle = server.post("/channel/list", {"query": "idle"}, cast.bob.key).data["items"][0]
    assert (idle["active_incident_highest_severity"], idle["last_incident_at"]) == ("", 0)
