"""The audit log over HTTP."""

import json
from typing import Any

import pytest

from tests.cast import Cast
from tests.server import Server
from tocsin.kernel.operation import OPERATIONS
from tocsin.kernel.paging import encode_cursor

START = 1767225600


def search(server: Server, cast: Cast, **filters: Any) -> list[dict[str, Any]]:
    window = {"start_time": START - 10, "end_time": START + 1000}
    return list(server.post("/audit/search", {**window, **filters}, cast.bob.key).data["docs"])


@pytest.mark.effect("/audit/search", seen_by="/audit/search")
def test_every_audited_call_leaves_a_row(server: Server, cast: Cast) -> None:
    body = {"team_name": "Ops", "note": {"password": "hunter2"}}
    made = server.post("/team/upsert", body, cast.alice.key)
    refused = server.post("/team/upsert", {"team_name": ""}, cast.alice.key)
    denied = server.post("/team/upsert", {"team_name": "X"}, cast.charlie.key)
    assert len(search(server, cast)) == 3
    server.restart()
    rows = {row["request_id"]: row for row in search(server, cast)}
    row = rows[made.body["request_id"]]
    assert json.loads(row.pop("body")) == {"team_name": "Ops", "note": {"password": "***"}}
    assert row == {
        "created_at": START * 1000,
        "account_id": cast.account_id,
        "member_id": cast.alice.id,
        "member_name": "Alice",
        "request_id": made.body["request_id"],
        "ip": "127.0.0.1",
        "operation": "team:write:upsert",
        "operation_name": OPERATIONS["/team/upsert"].summary,
        "params": [],
        "is_dangerous": False,
        "is_write": True,
        "code": "",
    }
    window = {"start_time": START, "end_time": START + 1}
    chinese = server.post(
        "/audit/search", window, cast.bob.key, headers={"Accept-Language": "zh-CN"}
    )
    assert chinese.data["docs"][0]["operation_name"] == "创建或修改团队"
    assert rows[refused.body["request_id"]]["code"] == "InvalidParameter"
    assert rows[denied.body["request_id"]]["code"] == "AccessDenied"
    assert rows[denied.body["request_id"]]["member_name"] == "Charlie"


def test_filters_really_filter(server: Server, cast: Cast) -> None:
    server.post("/team/upsert", {"team_name": "Ops"}, cast.alice.key)
    server.clock.advance(5)
    server.post("/team/upsert", {"team_name": "Dev"}, cast.bob.key)
    server.clock.advance(5)
    last = server.post("/team/delete", {"team_name": "Dev"}, cast.bob.key)

    def operations(**filters: Any) -> list[str]:
        return [row["operation"] for row in search(server, cast, **filters)]

    assert operations() == ["team:write:delete", "team:write:upsert", "team:write:upsert"]
    assert operations(person_id=cast.alice.id) == ["team:write:upsert"]
    assert operations(operations=["team:write:delete", "role:write:delete"]) == [
        "team:write:delete"
    ]
    assert operations(request_id=last.body["request_id"]) == ["team:write:delete"]
    assert operations(is_write=False) == []
    assert len(operations(is_write=True)) == 3
    assert operations(is_dangerous=True) == ["team:write:delete"]
    assert len(operations(is_dangerous=False)) == 2
    assert operations(start_time=START + 5, end_time=START + 9) == ["team:write:upsert"]
    assert len(operations(start_time=START, end_time=START + 5)) == 2


def test_the_cursor_leads_through_every_row_once(server: Server, cast: Cast) -> None:
    for number in range(5):
        server.post("/team/upsert", {"team_name": f"T{number}"}, cast.alice.key)
    window = {"start_time": START, "end_time": START + 1, "limit": 2}
    seen, cursor = [], ""
    for _ in range(3):
        body = {**window, "search_after_ctx": cursor}
        page = server.post("/audit/search", body, cast.bob.key).data
        assert page["total"] == 5
        seen += [json.loads(row["body"])["team_name"] for row in page["docs"]]
        cursor = page["search_after_ctx"]
    assert cursor == ""
    assert seen == ["T4", "T3", "T2", "T1", "T0"]


def test_a_window_lies_within_90_days_and_a_page_within_99_rows(server: Server, cast: Cast) -> None:
    for body in (
        {},
        {"start_time": START, "end_time": START},
        {"start_time": START, "end_time": START + 90 * 86_400 + 1},
        {"start_time": START, "end_time": START + 1, "limit": 100},
        {"start_time": START, "end_time": START + 1, "search_after_ctx": "?"},
        {"start_time": START, "end_time": START + 1, "search_after_ctx": encode_cursor(2**80, "")},
    ):
        assert server.post("/audit/search", body, cast.bob.key).code == "InvalidParameter"
    ninety = {"start_time": START, "end_time": START + 90 * 86_400, "limit": 99}
    assert server.post("/audit/search", ninety, cast.bob.key).status == 200


@pytest.mark.effect("/audit/operation/list", seen_by="/audit/search")
def test_the_operations_that_are_audited_are_listed(server: Server, cast: Cast) -> None:
    server.post("/team/upsert", {"team_name": "Ops"}, cast.alice.key)
    items = server.post("/audit/operation/list", {}, cast.bob.key).data["items"]
    assert {"name": "team:write:upsert", "name_cn": "创建或修改团队"} in items
    names = [item["name"] for item in items]
    assert "team:write:upsert" in names
    assert "team:read:list" not in names
    server.restart()
    assert [row["operation"] for row in search(server, cast, operations=names)] == [
        "team:write:upsert"
    ]


def test_a_viewer_sees_no_audit_log(server: Server, cast: Cast) -> None:
    for path in ("/audit/search", "/audit/operation/list"):
        assert server.post(path, {}, cast.charlie.key).code == "AccessDenied"


def test_a_cursor_no_database_can_compare_with_is_refused_quietly(
    server: Server, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    body = {
        "start_time": START,
        "end_time": START + 1,
        "search_after_ctx": encode_cursor(2**63, ""),
    }
    answer = server.post("/audit/search", body, cast.bob.key)
    assert (answer.code, "not a cursor of this list" in answer.message) == (
        "InvalidParameter",
        True,
    )
    assert caplog.text == ""
