"""Grouping rules over HTTP: tried out, saved, and obeyed by the errors that come next."""

from typing import Any

import pytest

from tests.cast import Cast, Person
from tests.errors import crash, register, send
from tests.server import Answer, Server
from tocsin.domain.application import Application
from tocsin.domain.error_event import Frame, Thrown
from tocsin.kernel.units import DAY

ONE = 'error.type:*Down -> database-down title="The database is down"'


@pytest.fixture
def shop(server: Server, cast: Cast) -> Application:
    with server.database.write() as tx:
        return register(tx, cast.account_id)


def grouping(server: Server, who: Person, verb: str, shop: Application, **wish: Any) -> Answer:
    path = f"/rum/application/grouping/{verb}"
    return server.post(path, {"application_id": shop.id} | wish, who.key)


def titles(server: Server, who: Person) -> dict[str, int]:
    now = server.clock.now()
    window = {"start_time": now - DAY, "end_time": now + DAY}
    found = server.post("/rum/issue/list", window, who.key).data["items"]
    return {each["error"]["message"]: each["error_count"] for each in found}


@pytest.mark.effect(
    "/rum/application/grouping/update",
    "/rum/application/grouping/info",
    "/rum/application/grouping/preview",
    seen_by="/rum/application/grouping/info",
)
def test_rules_are_tried_out_saved_and_obeyed(
    server: Server, cast: Cast, shop: Application
) -> None:
    at = server.clock.now()
    for number, kind in enumerate(("ReadDown", "WriteDown", "KeyError")):
        thrown = crash("x", at, kind).exceptions[0]
        error = crash(f"e{number}", at, exceptions=(Thrown(kind, kind, thrown.frames),))
        send(server.database, shop, error, crash_of(error, f"f{number}", tenant="acme"))
    assert titles(server, cast.alice) == {"ReadDown": 2, "WriteDown": 2, "KeyError": 2}
    info = grouping(server, cast.charlie, "info", shop).data
    assert (info["fingerprint_rules"], info["stack_rules"]) == ("", "")
    same = grouping(server, cast.bob, "preview", shop).data
    assert (same["event_count"], same["issue_count"], same["issues"]) == (6, 3, [])

    tried = grouping(server, cast.bob, "preview", shop, fingerprint_rules=ONE).data
    assert (tried["joined_count"], tried["split_count"]) == (2, 0)
    assert {each["title"] for each in tried["issues"]} == {
        "ReadDown: ReadDown",
        "WriteDown: WriteDown",
    }
    (target,) = tried["issues"][0]["targets"]
    assert (target["issue_id"], target["is_new"], target["event_count"]) == ("new-1", True, 2)
    assert target["parts"] == ["database-down"]
    assert "database-down" in target["reason"]
    split = grouping(
        server,
        cast.bob,
        "preview",
        shop,
        fingerprint_rules="tags.tenant:* -> {{ default }} {{ tags.tenant }}",
    ).data
    assert (split["joined_count"], split["split_count"]) == (0, 3)
    assert grouping(server, cast.bob, "info", shop).data == info

    assert grouping(server, cast.alice, "update", shop, fingerprint_rules=ONE).data == {}
    grouping(server, cast.alice, "update", shop, stack_rules="function:handle +app")
    server.restart()
    saved = grouping(server, cast.charlie, "info", shop).data
    assert (saved["fingerprint_rules"], saved["stack_rules"]) == (ONE, "function:handle +app")
    assert (saved["updated_by"], saved["updated_at"]) == (cast.alice.id, server.clock.now())

    for number, kind in enumerate(("ReadDown", "WriteDown", "KeyError")):
        thrown = crash("x", at, kind).exceptions[0]
        error = crash(f"g{number}", at, exceptions=(Thrown(kind, kind, thrown.frames),))
        send(server.database, shop, error)
    after = {"The database is down": 2, "ReadDown": 2, "WriteDown": 2, "KeyError": 3}
    assert titles(server, cast.alice) == after


def crash_of(error: Any, event_id: str, **tags: str) -> Any:
    return crash(event_id, error.received_at, exceptions=error.exceptions, tags=tags)


def test_who_may_not_and_what_cannot_be_read_is_refused(
    server: Server, cast: Cast, shop: Application
) -> None:
    refused = grouping(server, cast.alice, "update", shop, fingerprint_rules="ok:1 -> x")
    assert refused.code == "InvalidParameter"
    assert "line 1: ok is no matcher" in refused.message
    assert grouping(server, cast.bob, "preview", shop, stack_rules="x").code == "InvalidParameter"
    assert grouping(server, cast.charlie, "update", shop, stack_rules="").status == 403
    with server.database.write() as tx:
        other = register(tx, cast.account_id, "Hidden", is_private=True)
    assert grouping(server, cast.bob, "preview", other).code == "ResourceNotFound"


