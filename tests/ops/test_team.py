"""Teams over HTTP."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.server import Server


def upsert(server: Server, key: str, **body: Any) -> int:
    return int(server.post("/team/upsert", body, key).data["team_id"])


def info(server: Server, key: str, **lookup: Any) -> dict[str, Any]:
    return dict(server.post("/team/info", lookup, key).data)


@pytest.mark.effect("/team/upsert", seen_by="/team/info")
@pytest.mark.effect("/team/info", seen_by="/team/info")
def test_a_made_team_is_found_by_id_name_and_reference(server: Server, cast: Cast) -> None:
    team_id = upsert(
        server,
        cast.bob.key,
        team_name="Storage",
        description="Disks",
        person_ids=[cast.bob.id, cast.alice.id],
        ref_id="hr-1",
    )
    assert info(server, cast.bob.key, team_id=team_id)["team_name"] == "Storage"
    server.restart()
    expected = {
        "account_id": cast.account_id,
        "team_id": team_id,
        "team_name": "Storage",
        "description": "Disks",
        "status": "enabled",
        "updated_by_name": "Bob",
        "updated_by": cast.bob.id,
        "creator_id": cast.bob.id,
        "creator_name": "Bob",
        "created_at": 1767225600,
        "updated_at": 1767225600,
        "person_ids": sorted([cast.bob.id, cast.alice.id]),
        "ref_id": "hr-1",
    }
    for lookup in ({"team_id": team_id}, {"team_name": "Storage"}, {"ref_id": "hr-1"}):
        assert info(server, cast.charlie.key, **lookup) == expected
    assert server.post("/team/info", {}, cast.bob.key).code == "InvalidParameter"
    assert server.post("/team/info", {"team_id": 5}, cast.bob.key).code == "ResourceNotFound"


def test_a_change_keeps_what_is_not_sent(server: Server, cast: Cast) -> None:
    key = cast.alice.key
    team_id = upsert(
        server, key, team_name="A", description="x", person_ids=[cast.bob.id], ref_id="r"
    )
    server.clock.advance(5)
    upsert(server, key, team_id=team_id, team_name="B")
    found = info(server, key, team_id=team_id)
    assert (found["team_name"], found["description"], found["ref_id"]) == ("B", "x", "r")
    assert (found["person_ids"], found["creator_id"]) == ([cast.bob.id], cast.alice.id)
    assert found["updated_at"] - found["created_at"] == 5
    upsert(server, key, team_id=team_id, team_name="B", person_ids=[cast.charlie.id])
    assert info(server, key, team_id=team_id)["person_ids"] == [cast.charlie.id]
    upsert(server, key, team_id=team_id, team_name="B", person_ids=[])
    assert info(server, key, team_id=team_id)["person_ids"] == []


def test_a_namesake_is_changed_and_keeps_its_members_unless_reset(
    server: Server, cast: Cast
) -> None:
    key = cast.alice.key
    team_id = upsert(server, key, team_name="A", person_ids=[cast.bob.id])
    body = {"team_name": "A", "description": "new", "person_ids": [cast.charlie.id]}
    assert upsert(server, key, **body) == team_id
    found = info(server, key, team_id=team_id)
    assert (found["description"], found["person_ids"]) == ("new", [cast.bob.id])
    assert upsert(server, key, **body, reset_if_name_exist=True) == team_id
    assert info(server, key, team_id=team_id)["person_ids"] == [cast.charlie.id]


def test_a_name_belongs_to_one_team_and_people_must_exist(server: Server, cast: Cast) -> None:
    key = cast.alice.key
    upsert(server, key, team_name="A")
    other = upsert(server, key, team_name="B")
    for body in (
        {"team_id": other, "team_name": "A"},
        {"team_name": ""},
        {"team_name": "n" * 40},
        {"team_name": "C", "person_ids": [5]},
        {"team_name": "C", "description": "d" * 501},
        {"team_name": "C", "emails": ["not an address"]},
        {"team_name": "C", "ref_id": "r" * 256},
    ):
        assert server.post("/team/upsert", body, key).code == "InvalidParameter"
    missing = server.post("/team/upsert", {"team_id": 5, "team_name": "C"}, key)
    assert missing.code == "ResourceNotFound"
    assert server.post("/team/info", {"team_name": "C"}, key).code == "ResourceNotFound"


def test_newcomers_are_invited_and_known_people_join(server: Server, cast: Cast) -> None:
    key = cast.alice.key
    team_id = upsert(
        server,
        key,
        team_name="A",
        emails=["BOB@acme.example", "kim@example.net"],
        phones=["030 1234567"],
        countryCode="DE",
    )
    people = info(server, key, team_id=team_id)["person_ids"]
    assert cast.bob.id in people
    found = server.post("/person/infos", {"person_ids": people}, key).data["items"]
    assert {(each["person_name"], each["status"]) for each in found} == {
        ("Bob", "enabled"),
        ("kim", "pending"),
        ("0301234567", "pending"),
    }
    upsert(server, key, team_id=team_id, team_name="A", emails=["kim@example.net"])
    assert info(server, key, team_id=team_id)["person_ids"] == people


@pytest.mark.effect("/team/list", seen_by="/team/list")
@pytest.mark.effect("/team/infos", seen_by="/team/infos")
def test_teams_are_listed_by_name_and_person_and_resolved_by_id(server: Server, cast: Cast) -> None:
    key = cast.charlie.key
    ids = []
    for name, people in [("beta", [cast.bob.id]), ("Alpha", []), ("gamma_1", [cast.bob.id])]:
        server.clock.advance(1)
        ids.append(upsert(server, cast.alice.key, team_name=name, person_ids=people))

    def names(**filters: Any) -> list[str]:
        return [team["team_name"] for team in server.post("/team/list", filters, key).data["items"]]

    assert names() == ["gamma_1", "Alpha", "beta"]
    assert len(server.post("/team/infos", {"team_ids": ids}, key).data["items"]) == 3
    server.restart()
    assert names(orderby="team_name", asc=True) == ["Alpha", "beta", "gamma_1"]
    assert names(person_id=cast.bob.id) == ["gamma_1", "beta"]
    assert names(query="LPH") == ["Alpha"]
    assert names(query="a_1") == ["gamma_1"]
    assert names(query="%") == []
    page = server.post("/team/list", {"p": 2, "limit": 2}, key).data
    assert (page["p"], page["limit"], page["total"], len(page["items"])) == (2, 2, 3, 1)
    briefs = server.post("/team/infos", {"team_ids": [ids[1], 5, ids[0]]}, key).data["items"]
    assert briefs == [
        {"team_id": ids[1], "team_name": "Alpha", "person_ids": []},
        {"team_id": ids[0], "team_name": "beta", "person_ids": [cast.bob.id]},
    ]
    many = server.post("/team/infos", {"team_ids": list(range(101))}, key)
    assert many.code == "InvalidParameter"


@pytest.mark.effect("/team/delete", seen_by="/team/list")
def test_a_deleted_team_is_gone_and_so_are_its_memberships(server: Server, cast: Cast) -> None:
    upsert(server, cast.alice.key, team_name="A", person_ids=[cast.bob.id])
    assert server.post("/team/delete", {"team_name": "A"}, cast.bob.key).data == {}
    server.restart()
    assert server.post("/team/list", {}, cast.bob.key).data["items"] == []
    assert server.post("/team/delete", {"team_name": "A"}, cast.bob.key).code == "ResourceNotFound"
    assert server.post("/member/delete", {"member_id": cast.bob.id}, cast.alice.key).status == 200


def test_a_viewer_changes_no_team(server: Server, cast: Cast) -> None:
    body = {"team_name": "A"}
    assert server.post("/team/upsert", body, cast.charlie.key).code == "AccessDenied"
    assert server.post("/team/delete", body, cast.charlie.key).code == "AccessDenied"


def test_a_team_that_owns_a_channel_is_kept_until_the_channel_is_gone(
    server: Server, cast: Cast
) -> None:
    key = cast.alice.key
    team_id = upsert(server, key, team_name="Ops")
    body = {"team_id": team_id, "channel_name": "Pages"}
    channel = server.post("/channel/create", body, key).data["channel_id"]
    refused = server.post("/team/delete", {"team_id": team_id}, key)
    assert (refused.status, refused.code) == (400, "ReferenceExist")
    href = f"/app/channels/{channel}"
    assert refused.body["data"]["refs"] == [{"kind": "channel", "name": "Pages", "href": href}]
    for verb in ("disable", "delete"):
        assert server.post(f"/channel/{verb}", {"channel_id": channel}, key).status == 200
    assert server.post("/team/delete", {"team_id": team_id}, key).status == 200
