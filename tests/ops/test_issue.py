"""Issues over HTTP, on both databases; effects are read back after a restart."""

from typing import Any

import msgspec
import pytest

from tests.cast import Cast, Person
from tests.errors import crash, register, send
from tests.server import Answer, Server
from tocsin.domain.application import Application
from tocsin.kernel.units import DAY


@pytest.fixture
def shop(server: Server, cast: Cast) -> Application:
    with server.database.write() as tx:
        return register(tx, cast.account_id)


def listed(server: Server, who: Person, **wish: Any) -> Answer:
    now = server.clock.now()
    window = {"start_time": now - DAY, "end_time": now}
    return server.post("/rum/issue/list", window | wish, who.key)


def ids(server: Server, who: Person, **wish: Any) -> list[str]:
    return [item["issue_id"] for item in listed(server, who, **wish).data["items"]]


def one_issue(server: Server, cast: Cast, shop: Application, **more: Any) -> str:
    send(server.database, shop, crash("a", server.clock.now(), **more))
    (issue_id,) = ids(server, cast.alice)
    return issue_id


def info(server: Server, who: Person, issue_id: str) -> Answer:
    return server.post("/rum/issue/info", {"issue_id": issue_id}, who.key)


def update(server: Server, who: Person, issue_id: str, **change: Any) -> Answer:
    return server.post("/rum/issue/update", {"issue_id": issue_id} | change, who.key)


@pytest.mark.effect("/rum/issue/update", "/rum/issue/list", seen_by="/rum/issue/info")
def test_resolving_stamps_and_leaving_resolved_clears(
    server: Server, cast: Cast, shop: Application
) -> None:
    issue_id = one_issue(server, cast, shop, version="1.0")
    server.clock.advance(5)
    refused = update(server, cast.charlie, issue_id, status="resolved")
    assert (refused.status, refused.code) == (403, "AccessDenied")
    answer = update(server, cast.bob, issue_id, status="resolved")
    assert answer.data == {}
    server.restart()
    shown = info(server, cast.alice, issue_id).data
    assert (shown["status"], shown["resolved_by"]) == ("resolved", cast.bob.id)
    assert shown["resolved_at"] == shown["updated_at"] == server.clock.now()
    server.clock.advance(5)
    update(server, cast.bob, issue_id, status="resolved")
    assert info(server, cast.alice, issue_id).data == shown
    update(server, cast.bob, issue_id, status="reviewed")
    again = info(server, cast.alice, issue_id).data
    assert (again["status"], again["resolved_at"], again["resolved_by"]) == ("reviewed", 0, 0)


@pytest.mark.effect("/rum/issue/update", seen_by="/rum/issue/list")
def test_a_cause_alone_touches_no_stamp_and_nothing_is_no_error(
    server: Server, cast: Cast, shop: Application
) -> None:
    issue_id = one_issue(server, cast, shop)
    update(server, cast.bob, issue_id, status="resolved")
    before = info(server, cast.bob, issue_id).data
    assert update(server, cast.bob, issue_id).data == {}
    assert info(server, cast.bob, issue_id).data == before
    server.clock.advance(5)
    update(server, cast.alice, issue_id, suspected_cause="network.error")
    server.restart()
    (shown,) = listed(server, cast.bob, suspected_causes=["network.error"]).data["items"]
    assert shown["suspected_cause"] == {
        "source": "user",
        "value": "network.error",
        "reason": "",
        "person_id": cast.alice.id,
    }
    stamps = ("status", "resolved_at", "resolved_by")
    assert [shown[name] for name in stamps] == [before[name] for name in stamps]


def test_what_an_update_cannot_mean_is_refused(
    server: Server, cast: Cast, shop: Application
) -> None:
    issue_id = one_issue(server, cast, shop)
    for change in ({"status": "done"}, {"status": None}, {"status": ""}, {"suspected_cause": "x"}):
        assert update(server, cast.bob, issue_id, **change).code == "InvalidParameter"
    assert update(server, cast.bob, "none", status="resolved").code == "ResourceNotFound"
    assert server.post("/rum/issue/update", {}, cast.bob.key).code == "InvalidParameter"
    assert update(server, Person(0, "", "", "wrong"), issue_id).status == 401


@pytest.mark.effect("/rum/issue/info", seen_by="/rum/issue/info")
def test_an_issue_shows_what_is_known_of_it(server: Server, cast: Cast, shop: Application) -> None:
    at = server.clock.now()
    send(
        server.database,
        shop,
        crash("a", at - 3_000, version="1.0", session_id="s"),
        crash("b", at, version="1.1", is_crash=True, session_id="t"),
    )
    (issue_id,) = ids(server, cast.alice)
    info(server, cast.alice, issue_id)
    server.restart()
    assert info(server, cast.charlie, issue_id).data == {
        "team_id": 0,
        "issue_id": issue_id,
        "application_id": shop.id,
        "application_name": "Shop",
        "service": "shop",
        "status": "for_review",
        "error_count": 2,
        "session_count": 2,
        "is_crash": True,
        "age": 3,
        "resolved_at": 0,
        "resolved_by": 0,
        "created_at": at,
        "updated_at": at,
        "first_seen": {"timestamp": at - 3_000, "version": "1.0"},
        "last_seen": {"timestamp": at, "version": "1.1"},
        "error": {"message": "'x'", "type": "KeyError"},
        "suspected_cause": {
            "source": "auto",
            "value": "unknown",
            "reason": "No rule recognises the type or the message.",
            "person_id": 0,
        },
        "versions": ["1.0", "1.1"],
        "severity": "Critical",
    }


