"""Severity and owner rules of applications, over HTTP and on the errors they decide."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.ops.test_issue_alert import Shop
from tests.push import make_channel
from tests.server import Server

SEVERITY = "/rum/issue/preset-severity/rules"
OWNER = "/rum/issue/owner/rules"


def when(key: str, *values: str) -> list[list[dict[str, Any]]]:
    return [[{"key": f"error.{key}", "oper": "IN", "vals": list(values)}]]


@pytest.fixture
def shop(server: Server, cast: Cast) -> Shop:
    return Shop(server, cast)


@pytest.mark.effect(
    "/rum/issue/preset-severity/rules/create",
    "/rum/issue/preset-severity/rules/update",
    "/rum/issue/preset-severity/rules/delete",
    "/rum/issue/preset-severity/rules/enable",
    "/rum/issue/preset-severity/rules/disable",
    "/rum/issue/preset-severity/rules/reorder",
    "/rum/issue/preset-severity/rules/history/list",
    "/rum/issue/preset-severity/rules/history/revert",
    "/rum/issue/preset-severity/rules/list",
    seen_by="/rum/issue/preset-severity/rules/list",
)
@pytest.mark.effect(
    "/rum/issue/owner/rules/create",
    "/rum/issue/owner/rules/update",
    "/rum/issue/owner/rules/delete",
    "/rum/issue/owner/rules/enable",
    "/rum/issue/owner/rules/disable",
    "/rum/issue/owner/rules/reorder",
    "/rum/issue/owner/rules/history/list",
    "/rum/issue/owner/rules/history/revert",
    "/rum/issue/owner/rules/list",
    seen_by="/rum/issue/owner/rules/list",
)
def test_rules_are_kept_in_their_order_and_taken_back_to_any_change(
    server: Server, cast: Cast, shop: Shop
) -> None:
    for path in (SEVERITY, OWNER):
        life(server, cast, shop, path)


def life(server: Server, cast: Cast, shop: Shop, path: str) -> None:
    says: dict[str, Any] = (
        {"severity": "Critical"} if path == SEVERITY else {"person_ids": [cast.bob.id]}
    )

    def call(verb: str, **body: Any) -> Any:
        return shop.call(f"{path}/{verb}", application_id=shop.id, **body)

    def names() -> list[tuple[str, str]]:
        items = call("list")["items"]
        assert [one["priority"] for one in items] == list(range(1, len(items) + 1))
        return [(one["rule_name"], one["status"]) for one in items]

    ids = [
        call("create", rule_name=name, filters=when("env", "prod*"), **says)["rule_id"]
        for name in ("a", "b", "c")
    ]
    call("update", rule_id=ids[0], rule_name="A", filters=when("service", "/^shop/"), **says)
    call("disable", rule_id=ids[1])
    call("reorder", drag_rule_id=ids[2], target_rule_id=ids[0])
    assert names() == [("c", "enabled"), ("A", "enabled"), ("b", "disabled")]
    call("enable", rule_id=ids[1])
    call("delete", rule_id=ids[0])
    assert names() == [("c", "enabled"), ("b", "enabled")]
    past = call("history/list", limit=100)["items"]
    actions = [one["action"] for one in reversed(past)]
    assert actions == [*["create"] * 3, "update", "disable", "reorder", "enable", "delete"]
    (reordered,) = [one for one in past if one["action"] == "reorder"]
    call("history/revert", history_id=reordered["history_id"])
    kept = names()
    assert kept == [("c", "enabled"), ("A", "enabled"), ("b", "disabled")]
    server.restart()
    assert names() == kept

    def refused(verb: str, **body: Any) -> str:
        wish = {"application_id": shop.id, **body}
        return str(server.post(f"{path}/{verb}", wish, cast.alice.key).code)

    named = {"rule_name": "x", **says}
    assert refused("create", filters=[], **named) == "InvalidParameter"
    assert refused("create", filters=when("colour", "red"), **named) == "InvalidParameter"
    assert refused("delete", rule_id="none") == "ResourceNotFound"
    wish = {"application_id": shop.id, "filters": when("env", "x"), **named}
    assert server.post(f"{path}/create", wish, cast.charlie.key).code == "AccessDenied"


def test_a_rule_fixes_how_bad_an_issue_is_and_later_errors_only_raise_it(shop: Shop) -> None:
    path = f"{SEVERITY}/create"
    warning = {"rule_name": "cart", "severity": "Warning", "filters": when("module", "shop.*")}
    shop.call(path, application_id=shop.id, **warning)
    worst = {"rule_name": "paid", "severity": "Critical", "filters": when("usr_id", "payer")}
    rule = shop.call(path, application_id=shop.id, **worst)["rule_id"]
    swap = {"drag_rule_id": rule, "target_rule_id": rule}
    shop.call(f"{SEVERITY}/reorder", application_id=shop.id, **swap)

    def severity() -> str:
        return str(shop.call("/rum/issue/info", issue_id=shop.issue_id)["severity"])

    shop.errs("a", is_crash=True)
    assert severity() == "Warning"
    first = shop.call(f"{SEVERITY}/list", application_id=shop.id)["items"][0]["rule_id"]
    swap = {"drag_rule_id": rule, "target_rule_id": first}
    shop.call(f"{SEVERITY}/reorder", application_id=shop.id, **swap)
    shop.errs("b", user_id="payer")
    assert severity() == "Critical"


def test_a_rule_assigns_a_new_issue_and_sends_its_alerts_to_its_owner(
    server: Server, cast: Cast, shop: Shop
) -> None:
    team_id = make_team(server.database, cast, "Carts", cast.bob)
    channel_id = make_channel(server, server.database, cast, "Carts' own")
    rule = {
        "rule_name": "carts",
        "filters": when("module", "shop.cart"),
        "person_ids": [cast.bob.id],
        "team_id": team_id,
        "channel_ids": [channel_id],
    }
    shop.call(f"{OWNER}/create", application_id=shop.id, **rule)
    shop.errs("a")
    assert shop.incidents == []
    shop.channel_id = channel_id
    (incident,) = shop.incidents
    assert incident["labels"]["owner_team"] == "Carts"
    standing = shop.call("/rum/issue/standing", issue_id=shop.issue_id)
    assert standing["assignee_ids"] == [cast.bob.id]
    entries = shop.call("/rum/issue/activity/list", issue_id=shop.issue_id)["items"]
    (assigned,) = [one for one in entries if one["type"] == "assigned"]
    assert assigned["reason"] == "The rule carts says whose it is."
