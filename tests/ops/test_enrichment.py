"""Enrichment rules through the API; what a call did is read back from a restarted server."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.push import make_integration
from tests.server import Answer, Server

RULES: list[dict[str, Any]] = [
    {
        "kind": "extraction",
        "settings": {
            "source_field": "title",
            "result_label": "host",
            "pattern": r"on (?P<result>\w+)$",
            "override": False,
        },
        "if": [],
    },
    {
        "kind": "extraction",
        "settings": {
            "source_field": "labels.body",
            "result_label": "app",
            "g_json": "meta.app",
            "override": True,
        },
        "if": [{"key": "labels.body", "oper": "IN", "vals": ["*"]}],
    },
    {
        "kind": "composition",
        "settings": {"result_label": "where", "template": "{{.labels.host}}", "override": False},
        "if": [],
    },
    {"kind": "drop", "settings": {"drop_labels": ["body"]}, "if": []},
]


@pytest.fixture
def sender(server: Server, cast: Cast) -> int:
    return int(make_integration(server, cast)["integration_id"])


def upsert(server: Server, key: str, sender: int, rules: list[Any]) -> Answer:
    return server.post("/enrichment/upsert", {"integration_id": sender, "rules": rules}, key)


def make_schema(server: Server, key: str, **fields: Any) -> str:
    body = {
        "schema_name": "hosts",
        "source_labels": ["host"],
        "result_labels": ["owner", "rack"],
        **fields,
    }
    made = server.post("/enrichment/mapping/schema/create", body, key).data
    return str(made["schema_id"])


def looking_in(schema_id: str, *labels: str) -> dict[str, Any]:
    return {
        "kind": "mapping",
        "settings": {
            "result_labels": list(labels),
            "mapping_type": "schema",
            "schema_id": schema_id,
            "override": False,
        },
        "if": [],
    }


@pytest.mark.effect("/enrichment/upsert", seen_by="/enrichment/info")
@pytest.mark.effect("/enrichment/info", seen_by="/enrichment/info")
def test_rules_come_back_as_they_were_set(server: Server, cast: Cast, sender: int) -> None:
    one = {"integration_id": sender}
    assert server.post("/enrichment/info", one, cast.bob.key).data is None
    rules = [*RULES, looking_in(make_schema(server, cast.bob.key), "owner")]
    assert upsert(server, cast.bob.key, sender, rules).data == {}
    server.restart()
    now = server.clock.now() // 1000
    assert server.post("/enrichment/info", one, cast.charlie.key).data == {
        "integration_id": sender,
        "rules": rules,
        "status": "enabled",
        "creator_id": cast.bob.id,
        "updated_by": cast.bob.id,
        "created_at": now,
        "updated_at": now,
    }


@pytest.mark.effect("/enrichment/list", seen_by="/enrichment/list")
def test_a_list_leaves_out_who_has_none(server: Server, cast: Cast, sender: int) -> None:
    other = make_integration(server, cast)["integration_id"]
    upsert(server, cast.bob.key, sender, RULES)
    upsert(server, cast.alice.key, sender, RULES[:1])
    wanted = {"integration_ids": [other, sender]}
    before = server.post("/enrichment/list", wanted, cast.bob.key).data["items"]
    server.restart()
    after = server.post("/enrichment/list", wanted, cast.charlie.key).data["items"]
    assert before == after
    (item,) = after
    assert (item["integration_id"], item["rules"]) == (sender, RULES[:1])


@pytest.mark.parametrize(
    ("kind", "wish", "named"),
    [
        ("extraction", {"source_field": "title", "result_label": "a"}, "rules[0].settings"),
        (
            "extraction",
            {"source_field": "title", "result_label": "a", "pattern": "x", "g_json": "y"},
            "rules[0].settings",
        ),
        (
            "extraction",
            {"source_field": "title", "result_label": "a", "pattern": "(?=x)"},
            "rules[0].settings.pattern",
        ),
        (
            "extraction",
            {"source_field": "title", "result_label": "a", "g_json": "a.@reverse"},
            "rules[0].settings.g_json",
        ),
        (
            "extraction",
            {"source_field": "status", "result_label": "a", "pattern": "x"},
            "rules[0].settings.source_field",
        ),
        (
            "extraction",
            {"source_field": "title", "result_label": "A", "pattern": "x"},
            "rules[0].settings.result_label",
        ),
        ("composition", {"result_label": "a", "template": "x" * 501}, "rules[0].settings.template"),
        ("mapping", {"result_labels": ["a"]}, "rules[0].settings.schema_id"),
        ("mapping", {"result_labels": ["a"], "mapping_type": "api"}, "rules[0].settings.api_id"),
        ("mapping", {"result_labels": ["a"], "schema_id": "0" * 24}, "0" * 24),
        ("mapping", {"result_labels": ["A b"], "schema_id": "0" * 24}, "A b"),
        ("drop", {"drop_labels": ["a"] * 51}, "rules[0].settings.drop_labels"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(
    server: Server, cast: Cast, sender: int, kind: str, wish: dict[str, Any], named: str
) -> None:
    answer = upsert(server, cast.bob.key, sender, [{"kind": kind, "settings": wish}])
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert named in answer.message


def test_a_rule_wants_labels_that_its_table_has(server: Server, cast: Cast, sender: int) -> None:
    schema = make_schema(server, cast.bob.key)
    answer = upsert(server, cast.bob.key, sender, [looking_in(schema, "floor")])
    assert "floor" in answer.message


def test_there_may_be_a_hundred_rules(server: Server, cast: Cast, sender: int) -> None:
    assert upsert(server, cast.bob.key, sender, RULES[:1] * 100).status == 200
    assert upsert(server, cast.bob.key, sender, RULES[:1] * 101).code == "InvalidParameter"


def test_a_table_that_rules_look_in_stays(server: Server, cast: Cast, sender: int) -> None:
    schema = make_schema(server, cast.bob.key)
    upsert(server, cast.bob.key, sender, [looking_in(schema, "owner")])
    gone = {"schema_id": schema}
    answer = server.post("/enrichment/mapping/schema/delete", gone, cast.bob.key)
    assert (answer.status, answer.code) == (400, "ReferenceExist")
    (ref,) = answer.body["data"]["refs"]
    assert (ref["kind"], ref["name"]) == ("integration", "Scripts")
    upsert(server, cast.bob.key, sender, [])
    assert server.post("/enrichment/mapping/schema/delete", gone, cast.bob.key).status == 200
