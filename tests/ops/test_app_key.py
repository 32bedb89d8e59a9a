"""App keys over HTTP."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.server import Server


def create(server: Server, key: str, name: str = "ci", **body: Any) -> dict[str, Any]:
    return dict(server.post("/person/app-key/create", {"key_name": name, **body}, key).data)


def listed(server: Server, key: str, **body: Any) -> list[dict[str, Any]]:
    return list(server.post("/person/app-key/list", body, key).data["items"])


def opens(server: Server, secret: str) -> bool:
    return server.post("/member/info", {}, secret).status == 200


@pytest.mark.effect("/person/app-key/create", seen_by="/person/app-key/list")
@pytest.mark.effect("/person/app-key/list", seen_by="/person/app-key/list")
def test_a_made_key_works_and_its_secret_is_never_shown_again(server: Server, cast: Cast) -> None:
    made = create(server, cast.bob.key)
    assert len(made["app_key"]) == 35
    assert made["app_key"].endswith(str(cast.account_id)[-3:])
    assert len(listed(server, cast.bob.key)) == 2
    server.restart()
    found = listed(server, cast.bob.key)[1]
    assert found == {
        "key_id": made["key_id"],
        "key_name": "ci",
        "person_id": cast.bob.id,
        "kind": "app",
        "hint": made["app_key"][:4],
        "status": "enabled",
        "created_at": 1767225600,
        "created_by": cast.bob.id,
        "expires_at": 0,
        "last_used_at": 0,
        "previous_until": 0,
    }
    server.clock.advance(5)
    assert opens(server, made["app_key"])
    server.restart()
    assert listed(server, cast.bob.key)[1]["last_used_at"] == 1767225605
    assert made["app_key"] not in str(listed(server, cast.bob.key))


def test_a_member_has_five_keys_and_each_has_a_name(server: Server, cast: Cast) -> None:
    for number in range(4):
        create(server, cast.bob.key, f"key {number}")
    sixth = server.post("/person/app-key/create", {"key_name": "sixth"}, cast.bob.key)
    assert (sixth.status, "at most 5" in sixth.message) == (400, True)
    for body in ({}, {"key_name": ""}, {"key_name": "n" * 40}, {"key_name": "x", "expires_at": 1}):
        answer = server.post("/person/app-key/create", body, cast.alice.key)
        assert answer.code == "InvalidParameter"


def test_a_key_ends_when_it_was_told_to(server: Server, cast: Cast) -> None:
    made = create(server, cast.bob.key, expires_at=1767225600 + 60)
    assert opens(server, made["app_key"])
    server.clock.advance(60)
    assert not opens(server, made["app_key"])


@pytest.mark.effect("/person/app-key/disable", seen_by="/person/app-key/list")
@pytest.mark.effect("/person/app-key/enable", seen_by="/person/app-key/list")
def test_a_disabled_key_is_refused_until_enabled(server: Server, cast: Cast) -> None:
    made = create(server, cast.bob.key)
    for verb, status, works in (("disable", "disabled", False), ("enable", "enabled", True)):
        body = {"key_id": made["key_id"]}
        assert server.post(f"/person/app-key/{verb}", body, cast.bob.key).data == {}
        server.restart()
        assert listed(server, cast.bob.key)[1]["status"] == status
        assert opens(server, made["app_key"]) is works


@pytest.mark.effect("/person/app-key/delete", seen_by="/person/app-key/list")
@pytest.mark.effect("/person/app-key/name/reset", seen_by="/person/app-key/list")
def test_a_key_is_renamed_and_deleted(server: Server, cast: Cast) -> None:
    made = create(server, cast.bob.key)
    body = {"key_id": made["key_id"], "key_name": "deploys"}
    assert server.post("/person/app-key/name/reset", body, cast.bob.key).data == {}
    server.restart()
    assert listed(server, cast.bob.key)[1]["key_name"] == "deploys"
    gone = {"key_id": made["key_id"]}
    assert server.post("/person/app-key/delete", gone, cast.bob.key).data == {}
    server.restart()
    assert len(listed(server, cast.bob.key)) == 1
    assert not opens(server, made["app_key"])
    assert server.post("/person/app-key/delete", gone, cast.bob.key).code == "ResourceNotFound"


@pytest.mark.effect("/person/app-key/rotate", seen_by="/person/app-key/list")
def test_a_rotated_key_has_two_secrets_until_the_overlap_ends(server: Server, cast: Cast) -> None:
    made = create(server, cast.bob.key)
    body = {"key_id": made["key_id"], "overlap_minutes": 30}
    fresh = server.post("/person/app-key/rotate", body, cast.bob.key).data
    assert fresh["key_id"] == made["key_id"]
    server.restart()
    assert listed(server, cast.bob.key)[1]["previous_until"] == 1767225600 + 1800
    assert opens(server, made["app_key"])
    assert opens(server, fresh["app_key"])
    server.clock.advance(1800)
    assert not opens(server, made["app_key"])
    assert opens(server, fresh["app_key"])
    assert listed(server, cast.bob.key)[1]["previous_until"] == 0
    at_once = {"key_id": made["key_id"], "overlap_minutes": 0}
    newest = server.post("/person/app-key/rotate", at_once, cast.bob.key).data
    assert not opens(server, fresh["app_key"])
    assert opens(server, newest["app_key"])


def test_an_admin_handles_the_keys_of_others_and_nobody_else_does(
    server: Server, cast: Cast
) -> None:
    made = create(server, cast.alice.key, "for Charlie", person_id=cast.charlie.id)
    assert server.post("/member/info", {}, made["app_key"]).data["member_name"] == "Charlie"
    assert len(listed(server, cast.alice.key, person_id=cast.charlie.id)) == 2
    key_id = made["key_id"]
    for verb in ("enable", "disable", "delete", "rotate"):
        answer = server.post(f"/person/app-key/{verb}", {"key_id": key_id}, cast.bob.key)
        assert answer.code == "AccessDenied"
    other = {"key_name": "x", "person_id": cast.alice.id}
    assert server.post("/person/app-key/create", other, cast.bob.key).code == "AccessDenied"
    whose = {"person_id": cast.alice.id}
    assert server.post("/person/app-key/list", whose, cast.bob.key).code == "AccessDenied"
    nobody = {"key_name": "x", "person_id": 5}
    assert server.post("/person/app-key/create", nobody, cast.alice.key).code == "ResourceNotFound"
    assert server.post("/person/app-key/delete", {"key_id": key_id}, cast.alice.key).status == 200


def test_a_viewer_has_no_say_over_keys(server: Server, cast: Cast) -> None:
    for verb in ("create", "list", "enable", "disable", "delete", "name/reset", "rotate"):
        assert server.post(f"/person/app-key/{verb}", {}, cast.charlie.key).code == "AccessDenied"


def test_a_field_that_is_not_known_is_refused_where_it_would_give_a_key_away(
    server: Server, cast: Cast
) -> None:
    body = {"key_name": "ci", "member_id": cast.bob.id}
    answer = server.post("/person/app-key/create", body, cast.alice.key)
    assert (answer.code, "member_id is not known here" in answer.message) == (
        "InvalidParameter",
        True,
    )
