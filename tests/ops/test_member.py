"""Members over HTTP: invited, listed, edited, given roles, removed."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.server import Server
from tocsin.domain.access import ACCOUNT_ADMIN, RESPONDER, VIEWER
from tocsin.kernel.site import Site


def invite(server: Server, key: str, *people: dict[str, Any]) -> list[int]:
    answer = server.post("/member/invite", {"members": list(people), "from": "api"}, key)
    return [item["member_id"] for item in answer.data["items"]]


def listed(server: Server, key: str, **filters: Any) -> list[dict[str, Any]]:
    return server.post("/member/list", filters, key).data["items"]


def one(server: Server, key: str, member_id: int) -> dict[str, Any]:
    (found,) = [each for each in listed(server, key) if each["member_id"] == member_id]
    return found


@pytest.mark.effect("/member/invite", seen_by="/member/list")
def test_an_invited_person_is_a_pending_viewer(server: Server, cast: Cast) -> None:
    noor = {
        "member_name": "Noor",
        "email": "Noor@example.net",
        "phone": "+86 185 1234 0300",
        "country_code": "CN",
        "locale": "zh-CN",
        "time_zone": "Asia/Shanghai",
        "ref_id": "hr-7",
    }
    (member_id,) = invite(server, cast.alice.key, noor)
    assert str(member_id)[-3:] == str(cast.account_id)[-3:]
    server.restart()
    assert one(server, cast.alice.key, member_id) == {
        "account_id": cast.account_id,
        "member_id": member_id,
        "member_name": "Noor",
        "country_code": "CN",
        "phone": "+86185****0300",
        "email": "Noor@example.net",
        "locale": "zh-CN",
        "time_zone": "Asia/Shanghai",
        "phone_verified": False,
        "email_verified": False,
        "avatar": "",
        "status": "pending",
        "account_role_ids": [VIEWER],
        "is_external": False,
        "ref_id": "hr-7",
        "created_at": 1767225600,
        "updated_at": 1767225600,
    }


def test_an_invitation_is_refused_whole_when_one_of_it_is_wrong(server: Server, cast: Cast) -> None:
    for wrong, says in [
        ({"member_name": "Nobody"}, "email or a phone"),
        ({"email": "no address"}, "email must be"),
        ({"phone": "call me"}, "phone must be"),
        ({"email": "x@example.net", "country_code": "Germany"}, "country_code"),
        ({"email": "x@example.net", "time_zone": "Mars/Base"}, "time_zone"),
        ({"email": "x@example.net", "role_ids": [99]}, "no role has the id 99"),
        ({"email": "BOB@acme.example"}, "belongs to member"),
        ({"email": "good@example.net"}, "belongs to member"),
        ({"email": "x@example.net", "ref_id": "r" * 256}, "ref_id"),
        ({"email": "x@example.net", "member_name": "x"}, "member_name"),
        ({"email": "x@example.net", "locale": "fr-FR"}, "locale"),
    ]:
        body = {"members": [{"email": "good@example.net"}, wrong]}
        answer = server.post("/member/invite", body, cast.alice.key)
        assert (answer.status, says in answer.message) == (400, True), answer.body
    assert len(listed(server, cast.alice.key)) == 3


def test_a_call_invites_20_and_a_day_200(server: Server, cast: Cast) -> None:
    def batch(number: int, size: int) -> dict[str, Any]:
        return {"members": [{"email": f"m{number}-{each}@example.net"} for each in range(size)]}

    assert server.post("/member/invite", batch(0, 21), cast.alice.key).code == "InvalidParameter"
    for number in range(9):
        server.clock.advance(1)
        assert len(server.post("/member/invite", batch(number, 20), cast.alice.key).data) == 1
    server.clock.advance(1)
    # The three of the cast are as new as the rest.
    answer = server.post("/member/invite", batch(10, 18), cast.alice.key)
    assert (answer.status, "within 24 hours" in answer.message) == (400, True)
    server.clock.advance(24 * 3600)
    assert server.post("/member/invite", batch(10, 18), cast.alice.key).status == 200


@pytest.mark.effect("/member/list", seen_by="/member/list")
def test_the_list_filters_sorts_and_pages(server: Server, cast: Cast) -> None:
    key = cast.charlie.key
    for number, name in enumerate(["Zed", "Ann_Marie", "Annabel"]):
        server.clock.advance(10)
        invite(server, cast.alice.key, {"member_name": name, "email": f"{number}@hq.example"})
    assert server.post("/member/list", {}, key).data["total"] == 6
    server.restart()
    found = server.post("/member/list", {"query": "ANN"}, key).data
    assert [each["member_name"] for each in found["items"]] == ["Annabel", "Ann_Marie"]
    assert (found["p"], found["limit"], found["total"]) == (1, 20, 2)
    assert [each["member_name"] for each in listed(server, key, query="n_m")] == ["Ann_Marie"]
    assert [each["member_name"] for each in listed(server, key, query="0@HQ")] == ["Zed"]
    assert [each["member_name"] for each in listed(server, key, role_id=RESPONDER)] == ["Bob"]
    page = server.post("/member/list", {"p": 2, "limit": 2, "query": "hq.example"}, key).data
    assert [each["member_name"] for each in page["items"]] == ["Zed"]
    assert page["p"] == 2
    oldest = listed(server, key, asc=True, orderby="created_at", query="hq")[0]
    assert oldest["member_name"] == "Zed"
    assert server.post("/member/list", {"p": -1, "limit": -1}, key).data["limit"] == 20
    assert server.post("/member/list", {"limit": 101}, key).code == "InvalidParameter"
    assert server.post("/member/list", {"p": 101, "limit": 100}, key).code == "InvalidParameter"


@pytest.mark.effect("/member/info", seen_by="/member/info")
def test_a_key_tells_who_it_is(server: Server, cast: Cast) -> None:
    assert server.post("/member/info", {}, cast.bob.key).data["member_name"] == "Bob"
    server.restart()
    found = server.post("/member/info", {}, cast.bob.key).data
    assert found["account_id"] == cast.account_id
    assert found["account_name"] == "Acme"
    assert found["member_id"] == cast.bob.id
    assert found["account_role_ids"] == [RESPONDER]
    assert found["email"] == "bob@acme.example"
    assert found["status"] == "enabled"
    assert found["created_at"] == 1767225600


@pytest.mark.effect("/member/info/reset", seen_by="/member/info")
def test_anybody_edits_their_own_profile(server: Server, cast: Cast) -> None:
    body = {"member_id": cast.charlie.id, "member_name": "Charles", "time_zone": "Europe/Berlin"}
    assert server.post("/member/info/reset", body, cast.charlie.key).data == {}
    server.restart()
    found = server.post("/member/info", {}, cast.charlie.key).data
    assert (found["member_name"], found["time_zone"]) == ("Charles", "Europe/Berlin")
    assert (found["email"], found["email_verified"]) == ("charlie@acme.example", True)


def test_new_values_may_be_nested_and_the_rest_is_then_a_look_up(
    server: Server, cast: Cast
) -> None:
    key = cast.alice.key
    (noor,) = invite(server, key, {"email": "noor@example.net", "ref_id": "hr-7"})
    for whom in ({"member_id": noor}, {"email": "noor@example.net"}, {"ref_id": "hr-7"}):
        name = f"Noor {next(iter(whom))}"
        body = {**whom, "updates": {"member_name": name}}
        assert server.post("/member/info/reset", body, key).status == 200
        assert one(server, key, noor)["member_name"] == name
    body = {"member_id": noor, "updates": {"email": "n@example.net", "phone": "0301234567"}}
    assert server.post("/member/info/reset", body, key).status == 200
    assert (one(server, key, noor)["email"], one(server, key, noor)["phone"]) == (
        "n@example.net",
        "03****4567",
    )
    nobody = server.post("/member/info/reset", {"updates": {"member_name": "No"}}, key)
    assert nobody.code == "InvalidParameter"
    unknown = server.post("/member/info/reset", {"ref_id": "x", "updates": {}}, key)
    assert unknown.code == "ResourceNotFound"


def test_the_profile_of_another_takes_members_manage(server: Server, cast: Cast) -> None:
    body = {"member_id": cast.alice.id, "email": "mine@evil.example"}
    assert server.post("/member/info/reset", body, cast.bob.key).code == "AccessDenied"
    taken = {"member_id": cast.bob.id, "email": "alice@acme.example"}
    assert server.post("/member/info/reset", taken, cast.bob.key).code == "InvalidParameter"


@pytest.mark.effect("/member/delete", seen_by="/member/list")
def test_a_deleted_member_loses_their_key_and_keeps_their_name(server: Server, cast: Cast) -> None:
    assert server.post("/member/delete", {"member_id": cast.bob.id}, cast.alice.key).data == {}
    assert server.post("/member/info", {}, cast.bob.key).code == "Unauthorized"
    server.restart()
    assert {each["member_name"] for each in listed(server, cast.alice.key)} == {"Alice", "Charlie"}
    people = server.post("/person/infos", {"person_ids": [cast.bob.id]}, cast.alice.key).data
    assert [(each["person_name"], each["status"]) for each in people["items"]] == [
        ("Bob", "deleted")
    ]
    again = server.post("/member/delete", {"member_id": cast.bob.id}, cast.alice.key)
    assert again.code == "ResourceNotFound"
    assert len(invite(server, cast.alice.key, {"email": "bob@acme.example"})) == 1


def test_a_member_is_deleted_by_any_name_that_fits_one(server: Server, cast: Cast) -> None:
    key = cast.alice.key
    ids = invite(
        server,
        key,
        {"member_name": "Sam", "email": "sam1@example.net"},
        {"member_name": "Sam", "email": "sam2@example.net", "phone": "030-123-4567"},
        {"member_name": "Kim", "phone": "+4915112345678", "country_code": "DE"},
        {"member_name": "Ref", "email": "ref@example.net", "ref_id": "hr-9"},
    )
    several = server.post("/member/delete", {"member_name": "Sam"}, key)
    assert (several.code, "several" in several.message) == ("InvalidParameter", True)
    assert server.post("/member/delete", {}, key).code == "InvalidParameter"
    assert server.post("/member/delete", {"email": "none@example.net"}, key).code == (
        "ResourceNotFound"
    )
    for whom in (
        {"email": "SAM1@example.net"},
        {"member_name": "Sam"},
        {"phone": "+49 151 12345678", "country_code": "DE"},
        {"ref_id": "hr-9"},
    ):
        assert server.post("/member/delete", whom, key).status == 200
    assert not {each["member_id"] for each in listed(server, key)} & set(ids)


def test_a_member_whom_a_team_names_is_not_deleted(server: Server, cast: Cast) -> None:
    key = cast.alice.key
    team = server.post("/team/upsert", {"team_name": "Ops", "person_ids": [cast.bob.id]}, key).data
    refused = server.post("/member/delete", {"member_id": cast.bob.id}, key)
    assert (refused.status, refused.code) == (400, "ReferenceExist")
    href = f"/app/teams/{team['team_id']}"
    assert refused.body["data"]["refs"] == [{"kind": "team", "name": "Ops", "href": href}]
    assert server.post("/team/delete", {"team_id": team["team_id"]}, key).status == 200
    assert server.post("/member/delete", {"member_id": cast.bob.id}, key).status == 200


def test_the_owner_stays_and_stays_an_admin(server: Server, cast: Cast) -> None:
    owner, key = {"member_id": cast.alice.id}, cast.alice.key
    admins = {"member_id": cast.bob.id, "role_ids": [ACCOUNT_ADMIN]}
    assert server.post("/member/role/grant", admins, key).status == 200
    for actor in (key, cast.bob.key):
        for path, body in [
            ("/member/delete", owner),
            ("/member/role/revoke", {**owner, "role_ids": [ACCOUNT_ADMIN]}),
            ("/member/role/update", {**owner, "role_ids": [VIEWER]}),
            ("/member/role/update", {**owner, "role_ids": []}),
            ("/role/member/revoke", {"role_id": ACCOUNT_ADMIN, "member_ids": [cast.alice.id]}),
        ]:
            answer = server.post(path, body, actor)
            assert (answer.code, "owner" in answer.message) == ("BadRequest", True)


@pytest.mark.effect("/member/role/grant", seen_by="/member/list")
@pytest.mark.effect("/member/role/revoke", seen_by="/member/list")
@pytest.mark.effect("/member/role/update", seen_by="/member/list")
def test_roles_are_granted_revoked_and_replaced(server: Server, cast: Cast) -> None:
    key, charlie = cast.alice.key, cast.charlie.id

    def change(verb: str, *role_ids: int) -> list[int]:
        body = {"member_id": charlie, "role_ids": list(role_ids)}
        assert server.post(f"/member/role/{verb}", body, key).data == {}
        server.restart()
        return one(server, key, charlie)["account_role_ids"]

    assert change("grant", RESPONDER, VIEWER, RESPONDER) == [RESPONDER, VIEWER]
    assert server.post("/audit/operation/list", {}, cast.charlie.key).status == 200
    assert change("revoke", RESPONDER) == [VIEWER]
    assert server.post("/audit/operation/list", {}, cast.charlie.key).status == 403
    assert change("update", ACCOUNT_ADMIN) == [ACCOUNT_ADMIN]
    assert change("update") == []
    unknown = {"member_id": charlie, "role_ids": [4242]}
    assert server.post("/member/role/grant", unknown, key).code == "ResourceNotFound"


def test_who_manages_members_cannot_make_themselves_an_admin(server: Server, cast: Cast) -> None:
    everything = server.post("/role/permission/list", {}, cast.alice.key).data["items"]
    ids = {each["permission_name"]: each["id"] for each in everything}
    clerk = {"role_name": "Clerk", "permission_ids": [ids["Members Manage"]]}
    role_id = server.post("/role/upsert", clerk, cast.alice.key).data["role_id"]
    grant = {"member_id": cast.bob.id, "role_ids": [role_id]}
    assert server.post("/member/role/grant", grant, cast.alice.key).status == 200
    me = {"member_id": cast.bob.id, "role_ids": [ACCOUNT_ADMIN]}
    assert server.post("/member/role/grant", me, cast.bob.key).code == "AccessDenied"
    friend = {"members": [{"email": "friend@example.net", "role_ids": [ACCOUNT_ADMIN]}]}
    assert server.post("/member/invite", friend, cast.bob.key).code == "AccessDenied"
    mail = {"member_id": cast.alice.id, "email": "bob+alice@acme.example"}
    assert server.post("/member/info/reset", mail, cast.bob.key).code == "AccessDenied"
    assert len(invite(server, cast.bob.key, {"email": "viewer@example.net"})) == 1


def test_viewers_and_responders_manage_no_members(server: Server, cast: Cast) -> None:
    for key in (cast.charlie.key, cast.bob.key):
        for path in ("invite", "delete", "role/grant", "role/revoke", "role/update"):
            assert server.post(f"/member/{path}", {}, key).code == "AccessDenied"


def test_an_operator_may_demand_a_role(server: Server, cast: Cast) -> None:
    server.database.site = Site(invite_without_role=False)
    people: dict[str, Any] = {"members": [{"email": "noor@example.net"}]}
    refused = server.post("/member/invite", people, cast.alice.key)
    assert (refused.code, "role_ids" in refused.message) == ("InvalidParameter", True)
    people["members"][0]["role_ids"] = [VIEWER]
    assert server.post("/member/invite", people, cast.alice.key).status == 200
