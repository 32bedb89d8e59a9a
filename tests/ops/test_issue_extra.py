"""What comes beside errors by the doors of Sentry: shown at the issue, the release, the heartbeat."""

import json
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.crons import MonitorStatus, capture_checkin

from tests.cast import Cast
from tests.edge.doors import EVENT_ID, Keys, application, digest, issues
from tests.server import Server
from tests.sources.corpus import recorded
from tocsin.kernel.units import DAY

TRACE = "0af7651916cd43dd8448eb211c80319c"
THROWN = {"values": [{"type": "KeyError", "value": "'x'"}]}
EVENT = {"exception": THROWN, "contexts": {"trace": {"trace_id": TRACE}}}
CSP = {
    "document-uri": "http://shop.example/cart",
    "effective-directive": "script-src-elem",
    "blocked-uri": "https://evil.example/a.js?x=1",
    "disposition": "enforce",
}


def envelope(*items: tuple[str, Any], **header: Any) -> bytes:
    parts = [json.dumps(header).encode()]
    for kind, payload in items:
        parts += [json.dumps({"type": kind}).encode(), json.dumps(payload).encode()]
    return b"\n".join(parts)


def send(
    server: Server, keys: Keys, body: bytes, endpoint: str = "envelope", more: str = ""
) -> None:
    path = f"/api/{keys.project}/{endpoint}/?sentry_key={keys.public_key}{more}"
    assert server.request("POST", path, content=body).status_code == 200
    digest(server)


def log(body: str, at: float) -> dict[str, Any]:
    named = {"sentry.origin": {"value": "manual", "type": "string"}}
    return {"trace_id": TRACE, "timestamp": at, "level": "warn", "body": body, "attributes": named}


@pytest.mark.effect("/rum/issue/feedback/list", seen_by="/rum/issue/feedback/list")
@pytest.mark.effect("/rum/issue/event/log/list", seen_by="/rum/issue/event/log/list")
def test_words_and_log_lines_stand_at_the_issue_whichever_came_first(
    server: Server, cast: Cast
) -> None:
    keys = application(server, cast)
    at = server.clock.now() / 1000
    early = {"event_id": EVENT_ID, "name": "Uma", "email": "uma@b.example", "comments": "It broke"}
    about = {
        "message": "Still broken",
        "associated_event_id": EVENT_ID,
        "contact_email": "a@b.example",
    }
    late = {"event_id": "f" * 32, "contexts": {"feedback": about}}
    lines = {"items": [log("second", at), log("first", at - 1)]}
    came = [
        envelope(("user_report", early)),
        envelope(("log", lines)),
        envelope(("event", EVENT), event_id=EVENT_ID),
        envelope(("feedback", late)),
    ]
    for body in [*came, *came]:
        send(server, keys, body)
    (issue,) = issues(server, cast, keys)
    wish = {"issue_id": issue["issue_id"]}
    paths = ("/rum/issue/feedback/list", "/rum/issue/event/log/list")
    before = [server.post(path, wish, cast.bob.key).data for path in paths]
    server.restart()
    words, said = [server.post(path, wish, cast.bob.key).data for path in paths]
    assert [words, said] == before
    assert words["total"] == 2
    assert {one["message"] for one in words["items"]} == {"It broke", "Still broken"}
    assert (said["trace_id"], [one["body"] for one in said["items"]]) == (
        TRACE,
        ["first", "second"],
    )
    assert said["items"][0]["level"] == "warn"


@pytest.mark.effect("/rum/release/list", seen_by="/rum/release/list")
def test_a_release_shows_the_share_of_its_sessions_without_a_crash(
    server: Server, cast: Cast
) -> None:
    keys = application(server, cast)
    now = server.clock.now()
    named = {"attrs": {"release": "shop@1.0", "environment": "prod"}, "started": now / 1000 - 60}

    def report(sid: str, **more: Any) -> bytes:
        return envelope(("session", {"sid": sid, **named, **more}))

    crashed = [
        report("a", did="eve", status="crashed", errors=1),
        report("a", did="eve", init=True, status="ok"),
    ]
    well = [
        report("b", did="eve", init=True, status="ok"),
        report("b", did="adam", status="exited", errors=2),
    ]
    for body in [*crashed, *well, *well, *crashed]:
        send(server, keys, body)
    bucket = {"started": now / 1000 - 60, "exited": 5, "crashed": 1, "did": "cain"}
    send(server, keys, envelope(("sessions", {"aggregates": [bucket], "attrs": named["attrs"]})))
    span = {"start_time": now - DAY, "end_time": now + DAY}
    wish = {"application_id": keys.application_id, **span}
    before = server.post("/rum/release/list", wish, cast.charlie.key).data
    server.restart()
    found = server.post("/rum/release/list", wish, cast.charlie.key).data
    assert found == before
    (release,) = found["items"]
    assert (release["version"], release["env"], release["session_count"]) == ("shop@1.0", "prod", 8)
    assert (release["crashed_count"], release["errored_count"]) == (2, 1)
    assert release["crash_free_rate"] == 0.75
    assert (release["user_count"], release["crash_free_user_rate"]) == (3, 0.333333)
    assert server.post("/rum/release/list", wish | {"env": "x"}, cast.bob.key).data["items"] == []


