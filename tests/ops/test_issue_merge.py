"""Issues made one and two again over HTTP; both vocabularies tell the same afterwards."""

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.cast import Cast, Person
from tests.errors import crash, register, send
from tests.server import Answer, Server
from tocsin.domain.application import Application
from tocsin.domain.issue import STATUS_OF, Stage
from tocsin.engine import issue as engine
from tocsin.kernel.units import DAY
from tocsin.store import issue as issues
from tocsin.store import issue_event
from tocsin.store.tables.issue_alert import issue_rate


@pytest.fixture
def shop(server: Server, cast: Cast) -> Application:
    with server.database.write() as tx:
        return register(tx, cast.account_id)


def call(server: Server, who: Person, verb: str, **wish: Any) -> Answer:
    return server.post(f"/rum/issue/{verb}", wish, who.key)


def by_type(server: Server, who: Person) -> dict[str, dict[str, Any]]:
    now = server.clock.now()
    window = {"start_time": now - DAY, "end_time": now + DAY}
    found = server.post("/rum/issue/list", window, who.key).data["items"]
    return {each["error"]["type"]: each for each in found}


def events(server: Server, who: Person, issue_id: str) -> set[str]:
    found = call(server, who, "event/list", issue_id=issue_id).data["items"]
    return {each["event_id"] for each in found}


def shown_by_the_hour(server: Server, application: Application) -> int:
    """All that the application's issues count by the hour."""
    wanted = select(func.sum(issue_rate.c.count)).where(
        issue_rate.c.application_id == application.id
    )
    with server.database.read() as tx:
        return int(tx.value(wanted))


def agree(server: Server, cast: Cast, *names: str) -> None:
    """Every name of an issue leads to the same issue, and its stage reads as its status."""
    with server.database.read() as tx:
        for name in names:
            issue_id = issues.id_of(tx, cast.account_id, name) or name
            issue = issues.get(tx, cast.account_id, issue_id)
            assert not issue.merged_into
            shown = call(server, cast.alice, "info", issue_id=issue_id).data
            assert shown["status"] == STATUS_OF[issue.stage]
            last = issues.changes_of(tx, cast.account_id, [issue_id])[issue_id][-1]
            assert last.stage is issue.stage


def tagged(server: Server, who: Person, plan: str) -> set[str]:
    now = server.clock.now()
    wish = {"start_time": now - DAY, "end_time": now + DAY, "dql": f"tags.plan:{plan}"}
    found = server.post("/rum/issue/list", wish, who.key).data["items"]
    return {each["issue_id"] for each in found}


def three(server: Server, shop: Application) -> None:
    at = server.clock.now()
    send(
        server.database,
        shop,
        crash("k1", at, version="1.0", session_id="s1", user_id="u1", tags={"plan": "dear"}),
    )
    server.clock.advance(1)
    at = server.clock.now()
    send(
        server.database,
        shop,
        crash("v1", at, "ValueError", version="1.1", session_id="s1", tags={"plan": "free"}),
    )
    send(server.database, shop, crash("v2", at, "ValueError", session_id="s2", user_id="u1"))
    send(server.database, shop, crash("o1", at, "OSError", session_id="s3", is_crash=True))


