"""Custom fields through the API; what a call did is read back from a restarted server."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.push import engine
from tests.server import Server
from tocsin.store.database import Database


def create(server: Server, key: str, **fields: Any) -> str:
    body = {"field_name": "area", "display_name": "Area", "field_type": "text", **fields}
    return str(server.post("/field/create", body, key).data["field_id"])


def info(server: Server, key: str, field_id: str) -> dict[str, Any]:
    found = server.post("/field/info", {"field_id": field_id}, key).data
    assert isinstance(found, dict)
    return found


@pytest.mark.effect("/field/create", seen_by="/field/info")
def test_a_field_comes_back_as_it_was_created(server: Server, cast: Cast) -> None:
    body = {
        "field_name": "area",
        "display_name": "Area",
        "description": "Where",
        "field_type": "multi_select",
        "value_type": "string",
        "options": ["eu", "us", "asia"],
        "default_value": ["us"],
    }
    created = server.post("/field/create", body, cast.bob.key).data
    assert created["field_name"] == "area"
    server.restart()
    found = info(server, cast.charlie.key, created["field_id"])
    assert found == {
        **body,
        "field_id": created["field_id"],
        "account_id": cast.account_id,
        "status": "enabled",
        "creator_id": cast.bob.id,
        "updated_by": cast.bob.id,
        "created_at": server.clock.now() // 1000,
        "updated_at": server.clock.now() // 1000,
    }


def test_what_was_not_sent_has_its_default(server: Server, cast: Cast) -> None:
    found = info(server, cast.bob.key, create(server, cast.bob.key, field_type="checkbox"))
    assert (found["value_type"], found["default_value"], found["options"]) == ("bool", None, [])


@pytest.mark.effect("/field/update", seen_by="/field/info")
def test_a_change_leaves_what_was_not_sent(server: Server, cast: Cast) -> None:
    key = cast.bob.key
    field_id = create(server, key, field_type="single_select", options=["a", "b"])
    change: dict[str, Any] = {"field_id": field_id, "display_name": "Zone"}
    assert server.post("/field/update", change, key).data == {}
    change = {"field_id": field_id, "options": ["b", "c"], "default_value": "c"}
    assert server.post("/field/update", change, cast.alice.key).data == {}
    server.restart()
    found = info(server, key, field_id)
    assert (found["display_name"], found["field_name"]) == ("Zone", "area")
    assert (found["options"], found["default_value"]) == (["b", "c"], "c")
    assert found["updated_by"] == cast.alice.id
    bad = {"field_id": field_id, "options": ["b"]}
    assert server.post("/field/update", bad, key).code == "InvalidParameter"


@pytest.mark.effect("/field/delete", "/field/info", seen_by="/field/info")
def test_a_deleted_field_is_gone_and_its_name_is_free(
    server: Server, cast: Cast, database: Database
) -> None:
    key = cast.bob.key
    field_id = create(server, key)
    assert info(server, key, field_id)["field_name"] == "area"
    taken = {"field_name": "area", "display_name": "Area", "field_type": "text"}
    assert server.post("/field/create", taken, key).code == "InvalidParameter"
    assert server.post("/field/delete", {"field_id": field_id}, key).data == {}
    server.restart()
    for path in ("info", "delete", "update"):
        answer = server.post(f"/field/{path}", {"field_id": field_id}, key)
        assert (answer.status, answer.code) == (400, "ResourceNotFound")
    assert server.post("/field/create", taken, key).code == "InvalidParameter"
    engine(database)
    assert info(server, key, create(server, key))["field_name"] == "area"


@pytest.mark.effect("/field/list", seen_by="/field/list")
def test_a_list_is_filtered_by_a_pattern_over_both_names(server: Server, cast: Cast) -> None:
    create(server, cast.bob.key)
    create(server, cast.bob.key, field_name="ticket", display_name="Jira")

    def names(query: str) -> list[str]:
        found = server.post("/field/list", {"query": query}, cast.charlie.key).data
        assert found["total"] == len(found["items"])
        return [item["field_name"] for item in found["items"]]

    assert names("") == ["area", "ticket"]
    server.restart()
    assert names("") == ["area", "ticket"]
    assert names("JIRA") == ["ticket"]
    assert names("^are|nothing") == ["area"]
    assert names("nothing") == []


def test_an_account_has_fifteen_fields_at_most(server: Server, cast: Cast) -> None:
    for number in range(15):
        create(server, cast.bob.key, field_name=f"f{number}")
    body = {"field_name": "one_more", "display_name": "x", "field_type": "text"}
    assert server.post("/field/create", body, cast.bob.key).code == "BadRequest"


@pytest.mark.parametrize(
    "fields",
    [
        {"field_name": "not-a-name"},
        {"display_name": ""},
        {"display_name": "d" * 41},
        {"description": "d" * 501},
        {"field_type": "date"},
        {"value_type": "bool"},
        {"field_type": "single_select"},
        {"default_value": 7},
        {"options": ["a"]},
    ],
)
def test_a_field_that_cannot_be_is_refused(
    server: Server, cast: Cast, fields: dict[str, Any]
) -> None:
    body = {"field_name": "area", "display_name": "Area", "field_type": "text", **fields}
    answer = server.post("/field/create", body, cast.bob.key)
    assert (answer.status, answer.code) == (400, "InvalidParameter")


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_those_who_only_look_change_no_field(server: Server, cast: Cast, verb: str) -> None:
    answer = server.post(f"/field/{verb}", {}, cast.charlie.key)
    assert (answer.status, answer.code) == (403, "AccessDenied")
