"""Roles and permissions over HTTP."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.server import Server
from tocsin.domain.access import ACCOUNT_ADMIN, RESPONDER, VIEWER


def permission_id(server: Server, cast: Cast, name: str) -> int:
    items = server.post("/role/permission/list", {}, cast.alice.key).data["items"]
    return next(int(each["id"]) for each in items if each["permission_name"] == name)


def make(server: Server, cast: Cast, name: str, *permissions: str) -> int:
    ids = [permission_id(server, cast, each) for each in permissions]
    body = {"role_name": name, "permission_ids": ids}
    return int(server.post("/role/upsert", body, cast.alice.key).data["role_id"])


def info(server: Server, cast: Cast, role_id: int) -> dict[str, Any]:
    return dict(server.post("/role/info", {"role_id": role_id}, cast.charlie.key).data)


def may_audit(server: Server, key: str) -> bool:
    return server.post("/audit/operation/list", {}, key).status == 200


@pytest.mark.effect("/role/list", seen_by="/role/list")
def test_presets_are_there_and_not_editable(server: Server, cast: Cast) -> None:
    assert server.post("/role/list", {}, cast.charlie.key).data["total"] == 3
    server.clock.advance(1)
    custom = make(server, cast, "Auditor", "Audit Read")
    server.restart()
    found = server.post("/role/list", {"asc": True}, cast.charlie.key).data
    assert [(each["role_id"], each["editable"]) for each in found["items"]] == [
        (ACCOUNT_ADMIN, False),
        (RESPONDER, False),
        (VIEWER, False),
        (custom, True),
    ]
    newest = server.post("/role/list", {"orderby": "updated_at"}, cast.charlie.key).data["items"][0]
    assert newest["role_name"] == "Auditor"
    for verb, extra in [
        ("upsert", {"role_name": "Mine"}),
        ("enable", {}),
        ("disable", {}),
        ("delete", {}),
    ]:
        answer = server.post(f"/role/{verb}", {"role_id": VIEWER, **extra}, cast.alice.key)
        assert (answer.code, "preset" in answer.message) == ("BadRequest", True)


@pytest.mark.effect("/role/upsert", seen_by="/role/info")
@pytest.mark.effect("/role/info", seen_by="/role/info")
def test_a_custom_role_is_what_was_sent_last(server: Server, cast: Cast) -> None:
    role_id = make(server, cast, "Auditor", "Audit Read", "Incidents Read")
    assert len(info(server, cast, role_id)["permission_ids"]) == 2
    body = {"role_id": role_id, "role_name": "Reader", "description": "Reads."}
    server.clock.advance(2)
    assert server.post("/role/upsert", body, cast.alice.key).data == {
        "role_id": role_id,
        "role_name": "Reader",
    }
    server.restart()
    assert info(server, cast, role_id) == {
        "role_id": role_id,
        "role_name": "Reader",
        "description": "Reads.",
        "status": "enabled",
        "permission_ids": [],
        "editable": True,
        "created_at": 1767225600,
        "updated_at": 1767225602,
    }
    assert server.post("/role/info", {"role_id": 5}, cast.alice.key).code == "ResourceNotFound"


def test_a_role_needs_a_free_name_and_known_permissions(server: Server, cast: Cast) -> None:
    make(server, cast, "Auditor")
    for body in (
        {"role_name": "auditor"},
        {"role_name": "Viewer"},
        {"role_name": ""},
        {"role_name": "n" * 40},
        {"role_name": "Odd", "permission_ids": [1]},
        {"role_name": "Odd", "description": "d" * 500},
    ):
        assert server.post("/role/upsert", body, cast.alice.key).code == "InvalidParameter"
    missing = {"role_id": 5000, "role_name": "Odd"}
    assert server.post("/role/upsert", missing, cast.alice.key).code == "ResourceNotFound"


@pytest.mark.effect("/role/member/grant", seen_by="/member/list")
@pytest.mark.effect("/role/member/revoke", seen_by="/member/list")
def test_a_role_is_given_to_members_and_taken_again(server: Server, cast: Cast) -> None:
    role_id = make(server, cast, "Auditor", "Audit Read")
    both = {"role_id": role_id, "member_ids": [cast.charlie.id, cast.bob.id]}

    def holders() -> set[str]:
        server.restart()
        found = server.post("/member/list", {"role_id": role_id}, cast.alice.key).data["items"]
        return {each["member_name"] for each in found}

    assert not may_audit(server, cast.charlie.key)
    for _ in range(2):
        assert server.post("/role/member/grant", both, cast.alice.key).data == {}
        assert holders() == {"Bob", "Charlie"}
    assert may_audit(server, cast.charlie.key)
    one = {"role_id": role_id, "member_ids": [cast.charlie.id]}
    for _ in range(2):
        assert server.post("/role/member/revoke", one, cast.alice.key).data == {}
        assert holders() == {"Bob"}
    assert not may_audit(server, cast.charlie.key)
    unknown = {"role_id": role_id, "member_ids": [5]}
    assert server.post("/role/member/grant", unknown, cast.alice.key).code == "ResourceNotFound"
    many = {"role_id": role_id, "member_ids": list(range(101))}
    assert server.post("/role/member/grant", many, cast.alice.key).code == "InvalidParameter"


@pytest.mark.effect("/role/disable", seen_by="/role/info")
@pytest.mark.effect("/role/enable", seen_by="/role/info")
def test_a_disabled_role_grants_nothing_until_enabled(server: Server, cast: Cast) -> None:
    role_id = make(server, cast, "Auditor", "Audit Read")
    grant = {"role_id": role_id, "member_ids": [cast.charlie.id]}
    server.post("/role/member/grant", grant, cast.alice.key)
    for verb, status, allowed in (("disable", "disabled", False), ("enable", "enabled", True)):
        assert server.post(f"/role/{verb}", {"role_id": role_id}, cast.alice.key).data == {}
        server.restart()
        assert info(server, cast, role_id)["status"] == status
        assert may_audit(server, cast.charlie.key) is allowed
    assert len(info(server, cast, role_id)["permission_ids"]) == 1


@pytest.mark.effect("/role/delete", seen_by="/role/list")
def test_a_deleted_role_is_lost_by_its_holders_and_its_id_stays_unused(
    server: Server, cast: Cast
) -> None:
    role_id = make(server, cast, "Auditor", "Audit Read")
    grant = {"role_id": role_id, "member_ids": [cast.charlie.id]}
    server.post("/role/member/grant", grant, cast.alice.key)
    assert server.post("/role/delete", {"role_id": role_id}, cast.alice.key).data == {}
    server.restart()
    assert not may_audit(server, cast.charlie.key)
    assert server.post("/role/list", {}, cast.alice.key).data["total"] == 3
    assert make(server, cast, "Auditor", "Audit Read") == role_id + 1
    assert not may_audit(server, cast.charlie.key)


@pytest.mark.effect("/role/permission/list", seen_by="/role/permission/list")
def test_permissions_are_listed_by_role_and_marked(server: Server, cast: Cast) -> None:
    def listed(**body: Any) -> list[dict[str, Any]]:
        answer = server.post("/role/permission/list", body, cast.charlie.key)
        return list(answer.data["items"])

    everything = listed()
    server.restart()
    assert listed() == everything
    assert all("is_granted" not in each for each in everything)
    assert everything[0] == {
        "id": 101,
        "permission_name": "Members Manage",
        "permission_type": "manage",
        "description": "Create, change and remove: Members.",
        "class": "Members",
        "scope": "organization",
        "status": "enabled",
    }
    viewers = listed(role_ids=[VIEWER])
    assert {each["permission_type"] for each in viewers} == {"read"}
    marked = listed(role_ids=[VIEWER], with_all=True)
    assert len(marked) == len(everything)
    assert [each["id"] for each in marked if each["is_granted"]] == [each["id"] for each in viewers]
    mine = listed(with_all=True)
    assert mine == marked


@pytest.mark.effect("/role/permission/factor/list", seen_by="/role/permission/factor/list")
def test_factors_are_what_the_caller_may_open(server: Server, cast: Cast) -> None:
    def factors(key: str, *kinds: str) -> set[tuple[str, str]]:
        body = {"factor_types": list(kinds)}
        found = server.post("/role/permission/factor/list", body, key).data
        return {(each["factor_name"], each["factor_type"]) for each in found}

    assert ("/role/delete", "api") in factors(cast.alice.key)
    server.restart()
    viewer = factors(cast.charlie.key)
    assert ("/role/list", "api") in viewer
    assert ("/role/delete", "api") not in viewer
    assert ("on-call:incidents", "menu") in viewer
    assert {kind for _, kind in viewer} == {"api", "menu"}
    assert factors(cast.alice.key, "button") >= {("on-call:incidents", "button")}
    assert factors(cast.alice.key, "url") == set()
    wrong = {"factor_types": ["page"]}
    answer = server.post("/role/permission/factor/list", wrong, cast.alice.key)
    assert answer.code == "InvalidParameter"


def test_only_who_manages_roles_changes_them(server: Server, cast: Cast) -> None:
    for path in ("upsert", "enable", "disable", "delete", "member/grant", "member/revoke"):
        for key in (cast.bob.key, cast.charlie.key):
            assert server.post(f"/role/{path}", {}, key).code == "AccessDenied"


def test_who_manages_roles_grants_no_more_than_they_have(server: Server, cast: Cast) -> None:
    role_id = make(server, cast, "Clerk", "Roles Manage")
    grant = {"role_id": role_id, "member_ids": [cast.bob.id]}
    server.post("/role/member/grant", grant, cast.alice.key)
    more = {"role_name": "More", "permission_ids": [permission_id(server, cast, "Payment Manage")]}
    assert server.post("/role/upsert", more, cast.bob.key).code == "AccessDenied"
    admin = {"role_id": ACCOUNT_ADMIN, "member_ids": [cast.bob.id]}
    assert server.post("/role/member/grant", admin, cast.bob.key).code == "AccessDenied"
    less = {"role_name": "Less", "permission_ids": [permission_id(server, cast, "Audit Read")]}
    assert server.post("/role/upsert", less, cast.bob.key).status == 200
