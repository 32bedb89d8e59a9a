"""Alert pipelines through the API; what a call did is read back from a restarted server."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.push import make_integration
from tests.server import Answer, Server

PROD = {"key": "labels.env", "oper": "IN", "vals": ["prod"]}
RULES: list[dict[str, Any]] = [
    {"kind": "title_reset", "if": [[PROD]], "settings": {"title": "[TPL]${host} is down"}},
    {"kind": "description_reset", "if": [PROD], "settings": {"description": "Call ops"}},
    {"kind": "severity_reset", "if": [], "settings": {"severity": "Info"}},
    {"kind": "alert_drop", "if": None, "settings": {}},
    {
        "kind": "alert_inhibit",
        "if": [[PROD], [PROD]],
        "settings": {"equals": ["labels.host"], "source_filters": [PROD]},
    },
]


@pytest.fixture
def sender(server: Server, cast: Cast) -> int:
    return int(make_integration(server, cast)["integration_id"])


def upsert(server: Server, key: str, sender: int, rules: list[Any]) -> Answer:
    return server.post("/alert/pipeline/upsert", {"integration_id": sender, "rules": rules}, key)


@pytest.mark.effect("/alert/pipeline/upsert", seen_by="/alert/pipeline/info")
@pytest.mark.effect("/alert/pipeline/info", seen_by="/alert/pipeline/info")
def test_a_pipeline_comes_back_as_it_was_set_whichever_form_its_filters_had(
    server: Server, cast: Cast, sender: int
) -> None:
    one = {"integration_id": sender}
    assert server.post("/alert/pipeline/info", one, cast.bob.key).data is None
    assert upsert(server, cast.bob.key, sender, RULES).data == {}
    server.restart()
    now = server.clock.now() // 1000
    assert server.post("/alert/pipeline/info", one, cast.charlie.key).data == {
        "integration_id": sender,
        "rules": RULES,
        "status": "enabled",
        "creator_id": cast.bob.id,
        "updated_by": cast.bob.id,
        "created_at": now,
        "updated_at": now,
    }


@pytest.mark.effect("/alert/pipeline/list", seen_by="/alert/pipeline/list")
def test_a_list_leaves_out_who_has_none(server: Server, cast: Cast, sender: int) -> None:
    other = make_integration(server, cast)["integration_id"]
    upsert(server, cast.bob.key, sender, RULES[:1])
    upsert(server, cast.alice.key, sender, RULES[1:2])
    wanted = {"integration_ids": [other, sender]}
    before = server.post("/alert/pipeline/list", wanted, cast.bob.key).data["items"]
    server.restart()
    after = server.post("/alert/pipeline/list", wanted, cast.bob.key).data["items"]
    assert before == after
    (item,) = after
    assert (item["integration_id"], item["rules"]) == (sender, RULES[1:2])
    assert (item["creator_id"], item["updated_by"]) == (cast.bob.id, cast.alice.id)


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ({"settings": {}}, "kind"),
        ({"kind": "other", "settings": {}}, "kind"),
        ({"kind": "title_reset"}, "rules[0].settings"),
        ({"kind": "title_reset", "settings": {"title": ""}}, "rules[0].settings.title"),
        ({"kind": "title_reset", "settings": {"title": "x" * 513}}, "rules[0].settings.title"),
        (
            {"kind": "description_reset", "settings": {"description": "x" * 2049}},
            "rules[0].settings.description",
        ),
        ({"kind": "severity_reset", "settings": {"severity": "Ok"}}, "rules[0].settings.severity"),
        ({"kind": "alert_drop", "if": [[PROD], PROD]}, "rules[0].if"),
        (
            {"kind": "alert_drop", "if": [{"key": "title", "oper": "IN", "vals": ["/(/"]}]},
            "rules[0].if",
        ),
        (
            {"kind": "alert_inhibit", "settings": {"equals": ["a"] * 21, "source_filters": []}},
            "rules[0].settings.equals",
        ),
        (
            {
                "kind": "alert_inhibit",
                "settings": {
                    "equals": [],
                    "source_filters": [{"key": "title", "oper": "IN", "vals": ["cidr:x"]}],
                },
            },
            "rules[0].settings.source_filters",
        ),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(
    server: Server, cast: Cast, sender: int, rule: dict[str, Any], named: str
) -> None:
    answer = upsert(server, cast.bob.key, sender, [rule])
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert named in answer.message


def test_there_may_be_fifty_rules(server: Server, cast: Cast, sender: int) -> None:
    assert upsert(server, cast.bob.key, sender, RULES * 10).status == 200
    assert upsert(server, cast.bob.key, sender, [*RULES * 10, RULES[0]]).code == "InvalidParameter"
