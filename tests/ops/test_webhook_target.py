"""Webhooks in a receiver's own shape, filtered, sealed, and paused when nobody answers."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.cast import Cast
from tests.incidents import report
from tests.outbound.servers import http_server
from tests.server import Server
from tests.webhooks import Receiver, deliver, history, hook
from tocsin.domain.delivery import DeliveryStatus
from tocsin.engine import webhook_target
from tocsin.store import delivery
from tocsin.store.database import Database


def target(server: Server, cast: Cast) -> dict[str, Any]:
    (found,) = server.post("/webhook/target/list", {}, cast.bob.key).data["items"]
    return dict(found)


def fail_for_a_day(server: Server) -> None:
    for _ in range(13):
        deliver(server)
        server.clock.advance(2 * 3600)
    deliver(server)


@pytest.mark.effect("/webhook/target/list", seen_by="/webhook/target/list")
@pytest.mark.effect("/webhook/target/resume", seen_by="/webhook/target/list")
def test_a_receiver_that_never_answers_is_paused_until_somebody_resumes_it(
    server: Server, cast: Cast, database: Database
) -> None:
    receiver = Receiver(500)
    with http_server(receiver) as port:
        made = hook(server, cast, f"http://127.0.0.1:{port}/")
        assert target(server, cast)["state"] == "working"
        first = report(server, cast.bob)
        deliver(server)
        assert target(server, cast)["state"] == "failing"
        fail_for_a_day(server)
        paused = target(server, cast)
        assert (paused["state"], paused["waiting"]) == ("paused", 1)
        assert "answered 500" in paused["last_error"]
        with database.read() as tx:
            (mail,) = delivery.of(tx, cast.account_id, str(made))
        assert (mail.target, b"is paused" in mail.payload) == ("alice@acme.example", True)
        second = report(server, cast.bob, "Other")
        server.post("/incident/ack", {"incident_ids": [first]}, cast.bob.key)
        before = len(receiver.seen)
        server.clock.advance(3600)
        assert deliver(server) == 0
        assert target(server, cast)["waiting"] == 3
        receiver.status = 200
        wish = {"integration_id": made}
        assert server.post("/webhook/target/resume", wish, cast.alice.key).status == 200
        assert deliver(server) == 3
        assert server.post("/webhook/target/resume", wish, cast.alice.key).code == (
            "InvalidParameter"
        )
    told = [(one["event_type"], one["incident"]["incident_id"]) for one in receiver.bodies[before:]]
    assert sorted(told) == sorted([("i_new", first), ("i_new", second), ("i_ack", first)])
    assert told.index(("i_new", first)) < told.index(("i_ack", first))
    server.restart()
    assert target(server, cast) == {
        "integration_id": made,
        "name": "Chat",
        "state": "working",
        "failures": 0,
        "failing_since": 0,
        "paused_at": 0,
        "last_error": "",
        "waiting": 0,
    }


def test_what_waits_two_days_for_a_paused_receiver_stays_in_the_history(
    server: Server, cast: Cast, database: Database
) -> None:
    receiver = Receiver(500)
    with http_server(receiver) as port:
        made = hook(server, cast, f"http://127.0.0.1:{port}/")
        report(server, cast.bob)
        deliver(server)
        fail_for_a_day(server)
        late = report(server, cast.bob, "Other")
        server.clock.advance(49 * 3600)
        with database.write() as tx:
            assert webhook_target.expire(tx, 200) == 2
            (owed,) = delivery.of(tx, cast.account_id, late)
        assert owed.status is DeliveryStatus.FAILED
        (told,) = history(server, cast, ref_id=late)["items"]
        assert (told["status"], told["attempt"]) == ("failed", 0)
        assert "paused" in told["error_message"]
        receiver.status = 200
        wish = {"integration_id": made, "event_id": told["event_id"]}
        server.post("/webhook/history/replay", wish, cast.alice.key)
        assert deliver(server) == 0
        server.post("/webhook/target/resume", {"integration_id": made}, cast.alice.key)
        assert deliver(server) == 1
    assert receiver.bodies[-1]["event_id"] == told["event_id"]


def test_an_answer_ends_a_row_of_failures(server: Server, cast: Cast) -> None:
    receiver = Receiver(500)
    with http_server(receiver) as port:
        hook(server, cast, f"http://127.0.0.1:{port}/")
        report(server, cast.bob)
        deliver(server)
        assert target(server, cast)["failures"] == 1
        receiver.status = 200
        server.clock.advance(60)
        deliver(server)
    assert target(server, cast)["failures"] == 0


def test_a_receiver_gets_its_own_shape_of_what_it_asked_for(server: Server, cast: Cast) -> None:
    receiver = Receiver()
    urgent = [[{"key": "severity", "oper": "IN", "vals": ["Critical"]}]]
    body = '{"text": "{{incident.title}}", "num": "{{incident.labels}}", "kind": "{{event_type}}"}'
    with http_server(receiver) as port:
        hook(server, cast, f"http://127.0.0.1:{port}/", filters=urgent, body=body)
        report(server, cast.bob, "Quiet", incident_severity="Info")
        report(server, cast.bob, "Loud", incident_severity="Critical")
        assert deliver(server) == 1
    assert receiver.bodies == [{"text": "Loud", "num": {}, "kind": "i_new"}]
    (told,) = history(server, cast)["items"]
    assert (told["event_type"], told["webhook_type"]) == ("i_new", "incident")


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"body": "{{incident}}"}, "settings.body"),
        ({"filters": [[{"key": "severity", "oper": "IN", "vals": ["/(/"]}]]}, "settings.filters"),
        ({"headers": {"X-Key": "***"}}, "settings.headers.X-Key"),
    ],
)
def test_settings_that_could_not_work_are_refused(
    server: Server, cast: Cast, wish: dict[str, Any], field: str
) -> None:
    body = {"plugin_id": 301, "settings": {"endpoint": "https://hooks.example/", **wish}}
    answer = server.post("/datasource/upsert", body, cast.alice.key)
    assert answer.code == "InvalidParameter"
    assert field in answer.message


def test_secrets_of_a_webhook_lie_sealed_everywhere_and_still_arrive(
    server: Server, cast: Cast, database: Database
) -> None:
    receiver = Receiver()
    with http_server(receiver) as port:
        url = f"http://127.0.0.1:{port}/hook"
        made = hook(server, cast, f"{url}?key=qu3ry", headers={"X-Key": "h3ader"})
        shown = server.post("/datasource/desc", {"integration_id": made}, cast.alice.key).data
        settings = shown["settings"]
        assert settings == {"endpoint": f"{url}?***", "headers": {"X-Key": "***"}}
        again = {"integration_id": made, "settings": {**settings, "event_types": ["i_new"]}}
        assert server.post("/datasource/upsert", again, cast.alice.key).status == 200
        report(server, cast.bob)
        with database.read() as tx:
            for table in ("integration", "delivery", "audit", "webhook_try"):
                rows = str(tx.tuples(text(f"SELECT * FROM {table}")))
                assert "qu3ry" not in rows, table
                assert "h3ader" not in rows, table
        deliver(server)
        evil = {**settings, "endpoint": "https://evil.example/"}
        wish = {"integration_id": made, "settings": evil}
        assert server.post("/datasource/upsert", wish, cast.bob.key).code == "InvalidParameter"
    assert receiver.headers[0]["X-Key"] == "h3ader"
    (told,) = history(server, cast)["items"]
    assert "h3ader" not in str(told)
    assert told["status"] == "success"