def job(client: sentry_sdk.Client) -> None:
    """A job that checks in as the SDK for Python does."""
    timing = {"schedule": {"type": "interval", "value": 10, "unit": "minute"}, "checkin_margin": 2}
    started = capture_checkin("nightly", status=MonitorStatus.IN_PROGRESS, monitor_config=timing)
    capture_checkin("nightly", check_in_id=started, status=MonitorStatus.ERROR)


def test_a_check_in_is_a_ping_of_a_heartbeat_that_it_makes(server: Server, cast: Cast) -> None:
    keys = application(server, cast)
    bodies = recorded(job, environment="prod")
    send(server, keys, bodies[0])
    wish = {"application_id": keys.application_id}
    unheard = server.post("/rum/error-tally/list", wish, cast.alice.key).data["items"]
    assert [one["name"] for one in unheard] == ["check_in unheard"]
    jobs = {"plugin_type": "heartbeat", "name": "Jobs"}
    server.post("/datasource/upsert", jobs, cast.alice.key)
    for body in bodies:
        send(server, keys, body)
    (found,) = server.post("/heartbeat/list", {}, cast.alice.key).data["items"]
    assert (found["heartbeat_name"], found["status"], found["reason"]) == (
        *("nightly (prod)", "down", "failed"),
    )
    assert (found["period"], found["grace"], found["ping_count"]) == (600, 120, 2)


def test_a_job_checks_in_by_address_alone(server: Server, cast: Cast) -> None:
    keys = application(server, cast)
    server.post("/datasource/upsert", {"plugin_type": "heartbeat", "name": "Jobs"}, cast.alice.key)
    path = f"/api/{keys.project}/cron/back%20up/{keys.public_key}/"
    timing = {"schedule": {"type": "crontab", "value": "5 3 * * *"}, "timezone": "Europe/Berlin"}
    first = json.dumps({"monitor_config": timing, "status": "in_progress"}).encode()
    assert server.request("POST", path, content=first).status_code == 202
    assert server.request("GET", f"{path}?status=ok").status_code == 202
    digest(server)
    (found,) = server.post("/heartbeat/list", {}, cast.alice.key).data["items"]
    assert (found["heartbeat_name"], found["status"]) == ("back up", "up")
    assert (found["cron"], found["time_zone"]) == ("5 3 * * *", "Europe/Berlin")
    stranger = path.replace(keys.public_key, "0" * 32)
    refused = [f"{path}?status=maybe", f"{stranger}?status=ok"]
    assert [server.request("GET", one).status_code for one in refused] == [400, 403]
    assert server.request("POST", path, content=bytes(200_000)).status_code == 413


def test_a_blocked_script_is_an_issue_and_an_extensions_is_not(server: Server, cast: Cast) -> None:
    keys = application(server, cast)
    foreign = CSP | {"blocked-uri": "chrome-extension://abc/x.js"}
    body = {"effectiveDirective": "script-src-elem", "blockedURL": "https://evil.example/b.js"}
    reported = [{"type": "csp-violation", "url": "http://shop.example/", "body": body}]
    for said in ({"csp-report": CSP}, {"csp-report": foreign}, reported):
        more = "&sentry_environment=prod&sentry_release=1.4"
        send(server, keys, json.dumps(said).encode(), "security", more)
    (issue,) = issues(server, cast, keys)
    assert issue["error"]["message"] == "Blocked script-src-elem from https://evil.example"
    assert (issue["error_count"], issue["versions"]) == (2, ["1.4"])
    path = f"/api/{keys.project}/security/?sentry_key={keys.public_key}"
    assert server.request("POST", path, content=b'{"a": 1}').status_code == 400


def test_what_sdks_dropped_is_summed_up(server: Server, cast: Cast) -> None:
    keys = application(server, cast)
    drops = [
        {"reason": "queue_overflow", "category": "error", "quantity": 40},
        {"reason": "sample_rate", "category": "transaction", "quantity": 7},
    ]
    send(server, keys, envelope(("client_report", {"discarded_events": drops})))
    wish = {"application_id": keys.application_id}
    found = server.post("/rum/error-tally/list", wish, cast.alice.key).data
    assert (found["dropped_by_sdk"], len(found["items"])) == (40, 2)
