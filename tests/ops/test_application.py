"""Applications over HTTP, on both databases; effects are read back after a restart."""

from typing import Any

import pytest

from tests.cast import Cast, Person
from tests.server import Answer, Server
from tocsin.domain.team import Team, TeamStatus
from tocsin.store import team as teams


def create(server: Server, who: Person, **fields: Any) -> Answer:
    wish = {"application_name": "Shop", "type": "browser", "team_id": 0} | fields
    return server.post("/rum/application/create", wish, who.key)


def info(server: Server, who: Person, application_id: str) -> Answer:
    return server.post("/rum/application/info", {"application_id": application_id}, who.key)


def names(server: Server, who: Person, **wish: Any) -> list[str]:
    page = server.post("/rum/application/list", wish, who.key).data
    return [item["application_name"] for item in page["items"]]


def team(server: Server, cast: Cast, name: str, *members: Person) -> int:
    with server.database.write() as tx:
        new = Team(
            id=tx.ids.number(cast.account_id),
            account_id=cast.account_id,
            name=name,
            description="",
            status=TeamStatus.ENABLED,
            ref_id="",
            creator_id=cast.alice.id,
            updated_by=cast.alice.id,
            created_at=tx.now,
            updated_at=tx.now,
        )
        teams.add(tx, new)
        teams.set_members(tx, cast.account_id, new.id, [one.id for one in members])
    return new.id


@pytest.mark.effect("/rum/application/create", seen_by="/rum/application/info")
def test_an_application_is_created_with_keys_for_both_families(server: Server, cast: Cast) -> None:
    tracing = {"enabled": True, "open_type": "tab", "endpoint": "https://t.example/${trace_id}"}
    made = create(server, cast.bob, tracing=tracing, no_ip=True).data
    assert (len(made["application_id"]), len(made["client_token"])) == (22, 35)
    server.restart()
    shown = info(server, cast.charlie, made["application_id"]).data
    assert shown["client_token"] == made["client_token"]
    assert shown["dsn"].startswith("http://")
    assert shown["dsn"].rpartition("@")[2].startswith(server.base.removeprefix("http://") + "/")
    assert shown["tracing"] == tracing
    assert (shown["no_ip"], shown["no_geo"], shown["status"]) == (True, False, "enabled")
    assert shown["alerting"] == {"enabled": False, "channel_ids": [], "integration_id": 0}
    assert shown["created_by"] == shown["updated_by"] == cast.bob.id
    assert shown["created_at"] == server.clock.now()


@pytest.mark.effect(
    "/rum/application/delete",
    "/rum/application/list",
    "/rum/application/infos",
    seen_by="/rum/application/list",
)
def test_a_name_is_taken_until_its_application_is_deleted(server: Server, cast: Cast) -> None:
    first = create(server, cast.bob).data["application_id"]
    again = create(server, cast.bob)
    assert (again.code, "Shop" in again.message) == ("InvalidParameter", True)
    server.post("/rum/application/delete", {"application_id": first}, cast.bob.key)
    second = create(server, cast.bob).data["application_id"]
    both = {"application_ids": [first, second]}
    before = names(server, cast.alice), server.post("/rum/application/infos", both, cast.bob.key)
    server.restart()
    assert info(server, cast.bob, first).code == "ResourceNotFound"
    assert names(server, cast.alice) == ["Shop"] == before[0]
    found = server.post("/rum/application/infos", both, cast.alice.key).data["items"]
    assert [item["application_id"] for item in found] == [second]
    assert len(before[1].data["items"]) == 1


