"""The TrueWatch API over HTTP, on both databases, beside the Open API over the same issues."""

from typing import Any

import httpx
import pytest

from tests.cast import Cast, Person
from tests.errors import crash, register, send
from tests.server import Server
from tocsin.domain.app_key import KeyKind
from tocsin.domain.application import Application
from tocsin.engine import app_key
from tocsin.engine.app_key import Wish
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import SECOND, seconds

JSON = "application/json;charset=UTF-8"


@pytest.fixture
def shop(server: Server, cast: Cast) -> Application:
    with server.database.write() as tx:
        return register(tx, cast.account_id)


def make_key(server: Server, cast: Cast, who: Person) -> str:
    with server.database.write() as tx:
        wish = Wish(f"{who.name}'s key", KeyKind.TRUEWATCH)
        return app_key.create(tx, cast.account_id, who.id, wish, who.id).secret


@pytest.fixture
def key(server: Server, cast: Cast) -> str:
    return make_key(server, cast, cast.bob)


def call(
    server: Server, method: str, path: str, key: str, body: Any = None, **query: Any
) -> httpx.Response:
    headers = {"DF-API-KEY": key, "Content-Type": JSON}
    return server.request(
        method, f"/api/v1/{path}", headers=headers, json=body, params=query or None
    )


def content(response: httpx.Response) -> Any:
    body = response.json()
    assert (response.status_code, body["code"], body["success"]) == (200, 200, True), body
    assert (body["errorCode"], body["message"]) == ("", "")
    assert len(body["traceId"]) == 32
    return body["content"]


def refused(response: httpx.Response) -> tuple[int, str]:
    body = response.json()
    assert body["code"] == response.status_code
    assert (body["success"], body["content"]) == (False, {})
    assert body["message"]
    return response.status_code, body["errorCode"]


def digest_of(server: Server, key: str) -> str:
    (item,) = content(call(server, "POST", "error_track/list", key, {}))["data"]
    return str(item["issueID"])


def update(server: Server, key: str, issue: str, body: Any) -> httpx.Response:
    return call(server, "POST", f"error_track/{issue}/update", key, body)


def people(server: Server, key: str) -> dict[str, str]:
    rows = content(call(server, "GET", "workspace/members/list", key))["data"]
    return {row["name"]: row["uuid"] for row in rows}


def status(server: Server, cast: Cast) -> dict[str, Any]:
    now = server.clock.now()
    window = {"start_time": 0 + now - 10**9, "end_time": now}
    (item,) = server.post("/rum/issue/list", window, cast.alice.key).data["items"]
    return dict(item)


def test_an_update_answers_with_the_whole_record(
    server: Server, cast: Cast, shop: Application, key: str
) -> None:
    born = server.clock.now()
    send(server.database, shop, crash("a", born))
    server.clock.advance(90)
    issue = digest_of(server, key)
    uuids = people(server, key)
    body = {"issueStatus": "Resolved", "assigner": [uuids["Alice"]]}
    shown = content(update(server, key, issue, body))
    at = seconds(server.clock.now())
    assert shown == {
        "workspaceUUID": shown["workspaceUUID"],
        "issueID": issue,
        "assigner": [uuids["Alice"]],
        "issueStatus": "Resolved",
        "extend": {
            "errorType": "KeyError",
            "firstTime": born,
            "statusChangeRecords": [
                {"time": seconds(born), "status": "Triage", "operator": "sys"},
                {"time": at, "status": "Resolved", "operator": uuids["Bob"]},
            ],
        },
        "id": shown["id"],
        "uuid": shown["uuid"],
        "status": 0,
        "creator": "sys",
        "updator": uuids["Bob"],
        "createAt": seconds(born),
        "updateAt": server.clock.now() / SECOND,
        "deleteAt": -1,
        "creatorInfo": {},
        "updatorInfo": {},
        "assignerInfo": [
            {
                "uuid": uuids["Alice"],
                "status": 0,
                "wsAccountStatus": 0,
                "username": cast.alice.email,
                "name": "Alice",
                "iconUrl": "",
                "email": cast.alice.email,
                "mobile": "",
                "acntWsNickname": "",
            }
        ],
        "duration": 90,
        "statusDuration": {"Triage": seconds(born), "Resolved": at},
    }
    assert shown["workspaceUUID"].startswith("wksp_")
    assert shown["uuid"].startswith("isset_")
    assert len(shown["uuid"]) == len("isset_") + 32
    assert all(uuid.startswith("acnt_") and len(uuid) == 37 for uuid in uuids.values())