@pytest.mark.effect(
    "/rum/issue/merge",
    "/rum/issue/unmerge",
    "/rum/issue/merge/list",
    seen_by="/rum/issue/merge/list",
)
def test_issues_are_made_one_and_two_again(server: Server, cast: Cast, shop: Application) -> None:
    three(server, shop)
    before = by_type(server, cast.alice)
    key, value, other = (before[kind]["issue_id"] for kind in ("KeyError", "ValueError", "OSError"))
    with server.database.read() as tx:
        gone = issues.get(tx, cast.account_id, value)
    call(server, cast.bob, "update", issue_id=value, status="reviewed")
    call(server, cast.bob, "comment/create", issue_id=value, comment="mine")
    server.clock.advance(1)
    assert call(server, cast.bob, "merge", issue_id=key, source_issue_ids=[value, other]).data == {}
    server.restart()

    (whole,) = by_type(server, cast.alice).values()
    assert (whole["issue_id"], whole["status"]) == (key, "for_review")
    assert (whole["error_count"], whole["session_count"]) == (4, 3)
    assert (whole["is_crash"], whole["severity"]) == (True, "Critical")
    assert (whole["first_seen"]["version"], whole["last_seen"]["version"]) == ("1.0", "")
    assert sorted(whole["versions"]) == ["1.0", "1.1"]
    assert tagged(server, cast.alice, "free") == tagged(server, cast.alice, "dear") == {key}
    assert events(server, cast.alice, key) == {"k1", "v1", "v2", "o1"}
    assert call(server, cast.alice, "info", issue_id=value).data == whole
    assert len(call(server, cast.alice, "comment/list", issue_id=value).data["items"]) == 1
    agree(server, cast, gone.digest, gone.tracking_id, key)
    dear = {"plan": "dear"}
    send(server.database, shop, crash("v3", server.clock.now(), "ValueError", tags=dear))
    assert events(server, cast.alice, value) == {"k1", "v1", "v2", "o1", "v3"}
    call(server, cast.alice, "update", issue_id=value, status="resolved")
    server.clock.advance(1)
    send(server.database, shop, crash("v4", server.clock.now(), "ValueError", version="2.0"))
    (back,) = by_type(server, cast.alice).values()
    assert (back["status"], back["regression"]["regressed_at_version"]) == ("for_review", "2.0")
    agree(server, cast, gone.digest, gone.tracking_id, key)

    listed = call(server, cast.charlie, "merge/list", issue_id=key).data
    assert {each["issue_id"] for each in listed["items"]} == {value, other}
    assert {each["title"] for each in listed["items"]} == {"ValueError: 'x'", "OSError: 'x'"}
    answer = call(server, cast.alice, "unmerge", issue_id=key, source_issue_ids=[value])
    assert answer.data == {"issue_ids": [value]}
    server.restart()
    after = by_type(server, cast.alice)
    assert set(after) == {"KeyError", "ValueError"}
    assert (after["ValueError"]["issue_id"], after["ValueError"]["error_count"]) == (value, 4)
    assert (after["ValueError"]["status"], after["KeyError"]["error_count"]) == ("reviewed", 2)
    assert events(server, cast.alice, value) == {"v1", "v2", "v3", "v4"}
    assert events(server, cast.alice, key) == {"k1", "o1"}
    agree(server, cast, gone.digest, gone.tracking_id, key, value)
    assert (tagged(server, cast.alice, "free"), tagged(server, cast.alice, "dear")) == (
        {value},
        {key, value},
    )
    send(server.database, shop, crash("v5", server.clock.now(), "ValueError"))
    assert "v5" in events(server, cast.alice, value)
    kinds = [
        e["type"] for e in call(server, cast.bob, "activity/list", issue_id=value).data["items"]
    ]
    assert [kind for kind in kinds if "merged" in kind] == ["unmerged", "merged"]
    (left,) = call(server, cast.charlie, "merge/list", issue_id=key).data["items"]
    assert left["issue_id"] == other


def test_a_hash_can_be_split_off(server: Server, cast: Cast, shop: Application) -> None:
    three(server, shop)
    found = by_type(server, cast.alice)
    key, value = found["KeyError"]["issue_id"], found["ValueError"]["issue_id"]
    call(server, cast.alice, "merge", issue_id=key, source_issue_ids=[value])
    hashes = call(server, cast.alice, "merge/list", issue_id=key).data["hashes"]
    own = [each["digest"] for each in hashes if each["is_own"]]
    refused = call(server, cast.alice, "unmerge", issue_id=key, digests=own)
    assert refused.code == "InvalidParameter"
    (merged,) = call(server, cast.alice, "merge/list", issue_id=key).data["items"]
    new = call(server, cast.alice, "unmerge", issue_id=key, digests=merged["digests"]).data
    (issue_id,) = new["issue_ids"]
    assert events(server, cast.alice, issue_id) == {"v1", "v2"}
    shown = call(server, cast.alice, "info", issue_id=issue_id).data
    assert (shown["error_count"], shown["session_count"], shown["status"]) == (2, 2, "for_review")
    agree(server, cast, issue_id, key)
    send(server.database, shop, crash("v9", server.clock.now(), "ValueError"))
    assert "v9" in events(server, cast.alice, issue_id)


