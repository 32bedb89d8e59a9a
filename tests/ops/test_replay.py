"""What was not taken in, taken in after all: once, audited, through the door's own reading."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.push import engine, make_channel, push
from tests.senders.sending import Sending, fixture
from tests.senders.test_sentry_webhook import PATH, SECRET, hook
from tests.server import Server
from tocsin.engine import loop
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.replay import METHOD, ReplayTransport
from tocsin.outbound.address import Reach
from tocsin.store import delivery
from tocsin.store.database import Database

ISSUE = fixture("sentry/issue_created.json")
REPLAY = "/datasource/rejected-event/replay"


@pytest.fixture
def sentry(server: Server, database: Database, cast: Cast) -> Sending:
    """An integration with a secret that is not the one its sender signs with."""
    secret = "mistyped" * 4
    return Sending(server, database, cast, "sentry.alert", PATH, signing_secret=secret)


def refused(sentry: Sending, body: bytes = ISSUE) -> str:
    """A request that the door refused; the id it is listed by."""
    assert sentry.send(body, hook("issue", body, SECRET)).status_code == 400
    engine(sentry.database)
    return str(sentry.rejected()[0]["rejected_id"])


def mend(sentry: Sending) -> None:
    body = {"integration_id": sentry.id, "signing_secret": SECRET}
    sentry.server.post("/datasource/upsert", body, sentry.cast.bob.key)


def replay(sentry: Sending, *ids: str) -> list[dict[str, Any]]:
    body = {"integration_id": sentry.id, "rejected_ids": ids}
    found = sentry.server.post(REPLAY, body, sentry.cast.bob.key).data["items"]
    engine(sentry.database)
    assert isinstance(found, list)
    return found


@pytest.mark.effect("/datasource/rejected-event/replay", seen_by="/datasource/rejected-event/list")
def test_what_a_door_refused_is_judged_again_and_taken_in_once(sentry: Sending) -> None:
    rejected_id = refused(sentry)
    [still] = replay(sentry, rejected_id)
    assert (still["replayed"], "Sentry-Hook-Signature" in still["reason"]) == (False, True)
    assert sentry.incidents() == []
    mend(sentry)
    assert replay(sentry, rejected_id) == [{"id": rejected_id, "replayed": True, "reason": ""}]
    assert [one["progress"] for one in sentry.incidents()] == ["Triggered"]
    sentry.server.restart()
    [listed] = sentry.rejected()
    assert listed["replayed_at"] == sentry.server.clock.now()
    assert listed["replayed_by"] == sentry.cast.bob.id
    [again] = replay(sentry, rejected_id)
    assert (again["replayed"], "before" in again["reason"]) == (False, True)


def test_what_a_door_refused_is_kept_whole_however_much_it_is(sentry: Sending) -> None:
    rejected_id = refused(sentry, ISSUE + b" " * 500_000)
    mend(sentry)
    assert replay(sentry, rejected_id)[0]["replayed"]
    assert len(sentry.incidents()) == 1


def test_an_engine_that_dies_on_the_way_submits_it_once(sentry: Sending) -> None:
    rejected_id = refused(sentry)
    mend(sentry)
    body = {"integration_id": sentry.id, "rejected_ids": [rejected_id]}
    sentry.server.post(REPLAY, body, sentry.cast.bob.key)
    for steps in range(5):
        turn = loop.send_one(
            sentry.database, METHOD, ReplayTransport(sentry.database, Inquiries(Reach()))
        )
        for _, _ in zip(range(steps), turn, strict=False):
            pass
        turn.close()
        sentry.server.clock.advance(delivery.LEASE_MS // 1000 + 1)
    engine(sentry.database)
    assert len(sentry.incidents()) == 1


def test_no_key_is_kept_with_what_was_refused(sentry: Sending, database: Database) -> None:
    from tocsin.store import rejected

    refused(sentry)
    with database.read() as tx:
        [one] = rejected.newest(tx, sentry.cast.account_id, 10)
    assert sentry.key not in str(one.meta)
    assert "sentry-hook-signature" in one.meta["request"]


def test_what_was_kept_in_part_cannot_come_back(
    server: Server, database: Database, cast: Cast
) -> None:
    grafana = Sending(server, database, cast, "grafana", "/event/push/alert/grafana")
    assert grafana.send(b"[" + b" " * 1_100_000, {}).status_code == 400
    engine(database)
    [found] = replay(grafana, grafana.rejected()[0]["rejected_id"])
    assert "only its beginning" in found["reason"]


def test_one_replays_only_ones_own(
    server: Server, database: Database, cast: Cast, sentry: Sending
) -> None:
    rejected_id = refused(sentry)
    other = Sending(server, database, cast, "datadog", "")
    [found] = replay(other, rejected_id, rejected_id)
    assert "no rejected input has the id" in found["reason"]
    body = {"integration_id": sentry.id, "rejected_ids": [rejected_id]}
    assert server.post(REPLAY, body, cast.charlie.key).code == "AccessDenied"


@pytest.mark.effect("/event/replay", seen_by="/incident/list")
def test_an_event_that_found_no_channel_goes_through_the_rules_again(
    server: Server, database: Database, cast: Cast
) -> None:
    body = {"plugin_type": "standard.alert", "name": "Lost"}
    made = server.post("/datasource/upsert", body, cast.bob.key).data
    push(server, made["integration_key"], alert_key="k")
    engine(database)
    now = server.clock.now() // 1000
    span = {"start_time": now - 3600, "end_time": now + 3600}
    [trace] = server.post("/event/trace/list", span, cast.bob.key).data["items"]
    assert trace["outcome"] == "unrouted"
    channel_id = make_channel(server, database, cast)
    settings = {"channel_ids": [channel_id]}
    change = {"integration_id": made["integration_id"], "settings": settings}
    server.post("/datasource/upsert", change, cast.bob.key)
    wish = {"trace_ids": [trace["trace_id"], "0" * 24]}
    first, unknown = server.post("/event/replay", wish, cast.bob.key).data["items"]
    assert (first["replayed"], unknown["replayed"]) == (True, False)
    engine(database)
    again = server.post("/event/replay", wish, cast.bob.key).data["items"][0]
    assert "before" in again["reason"]
    server.restart()
    [incident] = server.post("/incident/list", span, cast.bob.key).data["items"]
    assert incident["title"] == "Disk full"