def test_a_regression_is_told(server: Server, cast: Cast, shop: Application) -> None:
    issue_id = one_issue(server, cast, shop, version="1.0")
    update(server, cast.bob, issue_id, status="resolved")
    resolved_at = server.clock.now()
    server.clock.advance(5)
    send(server.database, shop, crash("b", server.clock.now(), version="1.1"))
    shown = info(server, cast.bob, issue_id).data
    assert shown["status"] == "for_review"
    assert shown["regression"] == {
        "regressed_at": server.clock.now(),
        "regressed_at_version": "1.1",
        "resolved_at": resolved_at,
    }


SAFARI = "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"


@pytest.fixture
def three(server: Server, cast: Cast, shop: Application) -> dict[str, str]:
    """Issues by their error types: seen 1, 2 and 3 times."""
    kinds = ("KeyError", "ValueError", "OSError")
    tags = {"KeyError": {"plan": "free"}, "ValueError": {"plan": "paid"}, "OSError": {}}
    with server.database.write() as tx:
        pay = register(tx, cast.account_id, "Pay")
    for times, kind in enumerate(kinds, 1):
        server.clock.advance(1)
        at = server.clock.now()
        owner = pay if kind == "OSError" else shop
        events = [
            crash(
                f"{kind}{n}",
                at + n,
                kind=kind,
                version=f"{times}.0",
                session_id="s" if n == 0 else "",
                env="staging" if kind == "OSError" else "production",
                user_id="eve" if kind == "OSError" else "",
                user_agent=SAFARI if kind == "OSError" else "",
                tags=tags[kind],
            )
            for n in range(times)
        ]
        send(server.database, owner, *events)
    server.clock.advance(1)
    items = listed(server, cast.alice).data["items"]
    return {item["issue_id"]: item["error"]["type"] for item in items}


def kinds(server: Server, cast: Cast, three: dict[str, str], **wish: Any) -> list[str]:
    return [three[issue_id] for issue_id in ids(server, cast.bob, **wish)]


def test_lists_are_filtered_and_sorted(server: Server, cast: Cast, three: dict[str, str]) -> None:
    def found(**wish: Any) -> list[str]:
        return kinds(server, cast, three, **wish)

    every = ["KeyError", "ValueError", "OSError"]
    assert found(tags={"plan": ["free", "dear"]}) == ["KeyError"]
    assert found(tags={"plan": ["free"]}, dql="value") == []
    assert found(orderby="error_count", asc=True) == every
    assert found(orderby="error_count") == every[::-1]
    assert found(orderby="created_at", asc=True) == every
    assert found(orderby="updated_at") == every[::-1]
    assert found() == every[::-1]
    by_name = {kind: issue_id for issue_id, kind in three.items()}
    update(server, cast.bob, by_name["ValueError"], status="ignored")
    assert found(statuses=["ignored"]) == ["ValueError"]
    assert found(statuses=["for_review", "reviewed"], asc=True) == ["KeyError", "OSError"]
    assert found(error_required=True, asc=True) == every
    assert found(team_ids=[12]) == []
    application = info(server, cast.bob, by_name["OSError"]).data["application_id"]
    assert found(application_ids=[application]) == ["OSError"]
    page = listed(server, cast.bob, limit=2, asc=True).data
    assert (len(page["items"]), page["total"], page["has_next_page"]) == (2, 3, True)
    last = listed(server, cast.bob, limit=2, p=2, asc=True).data
    assert (len(last["items"]), last["has_next_page"]) == (1, False)


def test_the_window_is_about_the_last_sighting_or_about_any(
    server: Server, cast: Cast, shop: Application
) -> None:
    at = server.clock.now()
    send(server.database, shop, crash("a", at - 10_000), crash("b", at))
    early = {"start_time": at - 11_000, "end_time": at - 5_000}
    assert ids(server, cast.bob, **early) == []
    assert len(ids(server, cast.bob, **early, by_intersection=True)) == 1


