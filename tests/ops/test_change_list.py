"""Searching changes over the wire."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.push import CHANGES, engine, make_channel, make_integration, push
from tests.server import Server
from tocsin.store.database import Database

HOUR = 3600


def titles(server: Server, key: str, **wish: Any) -> list[str]:
    return [item["title"] for item in server.post("/change/list", wish, key).data["items"]]


@pytest.fixture
def sender(server: Server, cast: Cast, database: Database) -> dict[str, Any]:
    """An integration that reports changes of a channel."""
    channel = make_channel(server, database, cast)
    plugin = {"plugin_type": "change.standard", "channel_id": channel}
    return {**make_integration(server, cast, **plugin), "channel_id": channel}


def deploy(server: Server, sender: dict[str, Any], key: str, status: str, **more: Any) -> None:
    fields = {"change_key": key, "title": f"Deploy {key}", "change_status": status, **more}
    assert push(server, sender["integration_key"], CHANGES, **fields).status == 200


@pytest.mark.effect("/change/list", seen_by="/change/list")
def test_a_change_is_listed_as_its_newest_event_says(
    server: Server, cast: Cast, database: Database, sender: dict[str, Any]
) -> None:
    began = server.clock.now() // 1000
    deploy(server, sender, "shop", "Processing", labels={"service": "shop"}, link="http://ci/1")
    engine(database)
    server.clock.advance(60)
    deploy(server, sender, "shop", "Done", labels={"service": "shop"}, link="http://ci/1")
    engine(database)
    for _ in range(2):
        page = server.post("/change/list", {"include_events": True}, cast.charlie.key).data
        assert (page["total"], page["has_next_page"]) == (1, False)
        (change,) = page["items"]
        assert change["change_status"] == "Done"
        assert (change["start_time"], change["end_time"]) == (began, began + 60)
        assert (change["channel_name"], change["labels"]) == ("Payments", {"service": "shop"})
        assert change["integration_id"] == change["data_source_id"] == sender["integration_id"]
        assert [one["change_status"] for one in change["events"]] == ["Done", "Processing"]
        server.restart()
    (plain,) = server.post("/change/list", {}, cast.charlie.key).data["items"]
    assert "events" not in plain


def test_the_list_narrows_by_all_it_is_asked(
    server: Server, cast: Cast, database: Database, sender: dict[str, Any]
) -> None:
    for number, service in enumerate(("shop", "cart", "mail")):
        deploy(server, sender, service, "Done", labels={"service": service}, description="by CI")
        engine(database)
        server.clock.advance(60 + number)
    now = server.clock.now() // 1000
    every = ["Deploy mail", "Deploy cart", "Deploy shop"]

    def about(oper: str, *values: str) -> dict[str, Any]:
        return {"filters": [[{"key": "labels.service", "oper": oper, "vals": values}]]}

    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, every),
        ({"asc": True}, every[::-1]),
        ({"order_by": "last_time"}, every),
        ({"orderby": "last_time", "asc": True}, every[::-1]),
        ({"p": 2, "limit": 2}, every[2:]),
        ({"channel_ids": [sender["channel_id"]]}, every),
        ({"channel_ids": [0]}, []),
        ({"integration_ids": [sender["integration_id"]]}, every),
        ({"integration_ids": [5]}, []),
        ({"query": "CART"}, every[1:2]),
        ({"query": "^deploy (cart|shop)$"}, every[1:]),
        ({"query": "by ci", "p": 2, "limit": 2}, every[2:]),
        (about("IN", "sh*", "/^m/"), [every[0], every[2]]),
        (about("NOTIN", "cart"), [every[0], every[2]]),
        ({"start_time": now - 70, "end_time": now}, every[:1]),
        ({"start_time": now - HOUR, "end_time": now - 130}, every[2:]),
    ]
    for wish, expected in cases:
        assert titles(server, cast.bob.key, **wish) == expected, wish
    assert server.post("/change/list", {"limit": 2}, cast.bob.key).data["has_next_page"]
    server.clock.advance(2 * HOUR)
    assert titles(server, cast.bob.key) == []


@pytest.mark.parametrize("wish", [{"query": "("}, {"start_time": 9, "end_time": 1}, {"limit": 101}])
def test_a_search_out_of_bounds_is_refused(
    server: Server, cast: Cast, wish: dict[str, Any]
) -> None:
    assert server.post("/change/list", wish, cast.bob.key).code == "InvalidParameter"


def test_changes_of_a_private_channel_are_unknown_to_others(
    server: Server, cast: Cast, database: Database
) -> None:
    team = make_team(database, cast, "Secret", cast.charlie)
    wish = {"team_id": team, "channel_name": "Hush", "is_private": True}
    channel = server.post("/channel/create", wish, cast.alice.key).data["channel_id"]
    plugin = {"plugin_type": "change.standard", "name": "CI", "channel_id": channel}
    sender = server.post("/datasource/upsert", plugin, cast.alice.key).data
    deploy(server, sender, "shop", "Done")
    engine(database)
    assert titles(server, cast.charlie.key) == titles(server, cast.alice.key) == ["Deploy shop"]
    assert titles(server, cast.bob.key) == titles(server, cast.bob.key, query="shop") == []
