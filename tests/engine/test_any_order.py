"""Whatever applications send, in whichever order and however often it comes: it comes to the same."""

import json
from random import Random  # noqa: TID251 - a test's chances come from its seed
from typing import Any

from sqlalchemy import Table, select

from tests.cast import Cast
from tests.edge.doors import Keys, application, digest, issues
from tests.server import Server
from tocsin.store.tables.error_extra import issue_feedback, release_health, trace_log
from tocsin.store.tables.issue import issue_user
from tocsin.store.tables.rum import rum_event, rum_session

ORDERS = 5
TRACE = "0af7651916cd43dd8448eb211c80319c"
STACK = "TypeError: no total\n  at total @ http://shop.example/app.js:8:29"
Request = tuple[str, Any]


def requests(at: int) -> list[Request]:
    """What one application sends by every door, about the same minute."""
    thrown = {"values": [{"type": "KeyError", "value": "'x'"}]}
    attrs = {"attrs": {"release": "1.0", "environment": "prod"}, "started": at / 1000}
    about = {"message": "It broke", "associated_event_id": "a" * 32}
    crash = {"exception": thrown, "release": "1.0", "user": {"id": "u-1"}}
    said: list[Request] = [
        ("envelope", ("event", {**crash, "event_id": "a" * 32, "timestamp": at / 1000})),
        ("envelope", ("event", {**crash, "event_id": "b" * 32, "timestamp": at / 1000 - 5})),
        ("envelope", ("user_report", {"event_id": "b" * 32, "comments": "Mine too"})),
        ("envelope", ("feedback", {"event_id": "f" * 32, "contexts": {"feedback": about}})),
        ("envelope", ("session", {"sid": "s", "init": True, "status": "ok", **attrs})),
        ("envelope", ("session", {"sid": "s", "status": "ok", "errors": 1, **attrs})),
        ("envelope", ("session", {"sid": "s", "status": "crashed", "errors": 2, **attrs})),
        (
            "envelope",
            ("log", {"items": [{"trace_id": TRACE, "timestamp": at / 1000, "body": "x"}]}),
        ),
    ]
    plain = {"session": {"id": "rum"}, "usr": {"id": "u-2"}, "date": at, "service": "shop"}
    error = {"id": "e" * 32, "message": "m", "type": "E", "source": "source", "stack": STACK}
    for version in (1, 2, 3):
        view = {"id": "v", "url": "http://shop.example/", "time_spent": version * 10**9}
        said.append(
            ("rum", {**plain, "type": "view", "view": view, "_dd": {"document_version": version}})
        )
    said.append(("rum", {**plain, "type": "error", "view": {"id": "v"}, "error": error}))
    named = {"exception.type": "OtlpError", "exception.message": "m", "user.id": "u-3"}
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in named.items()]
    record = {"traceId": TRACE, "timeUnixNano": str(at * 10**6), "attributes": pairs}
    said.append(("logs", {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}))
    event = {"name": "exception", "timeUnixNano": str(at * 10**6), "attributes": pairs}
    span = {"traceId": TRACE, "name": "pay", "events": [event]}
    said.append(("traces", {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))
    tags = {"session_id": "tw", "view_id": "w", "userid": "u-4", "view_path": "/"}
    broken = {"error_type": "TwError", "error_source": "source", "error_id": "d" * 32}
    fields = {"error_message": "m", "error_stack": STACK}
    for one, values in ((tags, {"time_spent": 10**9}), (tags, {"time_spent": 5 * 10**9})):
        said.append(
            ("write/rum", [{"measurement": "view", "tags": one, "fields": values, "time": at}])
        )
    point = {"measurement": "error", "tags": {**tags, **broken}, "fields": fields, "time": at}
    return [*said, ("write/rum", [point])]


def send(server: Server, keys: Keys, request: Request) -> None:
    door, said = request
    body = json.dumps(said)
    headers = {"Content-Type": "application/json"}
    match door:
        case "envelope":
            kind, payload = said
            path = f"/api/{keys.project}/envelope/?sentry_key={keys.public_key}"
            body = "\n".join(["{}", json.dumps({"type": kind}), json.dumps(payload)])
        case "rum":
            path = f"/api/v2/rum?dd-api-key={keys.client_token}"
        case "logs" | "traces":
            path = f"/v1/{door}"
            headers["Authorization"] = f"Bearer {keys.client_token}"
        case _:
            path = f"/v1/{door}?token={keys.client_token}&precision=ms"
    answer = server.request("POST", path, content=body.encode(), headers=headers)
    assert answer.is_success, (door, answer.text)


def state(server: Server, cast: Cast, keys: Keys) -> Any:
    """All that an application's requests came to, without ids that are drawn anew each time."""
    told = [
        (
            one["error"],
            one["error_count"],
            one["session_count"],
            one["first_seen"],
            one["last_seen"],
        )
        for one in issues(server, cast, keys)
    ]
    with server.database.read() as tx:

        def rows(table: Table, *without: str) -> list[Any]:
            drawn = {"id", "account_id", "application_id", "digest", "received_at", *without}
            columns = [column for column in table.columns if column.name not in drawn]
            mine = select(*columns).where(table.c.application_id == keys.application_id)
            return sorted(tx.tuples(mine), key=repr)

        linked = select(issue_feedback.c.feedback_id).where(
            issue_feedback.c.application_id == keys.application_id, issue_feedback.c.digest != ""
        )
        people = sorted(tx.values(select(issue_user.c.user_id)))
        return (
            sorted(told, key=repr),
            rows(rum_event, "expires_at", "payload"),
            rows(rum_session, "expires_at"),
            rows(release_health),
            rows(trace_log),
            len(tx.values(linked)),
            {*people},
        )


def test_order_and_repeats_change_nothing_by_any_door(server: Server, cast: Cast) -> None:
    at = server.clock.now() - 60_000
    came = []
    for seed in range(ORDERS):
        keys = application(server, cast, application_name=f"Shop {seed}")
        rng = Random(seed)
        sent = [*requests(at), *requests(at)] if seed else requests(at)
        if seed:
            rng.shuffle(sent)
        for request in sent:
            send(server, keys, request)
            if rng.random() < 0.4:
                digest(server)
        digest(server)
        came.append(state(server, cast, keys))
    assert came[1:] == came[:1] * (ORDERS - 1)
    told, events, sessions, health, logs, linked, people = came[0]
    assert sorted((error["type"], count) for error, count, *_ in told) == [
        ("E", 1),
        ("KeyError", 2),
        ("OtlpError", 1),
        ("TwError", 1),
    ]
    assert (len(events), len(sessions), len(health), len(logs), linked) == (4, 2, 1, 2, 2)
    assert people == {"u-1", "u-2", "u-3", "u-4"}
