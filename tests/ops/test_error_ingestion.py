"""Error-ingestion rules over HTTP: what they keep out of issues, and how they are taken back."""

from typing import Any

import pytest

from tests.cast import Cast, Person
from tests.errors import crash, register, send
from tests.ops.test_error_grouping import grouping, titles
from tests.server import Answer, Server
from tocsin.domain.application import Application

STAGING = [[{"key": "error.env", "oper": "IN", "vals": ["staging"]}]]
BETA = [[{"key": "context.ring", "oper": "IN", "vals": ["beta"]}]]


@pytest.fixture
def shop(server: Server, cast: Cast) -> Application:
    with server.database.write() as tx:
        return register(tx, cast.account_id)


def rules(server: Server, who: Person, verb: str, shop: Application, **wish: Any) -> Answer:
    path = f"/rum/error-ingestion/rules/{verb}"
    return server.post(path, {"application_id": shop.id} | wish, who.key)


def named(items: list[dict[str, Any]]) -> dict[str, str]:
    return {each["rule_name"]: each["status"] for each in items}


@pytest.mark.effect(
    "/rum/error-ingestion/rules/create",
    "/rum/error-ingestion/rules/update",
    "/rum/error-ingestion/rules/delete",
    "/rum/error-ingestion/rules/enable",
    "/rum/error-ingestion/rules/disable",
    "/rum/error-ingestion/rules/history/list",
    "/rum/error-ingestion/rules/history/revert",
    "/rum/error-ingestion/rules/list",
    seen_by="/rum/error-ingestion/rules/list",
)
def test_rules_keep_errors_out_of_issues_and_can_be_taken_back(
    server: Server, cast: Cast, shop: Application
) -> None:
    at = server.clock.now()
    wish = {"rule_name": "Staging", "filters": STAGING, "description": "not ours"}
    made = rules(server, cast.alice, "create", shop, **wish).data
    rule_id = made["rule_id"]
    send(server.database, shop, crash("a", at, env="staging"), crash("b", at))
    assert list(titles(server, cast.alice).values()) == [1]
    rules(server, cast.alice, "disable", shop, rule_id=rule_id)
    send(server.database, shop, crash("c", at, env="staging"))
    assert list(titles(server, cast.alice).values()) == [2]
    server.clock.advance(1)
    rules(server, cast.alice, "enable", shop, rule_id=rule_id)
    changed = {"rule_id": rule_id, "rule_name": "Beta", "filters": BETA}
    server.clock.advance(1)
    assert rules(server, cast.alice, "update", shop, **changed).data == {}
    send(
        server.database, shop, crash("d", at, tags={"ring": "beta"}), crash("e", at, env="staging")
    )
    assert list(titles(server, cast.alice).values()) == [3]
    server.clock.advance(1)
    rules(server, cast.alice, "delete", shop, rule_id=rule_id)
    assert rules(server, cast.bob, "list", shop).data == {"items": [], "total": 0}

    history = rules(server, cast.bob, "history/list", shop).data
    assert history["total"] == 5
    actions = [(each["action"], named(each["rules"])) for each in history["items"]]
    assert actions[0] == ("delete", {})
    assert actions[2] == ("enable", {"Staging": "enabled"})
    entry = history["items"][2]["history_id"]
    assert rules(server, cast.alice, "history/revert", shop, history_id=entry).data == {}
    server.restart()
    (again,) = rules(server, cast.charlie, "list", shop).data["items"]
    assert (again["rule_id"], again["rule_name"]) == (rule_id, "Staging")
    assert (again["status"], again["filters"]) == ("enabled", STAGING)
    assert again["description"] == "not ours"


def test_noise_filters_are_tried_out_and_obeyed(
    server: Server, cast: Cast, shop: Application
) -> None:
    at = server.clock.now()
    bot = {"platform": "javascript", "user_agent": "Googlebot/2.1"}
    send(server.database, shop, crash("a", at, **bot))
    filters = {"noise_filters": {"crawlers": True}}
    assert grouping(server, cast.bob, "preview", shop, **filters).data["dropped_count"] == 1
    grouping(server, cast.alice, "update", shop, **filters)
    shown = grouping(server, cast.bob, "info", shop).data["noise_filters"]
    assert (shown["crawlers"], shown["browser_extensions"]) == (True, True)
    send(server.database, shop, crash("b", at, **bot))
    assert list(titles(server, cast.alice).values()) == [1]


def test_what_cannot_be_a_rule_is_refused(server: Server, cast: Cast, shop: Application) -> None:
    wrong = [[{"key": "error.colour", "oper": "IN", "vals": ["x"]}]]
    for filters in (wrong, [], [[]], [[{"key": "error.env", "oper": "IN", "vals": ["/(/"]}]]):
        answer = rules(server, cast.alice, "create", shop, rule_name="x", filters=filters)
        assert answer.code == "InvalidParameter"
    assert rules(server, cast.alice, "delete", shop, rule_id="none").code == "ResourceNotFound"
    lost = rules(server, cast.alice, "history/revert", shop, history_id="none")
    assert lost.code == "ResourceNotFound"
    refused = rules(server, cast.charlie, "create", shop, rule_name="x", filters=STAGING)
    assert refused.status == 403
