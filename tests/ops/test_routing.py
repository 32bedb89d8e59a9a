"""Routes through the API; what a call did is read back from a restarted server."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.push import make_channel, make_integration
from tests.server import Answer, Server
from tocsin.store.database import Database

EU = [{"key": "labels.region", "oper": "IN", "vals": ["eu-*"]}]


@pytest.fixture
def channel(server: Server, database: Database, cast: Cast) -> int:
    return make_channel(server, database, cast)


@pytest.fixture
def sender(server: Server, cast: Cast) -> int:
    return int(make_integration(server, cast)["integration_id"])


def upsert(server: Server, key: str, sender: int, **fields: Any) -> Answer:
    return server.post("/route/upsert", {"integration_id": sender, **fields}, key)


def info(server: Server, key: str, sender: int) -> Any:
    return server.post("/route/info", {"integration_id": sender}, key).data


@pytest.mark.effect("/route/upsert", seen_by="/route/info")
@pytest.mark.effect("/route/info", seen_by="/route/info")
def test_a_route_comes_back_as_it_was_set(
    server: Server, cast: Cast, sender: int, channel: int
) -> None:
    assert info(server, cast.bob.key, sender) is None
    cases = [
        {"if": EU, "channel_ids": [channel]},
        {
            "if": [],
            "fallthrough": True,
            "routing_mode": "name_mapping",
            "name_mapping_label": "labels.app",
        },
    ]
    sections = [{"name": "Europe"}, {"name": "Rest", "position": 2}]
    wish = {"cases": cases, "sections": sections, "default": {"channel_ids": [channel]}}
    assert upsert(server, cast.bob.key, sender, **wish).data == {}
    server.restart()
    now = server.clock.now() // 1000
    standard = {
        "fallthrough": False,
        "routing_mode": "standard",
        "name_mapping_label": "",
        "channel_ids": None,
    }
    assert info(server, cast.charlie.key, sender) == {
        "integration_id": sender,
        "cases": [{**standard, **case} for case in cases],
        "sections": [{"name": "Europe", "position": 0}, {"name": "Rest", "position": 2}],
        "default": {"channel_ids": [channel]},
        "status": "enabled",
        "version": 1,
        "updated_by": cast.bob.id,
        "creator_id": cast.bob.id,
        "deleted_at": 0,
        "created_at": now,
        "updated_at": now,
    }


@pytest.mark.effect("/route/list", seen_by="/route/list")
def test_a_list_leaves_out_who_has_no_route(
    server: Server, cast: Cast, sender: int, channel: int
) -> None:
    other = make_integration(server, cast)["integration_id"]
    upsert(server, cast.bob.key, sender, default={"channel_ids": [channel]})
    wanted = {"integration_ids": [sender, other, 5]}
    before = server.post("/route/list", wanted, cast.bob.key).data["items"]
    server.restart()
    after = server.post("/route/list", wanted, cast.charlie.key).data["items"]
    assert [one["integration_id"] for one in after] == [sender]
    assert before == after


@pytest.mark.effect("/route/history/list", seen_by="/route/history/list")
def test_what_a_route_was_stays_in_its_history(
    server: Server, cast: Cast, sender: int, channel: int
) -> None:
    history = {"integration_id": sender, "limit": 2}
    assert server.post("/route/history/list", history, cast.bob.key).data["items"] == []
    for label in ("a", "b", "c"):
        condition = {"key": f"labels.{label}", "oper": "IN", "vals": ["*"]}
        upsert(server, cast.bob.key, sender, cases=[{"if": [condition], "channel_ids": [channel]}])
    server.restart()
    page = server.post("/route/history/list", history, cast.charlie.key).data
    assert (page["total"], page["has_next_page"]) == (3, True)
    assert [one["version"] for one in page["items"]] == [3, 2]
    assert page["items"][1]["cases"][0]["if"][0]["key"] == "labels.b"
    oldest = server.post("/route/history/list", {**history, "asc": True}, cast.bob.key).data
    assert [one["version"] for one in oldest["items"]] == [1, 2]


def test_a_stale_version_is_refused_and_none_wins(
    server: Server, cast: Cast, sender: int, channel: int
) -> None:
    wish = {"default": {"channel_ids": [channel]}}
    for version in (7, 1, 0):
        assert upsert(server, cast.bob.key, sender, **wish, version=version).status == 200
    stale = upsert(server, cast.bob.key, sender, **wish, version=1)
    assert (stale.status, stale.code) == (400, "BadRequest")
    assert "version 3" in stale.message
    assert info(server, cast.bob.key, sender)["version"] == 3


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, "cases"),
        ({"cases": [{"if": []}]}, "cases[0].channel_ids"),
        ({"cases": [{"if": [], "routing_mode": "name_mapping"}]}, "name_mapping_label"),
        (
            {
                "cases": [
                    {
                        "if": [],
                        "routing_mode": "name_mapping",
                        "name_mapping_label": "labels.a",
                        "channel_ids": [1],
                    }
                ]
            },
            "cases[0].channel_ids",
        ),
        (
            {
                "cases": [
                    {"if": [{"key": "title", "oper": "IN", "vals": ["/(/"]}], "channel_ids": [1]}
                ]
            },
            "cases[0].if",
        ),
        ({"default": {"channel_ids": [1]}, "sections": [{"name": "x", "position": 1}]}, "position"),
        ({"default": {"channel_ids": [1]}, "sections": [{"name": "x"}, {"name": "x"}]}, "sections"),
        ({"default": {"channel_ids": [1]}, "sections": [{"name": ""}]}, "sections.name"),
        ({"default": {"channel_ids": list(range(101))}}, "default.channel_ids"),
    ],
)
def test_a_route_that_cannot_be_meant_is_refused(
    server: Server, cast: Cast, sender: int, fields: dict[str, Any], named: str
) -> None:
    answer = upsert(server, cast.bob.key, sender, **fields)
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert named in answer.message


def test_a_dedicated_integration_has_no_route(server: Server, cast: Cast, channel: int) -> None:
    own = make_integration(server, cast, channel_id=channel)["integration_id"]
    answer = upsert(server, cast.bob.key, own, default={"channel_ids": [channel]})
    assert answer.code == "InvalidParameter"


def test_a_route_into_a_hidden_channel_is_its_makers_alone(
    server: Server, cast: Cast, sender: int, channel: int, database: Database
) -> None:
    team = make_team(database, cast, "Finance")
    wish = {"team_id": team, "channel_name": "Secret", "is_private": True}
    secret = server.post("/channel/create", wish, cast.alice.key).data["channel_id"]
    for unseen in (secret, 5):
        answer = upsert(server, cast.bob.key, sender, default={"channel_ids": [unseen]})
        assert answer.code == "ResourceNotFound"
        assert answer.message == f"no channel has the id {unseen}"
    assert upsert(server, cast.alice.key, sender, default={"channel_ids": [secret]}).status == 200
    one, several = {"integration_id": sender}, {"integration_ids": [sender]}
    for path, body in (
        ("/route/info", one),
        ("/route/list", several),
        ("/route/history/list", one),
        ("/alert/pipeline/info", one),
        ("/enrichment/list", several),
    ):
        assert server.post(path, body, cast.bob.key).code == "AccessDenied"
        assert server.post(path, body, cast.alice.key).status == 200
    assert upsert(server, cast.bob.key, sender, default={"channel_ids": [channel]}).status == 403
    renamed = {**one, "name": "Mine"}
    assert server.post("/datasource/upsert", renamed, cast.bob.key).code == "AccessDenied"
    shown = server.post("/datasource/desc", one, cast.bob.key).data
    assert shown["integration_key"] == ""