@pytest.mark.effect(
    "/rum/application/update", "/rum/application/info", seen_by="/rum/application/info"
)
def test_an_update_changes_what_it_names(server: Server, cast: Cast) -> None:
    made = create(server, cast.bob, no_geo=True).data["application_id"]
    server.clock.advance(5)
    change = {"application_id": made, "application_name": "Store", "is_private": True}
    assert server.post("/rum/application/update", change, cast.bob.key).data == {}
    before = info(server, cast.bob, made).data
    server.restart()
    shown = info(server, cast.bob, made).data
    assert shown | {"dsn": ""} == before | {"dsn": ""}
    assert (shown["application_name"], shown["is_private"], shown["no_geo"]) == (
        "Store",
        True,
        True,
    )
    assert shown["updated_at"] == shown["created_at"] + 5000
    same = {"application_id": made, "application_name": "Store"}
    assert server.post("/rum/application/update", same, cast.bob.key).status == 200


def test_unknown_teams_and_channels_are_named(server: Server, cast: Cast) -> None:
    assert "no team" in create(server, cast.bob, team_id=123).message
    answer = create(server, cast.bob, alerting={"enabled": True, "channel_ids": [55]})
    assert (answer.code, "55" in answer.message) == ("InvalidParameter", True)
    for fields in ({"alerting": {"channel_ids": [1] * 101}}, {"tracing": {"endpoint": "x" * 2049}}):
        assert "at most" in create(server, cast.bob, **fields).message
    unknown = {"application_id": "nope"}
    for verb in ("info", "update", "delete"):
        answer = server.post(f"/rum/application/{verb}", unknown, cast.alice.key)
        assert answer.code == "ResourceNotFound"


def test_only_who_may_manage_applications_changes_them(server: Server, cast: Cast) -> None:
    assert create(server, cast.charlie).code == "AccessDenied"
    of_alice = create(server, cast.alice).data["application_id"]
    change = {"application_id": of_alice, "no_ip": True}
    assert server.post("/rum/application/update", change, cast.bob.key).code == "AccessDenied"
    gone = server.post("/rum/application/delete", {"application_id": of_alice}, cast.bob.key)
    assert gone.code == "AccessDenied"


def test_private_applications_show_to_their_team(server: Server, cast: Cast) -> None:
    ours, theirs = team(server, cast, "Ours", cast.bob), team(server, cast, "Theirs")
    create(server, cast.alice, application_name="ours", team_id=ours, is_private=True)
    hidden = create(server, cast.alice, application_name="x", team_id=theirs, is_private=True).data
    create(server, cast.alice, application_name="open", team_id=theirs)
    assert set(names(server, cast.bob)) == {"ours", "open"}
    assert set(names(server, cast.alice)) == {"ours", "x", "open"}
    assert names(server, cast.bob, is_my_team=True) == ["ours"]
    assert names(server, cast.charlie, is_my_team=True) == []
    assert set(names(server, cast.alice, team_id=theirs)) == {"x", "open"}
    wish = {"application_ids": [hidden["application_id"], "unknown"]}
    assert server.post("/rum/application/infos", wish, cast.bob.key).data == {"items": []}
    assert len(server.post("/rum/application/infos", wish, cast.alice.key).data["items"]) == 1
    assert info(server, cast.bob, hidden["application_id"]).code == "ResourceNotFound"


def test_a_list_is_searched_sorted_and_paged(server: Server, cast: Cast) -> None:
    ids = {}
    for name in ("Shop Web", "shop_app", "Admin"):
        ids[name] = create(server, cast.bob, application_name=name).data["application_id"]
        server.clock.advance(1)
    assert names(server, cast.bob) == ["Admin", "shop_app", "Shop Web"]
    assert names(server, cast.bob, query="SHOP") == ["shop_app", "Shop Web"]
    assert names(server, cast.bob, query="p_a") == ["shop_app"]
    change = {"application_id": ids["Shop Web"], "no_ip": True}
    server.post("/rum/application/update", change, cast.bob.key)
    assert names(server, cast.bob, orderby="updated_at")[0] == "Shop Web"
    page = server.post("/rum/application/list", {"limit": 2}, cast.bob.key).data
    assert (page["total"], page["has_next_page"], len(page["items"])) == (3, True, 2)
    assert names(server, cast.bob, limit=2, p=2) == ["Shop Web"]
    assert server.post("/rum/application/list", {"limit": 101}, cast.bob.key).status == 400