def lines(*told: str) -> tuple[Thrown, ...]:
    frames = [Frame(function=f"f{n}", module="m", context_line=line) for n, line in enumerate(told)]
    return (Thrown("KeyError", "'x'", tuple(frames)),)


def issue_ids(server: Server, who: Person) -> list[str]:
    now = server.clock.now()
    window = {"start_time": now - DAY, "end_time": now + DAY, "orderby": "created_at"}
    found = server.post("/rum/issue/list", window, who.key).data["items"]
    return [each["issue_id"] for each in found]


def test_a_newer_version_groups_beside_the_older_and_keeps_its_issues(
    server: Server, cast: Cast, shop: Application
) -> None:
    """What version 1 tells apart by the way in, version 2 takes for one fault."""
    grouping(server, cast.alice, "update", shop, version=1)
    assert grouping(server, cast.alice, "update", shop, version=9).code == "InvalidParameter"
    at = server.clock.now()
    one, other = lines("a()", "x = y[z]"), lines("b()", "x = y[z]")
    one = (Thrown("KeyError", "'x'", (Frame("web", "m"), *one[0].frames[1:])),)
    other = (Thrown("KeyError", "'x'", (Frame("cron", "m"), *other[0].frames[1:])),)
    send(server.database, shop, crash("a", at, exceptions=one))
    server.clock.advance(1)
    send(server.database, shop, crash("b", at, exceptions=other))
    before = issue_ids(server, cast.alice)
    assert len(before) == 2
    tried = grouping(server, cast.bob, "preview", shop, version=2).data
    assert tried["joined_count"] == 1
    grouping(server, cast.alice, "update", shop, version=2)
    send(server.database, shop, crash("c", at, exceptions=one), crash("d", at, exceptions=other))
    third = (Thrown("KeyError", "'x'", (Frame("cli", "m"), *one[0].frames[1:])),)
    send(server.database, shop, crash("e", at, exceptions=third))
    assert issue_ids(server, cast.alice) == before
    counts = [
        server.post("/rum/issue/info", {"issue_id": each}, cast.bob.key).data["error_count"]
        for each in before
    ]
    assert sorted(counts) == [1, 4]


@pytest.mark.effect("/rum/issue/grouping/compare", seen_by="/rum/issue/grouping/compare")
@pytest.mark.effect("/rum/issue/similar", seen_by="/rum/issue/similar")
def test_errors_are_compared_and_similar_issues_suggested(
    server: Server, cast: Cast, shop: Application
) -> None:
    at = server.clock.now()
    for number, line in enumerate(("total = cart[key]", "total = cart[name]")):
        server.clock.advance(1)
        send(server.database, shop, crash(f"e{number}", at, exceptions=lines("run()", line)))
    send(
        server.database,
        shop,
        crash("e9", at, "OSError", exceptions=(Thrown("OSError", "disk gone"),)),
    )
    found = server.post(
        "/rum/issue/list", {"start_time": at - DAY, "end_time": at + DAY}, cast.bob.key
    )
    ids = [each["issue_id"] for each in found.data["items"] if each["error"]["type"] == "KeyError"]
    second, first = ids

    def compare(issue_id: str, other: str) -> Any:
        wish = {"issue_id": issue_id, "other_issue_id": other}
        return server.post("/rum/issue/grouping/compare", wish, cast.charlie.key).data

    compare(first, second)
    server.post("/rum/issue/similar", {"issue_id": first}, cast.bob.key)
    server.restart()
    apart = compare(first, second)
    assert (apart["is_together"], apart["reason"]) == (
        False,
        "They are two issues: they differ in 2 parts.",
    )
    sides = {each["part"]: each["side"] for each in apart["comparisons"][0]["parts"]}
    assert sides == {
        "KeyError": "both",
        "m f1 total = cart[key]": "first",
        "m f1 total = cart[name]": "second",
    }
    assert [each["version"] for each in apart["comparisons"]] == [2, 1]
    assert compare(first, first)["comparisons"][0]["shared_hashes"] == ["app", "system"]
    similar = server.post("/rum/issue/similar", {"issue_id": first}, cast.bob.key).data["items"]
    assert [each["issue_id"] for each in similar] == [second]
    assert similar[0]["title_score"] == 1.0
    assert 0.6 <= similar[0]["score"] < 1
    wish = {"issue_id": first, "source_issue_ids": [second]}
    server.post("/rum/issue/merge", wish, cast.bob.key)
    assert server.post("/rum/issue/similar", {"issue_id": first}, cast.bob.key).data["items"] == []
    together = server.post(
        "/rum/issue/grouping/compare",
        {"issue_id": first, "other_issue_id": first, "event_id": "e0", "other_event_id": "e1"},
        cast.bob.key,
    ).data
    assert together["is_together"]
    assert "it was merged" in together["reason"]