@pytest.mark.parametrize(
    ("dql", "expected"),
    [
        ("error.type:KeyError", ["KeyError"]),
        ("error_type:(KeyError OR oserror)", ["KeyError", "OSError"]),
        ("error.type:*Error -error.type:O*", ["KeyError", "ValueError"]),
        ("value", ["ValueError"]),
        ("error_count:>1", ["ValueError", "OSError"]),
        ("error_count:[1 TO 2]", ["KeyError", "ValueError"]),
        ("@issue.session_count:1 env:staging", ["OSError"]),
        ("version:2.*", ["ValueError"]),
        ("service:shop status:for_review is_crash:false", ["KeyError", "ValueError", "OSError"]),
        ("suspected_cause:unknown severity:info", ["OSError"]),
        ("age:<1ms", ["KeyError"]),
        ('"100%_"', []),
        ("error", ["KeyError", "ValueError", "OSError"]),
        ("rror", []),
        ("*rror env:stag*", ["OSError"]),
        ("error_type:osError service:SHOP", ["OSError"]),
        ("error_message:\"'x'\" version:2.0", ["ValueError"]),
        ("tags.plan:(free OR Paid)", ["KeyError", "ValueError"]),
        ("tags.plan:fr*", ["KeyError"]),
        ("-tags.plan:*", ["OSError"]),
        ("usr_id:nobody", []),
        ("usr_id:eve OR tags.Plan:free", ["OSError"]),
        ("browser_name:Safari device_type:tablet OR os_name:linux", ["OSError"]),
    ],
)
def test_dql_finds_issues(
    server: Server, cast: Cast, three: dict[str, str], dql: str, expected: list[str]
) -> None:
    assert kinds(server, cast, three, dql=dql, asc=True) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("error.type = 'KeyError' OR error_type LIKE 'os%'", ["KeyError", "OSError"]),
        ("error_count > 1 AND NOT version IS NULL", ["ValueError", "OSError"]),
        ("SELECT * FROM issues WHERE error_count BETWEEN 1 AND 2", ["KeyError", "ValueError"]),
        ("env IN ('staging', 'test') AND status = 'for_review'", ["OSError"]),
        ("is_crash = true", []),
        ("error_type = 'x'' OR 1=1 --'", []),
    ],
)
def test_sql_finds_issues(
    server: Server, cast: Cast, three: dict[str, str], sql: str, expected: list[str]
) -> None:
    assert kinds(server, cast, three, sql=sql, asc=True) == expected


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        ({"sql": "select 1"}, "column"),
        ({"sql": "a", "dql": "b"}, "exclude"),
        ({"dql": "nonsense:1"}, "nonsense"),
        ({"dql": "service:>4"}, "text"),
        ({"dql": "error_count:many"}, "number"),
        ({"start_time": 0}, "183"),
        ({"start_time": 99, "end_time": 99}, "before"),
        ({"orderby": "age"}, "orderby"),
        ({"limit": 101}, "limit"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(
    server: Server, cast: Cast, wish: dict[str, Any], word: str
) -> None:
    answer = listed(server, cast.bob, **wish)
    assert (answer.code, word in answer.message) == ("InvalidParameter", True), answer.body


def test_issues_of_private_applications_show_to_their_people_only(
    server: Server, cast: Cast
) -> None:
    with server.database.write() as tx:
        private = register(tx, cast.account_id, is_private=True)
    issue_id = one_issue(server, cast, private)
    assert ids(server, cast.bob) == []
    assert info(server, cast.bob, issue_id).code == "ResourceNotFound"
    assert update(server, cast.bob, issue_id, status="resolved").code == "ResourceNotFound"
    assert info(server, cast.alice, issue_id).data["status"] == "for_review"


@pytest.mark.effect(
    "/rum/issue/event/list", "/rum/issue/event/info", seen_by="/rum/issue/event/info"
)
def test_events_show_their_stack_and_why_they_were_grouped(
    server: Server, cast: Cast, shop: Application
) -> None:
    at = server.clock.now()
    sent = crash("b", at, version="1.1", tags={"browser": "Firefox"})
    send(server.database, shop, crash("a", at - 5), sent)
    (issue_id,) = ids(server, cast.alice)
    page = server.post("/rum/issue/event/list", {"issue_id": issue_id}, cast.bob.key).data
    assert [item["event_id"] for item in page["items"]] == ["b", "a"]
    assert (page["total"], page["items"][1]["keep"]) == (2, "first")
    wish = {"issue_id": issue_id, "event_id": "b"}
    shown = server.post("/rum/issue/event/info", wish, cast.bob.key).data
    server.restart()
    newest = server.post("/rum/issue/event/info", {"issue_id": issue_id}, cast.bob.key).data
    assert newest == shown
    assert shown["exceptions"][0]["frames"][-1]["context_line"] == "x = cart[key]"
    assert shown["tags"] == {"browser": "Firefox"}
    assert shown["grouping"]["parts"] == ["KeyError", "shop.cart total x = cart[key]"]
    assert "line of the application" in shown["grouping"]["reason"]
    assert {each["strategy"] for each in shown["grouping"]["hashes"]} == {"app", "system"}
    assert shown["payload"] == msgspec.json.encode(sent).decode()
    missing = {"issue_id": issue_id, "event_id": "zzz"}
    assert server.post("/rum/issue/event/info", missing, cast.bob.key).code == "ResourceNotFound"