def test_both_apis_speak_of_one_issue_and_both_survive_a_restart(
    server: Server, cast: Cast, shop: Application, key: str
) -> None:
    send(server.database, shop, crash("a", server.clock.now()))
    issue = digest_of(server, key)
    record = content(update(server, key, issue, {"issueStatus": "Working"}))["uuid"]
    assert status(server, cast)["status"] == "reviewed"
    issue_id = status(server, cast)["issue_id"]
    reviewed = {"issue_id": issue_id, "status": "reviewed"}
    server.post("/rum/issue/update", reviewed, cast.alice.key)
    server.restart()
    by_record = content(call(server, "GET", f"error_track/{record}/get", key))
    assert (by_record["issueStatus"], by_record["issueID"]) == ("Working", issue)
    content(update(server, key, record, {"issueStatus": "Resolved"}))
    shown = status(server, cast)
    assert (shown["status"], shown["resolved_by"]) == ("resolved", cast.bob.id)
    server.clock.advance(5)
    send(server.database, shop, crash("b", server.clock.now()))
    again = content(call(server, "GET", f"error_track/{issue}/get", key))
    assert again["issueStatus"] == "Triage"
    assert again["extend"]["statusChangeRecords"][-1]["operator"] == "sys"
    assert status(server, cast)["status"] == "for_review"


def test_assigning_claims_and_an_empty_list_clears(
    server: Server, cast: Cast, shop: Application, key: str
) -> None:
    send(server.database, shop, crash("a", server.clock.now()))
    issue, uuids = digest_of(server, key), people(server, key)
    claimed = content(update(server, key, issue, {"assigner": [uuids["Bob"], uuids["Alice"]]}))
    assert claimed["issueStatus"] == "Assigned"
    assert claimed["assigner"] == [uuids["Bob"], uuids["Alice"]]
    same = content(update(server, key, issue, {}))
    assert same == claimed
    assert content(update(server, key, issue, {"issueStatus": "Assigned"})) == claimed
    mine = content(call(server, "POST", "error_track/list", key, {"assigner": [uuids["Alice"]]}))
    assert [item["issueID"] for item in mine["data"]] == [issue]
    cleared = content(update(server, key, issue, {"assigner": []}))
    assert (cleared["assigner"], cleared["issueStatus"]) == ([], "Assigned")
    none = content(call(server, "POST", "error_track/list", key, {"assigner": [uuids["Alice"]]}))
    assert none["data"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"issueStatus": None},
        {"issueStatus": ""},
        {"issueStatus": "resolved"},
        {"assigner": None},
        {"assigner": "acnt_x"},
        {"assigner": [""]},
        {"assigner": ["acnt_00000000000000000000000000000000"]},
        [],
    ],
)
def test_what_an_update_cannot_mean_is_refused(
    server: Server, cast: Cast, shop: Application, key: str, body: Any
) -> None:
    send(server.database, shop, crash("a", server.clock.now()))
    issue = digest_of(server, key)
    assert refused(update(server, key, issue, body)) == (400, "ft.InvalidParameter")


def test_unknown_issues_paths_and_methods_are_told(server: Server, key: str) -> None:
    for name in ("d41d8cd98f00b204e9800998ecf8427e", "isset_" + "0" * 32):
        assert refused(update(server, key, name, {})) == (404, "ft.NotFoundIssue")
    assert refused(update(server, key, "%00", {})) == (404, "ft.NotFoundRoute")
    assert refused(call(server, "POST", "nothing/here", key))[0] == 404
    assert refused(call(server, "GET", "error_track/list", key)) == (405, "ft.MethodNotAllowed")


def test_a_bad_key_is_403_for_every_path_and_app_keys_do_not_open(
    server: Server, cast: Cast
) -> None:
    for bad in ("", "0" * 32, cast.alice.key):
        assert refused(call(server, "POST", "error_track/list", bad, {})) == (
            403,
            "ft.InvalidAPIKey",
        )


class TestWhereABadKeyIs401:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return Settings(
            data_dir=settings.data_dir,
            database_url=settings.database_url,
            truewatch_bad_key_status=401,
        )

    def test_the_setting_says_so(self, server: Server) -> None:
        assert refused(call(server, "GET", "workspace/members/list", "x"))[0] == 401


def test_a_key_has_twenty_calls_a_minute_and_a_workspace_two_hundred(
    server: Server, cast: Cast, key: str
) -> None:
    def ask(with_key: str) -> httpx.Response:
        return call(server, "POST", "error_track/list", with_key, {})

    assert all(ask(key).status_code == 200 for _ in range(20))
    assert refused(ask(key)) == (401, "ft.TriggerApiAkCurrentLimiting")
    keys = [make_key(server, cast, who) for who in (cast.alice, cast.charlie) for _ in range(5)]
    codes = [ask(each).json()["errorCode"] for each in keys for _ in range(19)]
    assert codes[:180] == [""] * 180
    assert set(codes[180:]) == {"ft.TriggerApiWorkspaceCurrentLimiting"}
    server.clock.advance(61)
    assert ask(key).status_code == 200


