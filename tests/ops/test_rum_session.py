"""Sessions of people, their timelines, and whom an issue hit, over HTTP."""

import json
from random import Random  # noqa: TID251 - a test's chances come from its seed
from typing import Any

import pytest

from tests.cast import Cast
from tests.edge.doors import Keys, application, digest, issues
from tests.server import Server
from tocsin.kernel.units import DAY
from tocsin.store import rum

SECOND_NS = 1_000_000_000
STACK = "TypeError: no total\n  at total @ http://shop.example/app.js:8:29"


def lines(at: int, session_id: str = "s-1", user_id: str = "u-1") -> list[dict[str, Any]]:
    """What an SDK tells of a visit that begins at `at` (ms)."""
    plain = {
        "application": {"id": "a"},
        "session": {"id": session_id, "type": "user"},
        "view": {"id": f"v-{session_id}", "url": "http://shop.example/cart?id=7"},
        "service": "shop",
        "version": "1.4.2",
    }
    person = {**plain, "usr": {"id": user_id, "name": "Uma"}}

    def view(version: int, spent: int) -> dict[str, Any]:
        shown = {**plain["view"], "loading_type": "initial_load", "time_spent": spent}
        return {
            **plain,
            "type": "view",
            "date": at,
            "view": shown,
            "_dd": {"document_version": version},
        }

    named = {"type": "click", "id": f"action-{session_id}", "target": {"name": "Pay"}}
    fetched = {"type": "fetch", "url": "/api/pay", "status_code": 500, "duration": 4 * SECOND_NS}
    broken = {"message": "no total", "type": "TypeError", "source": "source", "stack": STACK}
    return [
        view(1, 0),
        {**plain, "type": "action", "date": at + 10, "action": named},
        {**plain, "type": "resource", "date": at + 20, "resource": fetched},
        {**person, "type": "error", "date": at + 30, "error": broken},
        {**plain, "type": "long_task", "date": at + 40, "long_task": {"duration": SECOND_NS}},
        {**plain, "type": "vital", "date": at + 50, "vital": {"name": "LCP", "type": "duration"}},
        view(3, 9 * SECOND_NS),
        view(2, 5 * SECOND_NS),
        {"type": "telemetry", "date": at},
    ]


def send(server: Server, keys: Keys, told: list[dict[str, Any]]) -> None:
    url = f"/api/v2/rum?dd-api-key={keys.client_token}&ddtags=env:production"
    body = "\n".join(map(json.dumps, told)).encode()
    assert server.request("POST", url, content=body).status_code == 202
    digest(server)


def visit(server: Server, cast: Cast, keys: Keys, session_id: str = "s-1") -> Any:
    wish = {"application_id": keys.application_id, "session_id": session_id}
    return server.post("/rum/session/info", wish, cast.alice.key).data


@pytest.mark.effect("/rum/session/info", seen_by="/rum/session/info")
@pytest.mark.effect("/rum/session/event/info", seen_by="/rum/session/event/info")
@pytest.mark.effect("/rum/session/list", seen_by="/rum/session/list")
@pytest.mark.effect("/rum/issue/user/list", seen_by="/rum/issue/user/list")
def test_an_issue_leads_to_its_people_and_to_what_they_did(server: Server, cast: Cast) -> None:
    keys = application(server, cast)
    at = server.clock.now() - 60_000
    send(server, keys, lines(at))
    send(server, keys, lines(at + 1000, "s-2", "u-2"))
    send(server, keys, lines(at + 2000, "s-3", "u-2"))
    (issue,) = issues(server, cast, keys)
    of_issue = {"issue_id": issue["issue_id"]}
    span = {"start_time": at - DAY, "end_time": at + DAY}
    wishes = {
        "/rum/issue/user/list": of_issue,
        "/rum/session/list": {"application_id": keys.application_id, **of_issue, **span},
        "/rum/session/info": {"application_id": keys.application_id, "session_id": "s-1"},
        "/rum/session/event/info": {
            "application_id": keys.application_id,
            "kind": "action",
            "event_id": "action-s-1",
        },
    }
    before = {path: server.post(path, wish, cast.bob.key).data for path, wish in wishes.items()}
    server.restart()
    found = {path: server.post(path, wish, cast.bob.key).data for path, wish in wishes.items()}
    assert found == before
    users = found["/rum/issue/user/list"]
    assert ({one["user_id"] for one in users["items"]}, users["total"]) == ({"u-1", "u-2"}, 2)
    listed = found["/rum/session/list"]
    assert [one["session_id"] for one in listed["items"]] == ["s-3", "s-2", "s-1"]
    told = found["/rum/session/info"]
    session = told["session"]
    counts = [session[f"{kind}_count"] for kind in ("view", "action", "resource", "error")]
    assert (counts, session["user_name"], session["env"]) == ([1, 1, 1, 1], "Uma", "production")
    assert (session["started_at"], session["last_seen_at"]) == (at, at + 9000)
    assert [(one["kind"], one["name"], one["status"]) for one in told["timeline"]] == [
        ("view", "/cart", 0),
        ("action", "Pay", 0),
        ("resource", "/api/pay", 500),
        ("error", "no total", 0),
        ("long_task", "", 0),
        ("vital", "LCP", 0),
    ]
    assert told["timeline"][3]["issue_id"] == issue["issue_id"]
    assert '"Pay"' in found["/rum/session/event/info"]["payload"]


def test_order_and_repeats_of_events_change_nothing(server: Server, cast: Cast) -> None:
    at = server.clock.now() - 60_000
    came: list[Any] = []
    for seed in range(4):
        keys = application(server, cast, application_name=f"Shop {seed}")
        rng = Random(seed)
        told = [*lines(at), *lines(at), *lines(at + 5, "s-2")]
        if seed:
            rng.shuffle(told)
        size = rng.choice([1, 4, 30])
        for start in range(0, len(told), size):
            send(server, keys, told[start : start + size])
        found = visit(server, cast, keys)
        for one in found["timeline"]:
            one.pop("issue_id")
        came.append((found["session"] | {"expires_at": 0}, found["timeline"]))
    assert came[1:] == came[:1] * 3


def test_details_are_forgotten_before_visits(server: Server, cast: Cast) -> None:
    keys = application(server, cast)
    wish = {"application_id": keys.application_id, "session_days": 20, "resource_days": 3}
    server.post("/rum/retention/update", wish, cast.alice.key)
    send(server, keys, lines(server.clock.now() - 1000))
    left = []
    for days in (2, 2, 17):
        server.clock.advance(days * 86_400)
        with server.database.write() as tx:
            rum.sweep(tx, 100)
        wish = {"application_id": keys.application_id, "session_id": "s-1"}
        answer = server.post("/rum/session/info", wish, cast.alice.key)
        is_there = answer.status == 200
        left.append([one["kind"] for one in answer.data["timeline"]] if is_there else answer.code)
    assert left[0] == ["view", "action", "resource", "error", "long_task", "vital"]
    assert left[1:] == [["view", "action", "error", "vital"], "ResourceNotFound"]
