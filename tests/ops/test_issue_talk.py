"""The timeline of an issue, comments and links, over HTTP."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.errors import crash, register, send
from tests.server import Server
from tocsin.domain.application import Application


@pytest.fixture
def shop(server: Server, cast: Cast) -> Application:
    with server.database.write() as tx:
        return register(tx, cast.account_id)


@pytest.fixture
def issue_id(server: Server, cast: Cast, shop: Application) -> str:
    now = server.clock.now()
    send(server.database, shop, crash("a", now, version="1.0"))
    window = {"start_time": now - 1000, "end_time": now}
    (item,) = server.post("/rum/issue/list", window, cast.alice.key).data["items"]
    return str(item["issue_id"])


def timeline(server: Server, cast: Cast, issue_id: str) -> list[dict[str, Any]]:
    page = {"issue_id": issue_id, "limit": 100}
    items = server.post("/rum/issue/activity/list", page, cast.charlie.key).data["items"]
    return list(reversed(items))


@pytest.mark.effect("/rum/issue/activity/list", seen_by="/rum/issue/activity/list")
def test_the_timeline_says_who_did_what_and_why(
    server: Server, cast: Cast, shop: Application, issue_id: str
) -> None:
    def update(**change: str) -> None:
        request = {"issue_id": issue_id} | change
        assert server.post("/rum/issue/update", request, cast.bob.key).data == {}

    update(suspected_cause="network.error")
    update(status="resolved")
    server.clock.advance(5)
    again = crash("b", server.clock.now(), version="1.1", is_crash=True)
    send(server.database, shop, again)
    send(server.database, shop, again)
    told = timeline(server, cast, issue_id)
    server.restart()
    assert timeline(server, cast, issue_id) == told
    assert [(one["type"], one["creator_id"]) for one in told] == [
        ("created", 0),
        ("cause", cast.bob.id),
        ("stage", cast.bob.id),
        ("regressed", 0),
        ("severity", 0),
    ]
    assert told[1]["detail"]["to"] == "network.error"
    assert told[2]["detail"] == {"from": "Triage", "to": "Resolved"}
    assert told[3]["reason"] == "It came back in 1.1."
    assert told[4]["detail"]["to"] == "Critical"


@pytest.mark.effect(
    "/rum/issue/comment/create", "/rum/issue/comment/list", seen_by="/rum/issue/comment/list"
)
def test_a_comment_stands_on_the_issue_and_its_timeline(
    server: Server, cast: Cast, issue_id: str
) -> None:
    request = {"issue_id": issue_id, "comment": "The cart was empty."}
    made = server.post("/rum/issue/comment/create", request, cast.bob.key).data

    def comments() -> list[Any]:
        answer = server.post("/rum/issue/comment/list", {"issue_id": issue_id}, cast.alice.key)
        return list(answer.data["items"])

    before = comments()
    server.restart()
    (shown,) = comments()
    assert [shown] == before
    assert shown == {
        "comment_id": made["comment_id"],
        "comment": "The cart was empty.",
        "creator_id": cast.bob.id,
        "created_at": server.clock.now(),
    }
    assert timeline(server, cast, issue_id)[-1]["detail"]["text"] == "The cart was empty."


@pytest.mark.effect(
    "/rum/issue/link/create",
    "/rum/issue/link/delete",
    "/rum/issue/link/list",
    seen_by="/rum/issue/link/list",
)
def test_links_lead_to_pages_and_never_to_scripts(
    server: Server, cast: Cast, issue_id: str
) -> None:
    def link(kind: str, target: str) -> Any:
        request = {"issue_id": issue_id, "kind": kind, "target": target, "title": "What we learnt"}
        return server.post("/rum/issue/link/create", request, cast.bob.key)

    def shown() -> list[Any]:
        answer = server.post("/rum/issue/link/list", {"issue_id": issue_id}, cast.bob.key)
        return list(answer.data["items"])

    for bad in ("javascript:alert(1)", "wiki", "https://", "http://[::1"):
        assert link("post_mortem", bad).code == "InvalidParameter"
    assert link("incident", "0" * 24).code == "ResourceNotFound"
    kept = link("post_mortem", "https://wiki.example/1").data
    assert link("post_mortem", "https://wiki.example/1").data == kept
    gone = link("url", "https://wiki.example/2").data
    removal = {"issue_id": issue_id, "link_id": gone["link_id"]}
    assert server.post("/rum/issue/link/delete", removal, cast.bob.key).data == {}
    assert server.post("/rum/issue/link/delete", removal, cast.bob.key).code == "ResourceNotFound"
    assert len(shown()) == 1
    server.restart()
    assert [(one["link_id"], one["kind"], one["title"]) for one in shown()] == [
        (kept["link_id"], "post_mortem", "What we learnt")
    ]
    kinds = [one["type"] for one in timeline(server, cast, issue_id)]
    assert kinds == ["created", "linked", "linked", "unlinked"]