def test_updates_are_audited_refused_ones_too(
    server: Server, cast: Cast, shop: Application, key: str
) -> None:
    send(server.database, shop, crash("a", server.clock.now()))
    issue = digest_of(server, key)
    content(update(server, key, issue, {"issueStatus": "Ignored"}))
    refused(update(server, key, issue, {"issueStatus": "?"}))
    now = seconds(server.clock.now())
    window = {"start_time": now - 100, "end_time": now + 100}
    page = server.post("/audit/search", window, cast.alice.key).data
    rows = [row for row in page["docs"] if row["operation"] == "error-track:write:update"]
    assert {row["code"] for row in rows} == {"", "InvalidParameter"}
    assert {row["member_id"] for row in rows} == {cast.bob.id}
    assert all(issue in str(row["params"]) for row in rows)


def test_lists_come_in_both_layouts_and_are_filtered(
    server: Server, cast: Cast, shop: Application, key: str
) -> None:
    for number, kind in enumerate(("KeyError", "ValueError", "OSError")):
        server.clock.advance(1)
        send(server.database, shop, crash(f"e{number}", server.clock.now(), kind=kind))

    def listed(**wish: Any) -> list[str]:
        body = call(server, "POST", "error_track/list", key, wish).json()
        assert body["pageInfo"] == body["content"]["pageInfo"]
        return [item["extend"]["errorType"] for item in body["content"]["data"]]

    assert listed() == ["OSError", "ValueError", "KeyError"]
    assert listed(pageSize=1, pageIndex=2) == ["ValueError"]
    assert listed(search="value") == ["ValueError"]
    now = server.clock.now()
    assert listed(timeRange=[now - 1500, now - 500]) == ["ValueError"]
    assert listed(issueStatus=["Resolved"]) == []
    body = call(server, "POST", "error_track/list", key, {"pageSize": 2}).json()
    assert body["pageInfo"] == {"count": 2, "pageIndex": 1, "pageSize": 2, "totalCount": 3}
    one = body["content"]["data"][0]
    assert (one["errorMessage"], one["service"], one["count"]) == ("'x'", "shop", 1)
    assert refused(call(server, "POST", "error_track/list", key, {"pageSize": 101}))[0] == 400


def test_comments_are_kept_with_who_wrote_them(
    server: Server, cast: Cast, shop: Application, key: str
) -> None:
    send(server.database, shop, crash("a", server.clock.now()))
    issue, bob = digest_of(server, key), people(server, key)["Bob"]
    path = f"error_track/comment/{issue}"
    made = content(call(server, "POST", f"{path}/add", key, {"comment": "known since May"}))
    server.restart()
    rows = content(call(server, "GET", f"{path}/list", key))["data"]
    assert rows == [made]
    assert (made["comment"], made["creator"], made["issueID"]) == ("known since May", bob, issue)
    assert refused(call(server, "POST", f"{path}/add", key, {"comment": ""}))[0] == 400


def test_members_are_found_by_name_and_have_the_nearest_role(
    server: Server, cast: Cast, key: str
) -> None:
    body = call(server, "GET", "workspace/members/list", key).json()
    assert body["pageInfo"]["totalCount"] == 3
    roles = {row["name"]: row["role"] for row in body["content"]["data"]}
    assert roles == {"Alice": "owner", "Bob": "general", "Charlie": "readOnly"}
    (one,) = content(call(server, "GET", "workspace/members/list", key, search="bob"))["data"]
    assert (one["email"], one["id"]) == (cast.bob.email, cast.bob.id)
    bad = call(server, "GET", "workspace/members/list", key, pageSize="many")
    assert refused(bad) == (400, "ft.InvalidParameter")


def test_every_hash_that_leads_to_an_issue_names_it(
    server: Server, cast: Cast, shop: Application, key: str
) -> None:
    send(server.database, shop, crash("a", server.clock.now()))
    first = digest_of(server, key)
    wish = {"issue_id": status(server, cast)["issue_id"]}
    shown = server.post("/rum/issue/event/info", wish, cast.bob.key).data
    hashes = [each["digest"] for each in shown["grouping"]["hashes"]]
    assert first in hashes
    for digest in hashes:
        found = content(call(server, "GET", f"error_track/{digest}/get", key))
        assert found["issueID"] == first