@pytest.mark.effect(
    "/rum/issue/event/move", "/rum/issue/event/delete", seen_by="/rum/issue/event/list"
)
def test_one_event_is_moved_and_one_deleted(server: Server, cast: Cast, shop: Application) -> None:
    three(server, shop)
    found = by_type(server, cast.alice)
    key, value = found["KeyError"]["issue_id"], found["ValueError"]["issue_id"]
    move = {"issue_id": value, "event_id": "v2", "target_issue_id": key}
    assert call(server, cast.bob, "event/move", **move).data == {}
    assert call(server, cast.bob, "event/move", **move).code == "ResourceNotFound"
    assert call(server, cast.charlie, "event/delete", issue_id=key, event_id="k1").status == 403
    server.restart()
    assert (events(server, cast.bob, key), events(server, cast.bob, value)) == (
        {"k1", "v2"},
        {"v1"},
    )
    after = by_type(server, cast.alice)
    assert (after["KeyError"]["error_count"], after["ValueError"]["error_count"]) == (2, 1)
    assert (after["KeyError"]["session_count"], after["KeyError"]["age"]) == (2, 1)
    assert call(server, cast.alice, "event/delete", issue_id=key, event_id="k1").data == {}
    server.restart()
    assert events(server, cast.bob, key) == {"v2"}
    shown = call(server, cast.bob, "info", issue_id=key).data
    assert (shown["error_count"], shown["age"]) == (1, 0)
    assert (
        call(server, cast.bob, "event/info", issue_id=key, event_id="k1").code == "ResourceNotFound"
    )
    agree(server, cast, key, value)


def test_counts_are_exact_where_events_were_sampled_away(
    server: Server, cast: Cast, shop: Application
) -> None:
    three(server, shop)
    found = by_type(server, cast.alice)
    key, value = found["KeyError"]["issue_id"], found["ValueError"]["issue_id"]
    call(server, cast.alice, "merge", issue_id=key, source_issue_ids=[value])
    at = server.clock.now()
    send(server.database, shop, *[crash(f"more{n}", at, "ValueError") for n in range(300)])
    send(server.database, shop, *[crash(f"own{n}", at, "KeyError") for n in range(50)])
    with server.database.write() as tx:
        while engine.sweep(tx, 500):
            pass
    with server.database.read() as tx:
        left = [one.event_id for one in issue_event.listed(tx, cast.account_id, key)]
    assert len(left) < 200
    one = max(event_id for event_id in left if event_id.startswith("more"))
    assert call(server, cast.alice, "event/delete", issue_id=key, event_id=one).data == {}
    call(server, cast.alice, "unmerge", issue_id=key, source_issue_ids=[value])
    counts = {kind: each["error_count"] for kind, each in by_type(server, cast.alice).items()}
    assert counts == {"KeyError": 51, "ValueError": 301, "OSError": 1}


def test_what_cannot_be_one_is_refused(server: Server, cast: Cast, shop: Application) -> None:
    three(server, shop)
    with server.database.write() as tx:
        another = register(tx, cast.account_id, "Other")
    send(server.database, another, crash("x", server.clock.now(), "TypeError"))
    found = by_type(server, cast.alice)
    key, foreign = found["KeyError"]["issue_id"], found["TypeError"]["issue_id"]
    for sources in ([key], [foreign], []):
        answer = call(server, cast.alice, "merge", issue_id=key, source_issue_ids=sources)
        assert answer.code == "InvalidParameter"
    for name, wish in {"source_issue_ids": ["none"], "digests": ["none"]}.items():
        assert call(server, cast.alice, "unmerge", issue_id=key, **{name: wish}).status >= 400
    assert call(server, cast.alice, "unmerge", issue_id=key).code == "InvalidParameter"


def test_a_merged_issue_is_told_as_over_and_in_any_order_the_counts_agree(
    server: Server, cast: Cast, shop: Application
) -> None:
    three(server, shop)
    found = by_type(server, cast.alice)
    key, value, other = (found[kind]["issue_id"] for kind in ("KeyError", "ValueError", "OSError"))
    call(server, cast.alice, "merge", issue_id=value, source_issue_ids=[other])
    call(server, cast.alice, "merge", issue_id=key, source_issue_ids=[value])
    (whole,) = by_type(server, cast.alice).values()
    assert whole["error_count"] == shown_by_the_hour(server, shop) == 4
    with server.database.read() as tx:
        assert issues.get(tx, cast.account_id, other).merged_into == key
        assert issues.get(tx, cast.account_id, value).stage is Stage.RESOLVED
    for source in (value, other):
        call(server, cast.alice, "unmerge", issue_id=key, source_issue_ids=[source])
    assert shown_by_the_hour(server, shop) == 4
    counts = {kind: each["error_count"] for kind, each in by_type(server, cast.alice).items()}
    assert counts == {"KeyError": 1, "ValueError": 2, "OSError": 1}
    assert events(server, cast.alice, other) == {"o1"}
