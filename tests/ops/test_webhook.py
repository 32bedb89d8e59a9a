"""The history of outgoing webhooks, over HTTP, told by a real receiver."""

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.incidents import report
from tests.outbound.servers import http_server
from tests.server import Server
from tests.webhooks import Receiver, deliver, history, hook
from tocsin.store.database import Database


@pytest.mark.effect("/webhook/history/list", seen_by="/webhook/history/list")
@pytest.mark.effect("/webhook/history/detail", seen_by="/webhook/history/detail")
@pytest.mark.effect("/webhook/history/replay", seen_by="/webhook/history/detail")
def test_every_try_is_kept_and_can_be_made_again(server: Server, cast: Cast) -> None:
    receiver = Receiver()
    receiver.status = 404
    with http_server(receiver) as port:
        settings = {
            "endpoint": f"http://127.0.0.1:{port}/hook?key=secret",
            "headers": {"X-Key": "secret"},
        }
        wish = {"plugin_id": 302, "name": "Chat", "settings": settings}
        hook = server.post("/datasource/upsert", wish, cast.alice.key).data["integration_id"]
        first, second = report(server, cast.bob), report(server, cast.bob, "Other")
        assert deliver(server) == 2
        page = history(server, cast, limit=1, asc=True)
        assert (page["total"], [one["ref_id"] for one in page["items"]]) == (2, [first])
        rest = history(server, cast, asc=True, search_after_ctx=page["search_after_ctx"])
        assert [one["ref_id"] for one in rest["items"]] == [second]
        assert rest["search_after_ctx"] == ""
        (failed,) = page["items"]
        assert (failed["status"], failed["status_code"], failed["attempt"]) == ("failed", 404, 1)
        assert "secret" not in failed["request_headers"] + failed["endpoint"]
        assert failed["response_body"] == "noted"
        receiver.status = 200
        this = {"integration_id": hook, "event_id": failed["event_id"]}
        server.post("/webhook/history/replay", this, cast.alice.key)
        server.post("/webhook/history/detail", this, cast.alice.key)
        assert deliver(server) == 1
    assert receiver.seen[2] == receiver.seen[0]
    server.restart()
    shown = server.post("/webhook/history/detail", this, cast.alice.key).data
    assert (shown["status"], shown["status_code"], shown["ref_title"]) == (
        "success",
        200,
        "Disk full on db7",
    )
    assert "X-Answer: yes" in shown["response_headers"]
    assert shown["endpoint"].endswith("/hook?***")
    strange = server.post("/webhook/history/detail", this, cast.charlie.key).data["endpoint"]
    assert strange == f"http://127.0.0.1:{port}/***"
    for narrow, count in (
        ({"status": "failed"}, 2),
        ({"event_types": ["i_ack"]}, 0),
        ({"ref_id": second}, 1),
        ({"integration_id": hook}, 3),
    ):
        assert history(server, cast, **narrow)["total"] == count


def test_what_was_told_of_a_hidden_channel_is_shown_to_nobody_outside(
    server: Server, cast: Cast, database: Database
) -> None:
    team = make_team(database, cast, "Finance")
    wish = {"team_id": team, "channel_name": "Secret", "is_private": True}
    channel = server.post("/channel/create", wish, cast.alice.key).data["channel_id"]
    with http_server(Receiver()) as port:
        told = hook(server, cast, f"http://127.0.0.1:{port}/")
        incident = report(server, cast.alice, channel_id=channel)
        assert deliver(server) == 1
    (one,) = history(server, cast, ref_id=incident)["items"]
    now = server.clock.now()
    span = {"start_time": now - 3_600_000, "end_time": now + 1, "ref_id": incident, "limit": 9}
    found = server.post("/webhook/history/list", span, cast.bob.key).data
    assert (found["items"], found["total"]) == ([], 0)
    this = {"integration_id": told, "event_id": one["event_id"]}
    for path, key in (("detail", cast.charlie.key), ("replay", cast.bob.key)):
        answer = server.post(f"/webhook/history/{path}", this, key)
        assert answer.code in ("ResourceNotFound", "AccessDenied")


def test_a_history_needs_a_span_and_a_known_event(server: Server, cast: Cast) -> None:
    now = server.clock.now()
    body = {"start_time": now, "end_time": now, "limit": 20}
    assert server.post("/webhook/history/list", body, cast.bob.key).code == "InvalidParameter"
    wish = {"integration_id": 7, "event_id": "x"}
    assert server.post("/webhook/history/detail", wish, cast.bob.key).code == "ResourceNotFound"
