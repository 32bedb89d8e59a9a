"""Why events became what they became, read over HTTP."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.push import engine, make_channel, make_integration, push
from tests.server import Server
from tocsin.store.database import Database


class Desk:
    def __init__(self, server: Server, database: Database, cast: Cast) -> None:
        self.server, self.database, self.cast = server, database, cast
        self.channel_id = make_channel(server, database, cast)
        made = make_integration(server, cast, channel_id=self.channel_id)
        self.integration_id, self.key = made["integration_id"], made["integration_key"]

    def send(self, **fields: Any) -> None:
        assert push(self.server, self.key, **{"alert_key": "disk", **fields}).status == 200
        engine(self.database)

    def ask(self, path: str, **wish: Any) -> list[dict[str, Any]]:
        answer = self.server.post(path, wish, self.cast.charlie.key)
        assert answer.status == 200, answer.message
        return list(answer.data["items"])

    def traces(self, **wish: Any) -> list[dict[str, Any]]:
        now = self.server.clock.now() // 1000
        span = {"start_time": now - 86_400, "end_time": now + 1}
        return self.ask("/event/trace/list", **span, **wish)


@pytest.fixture
def desk(server: Server, database: Database, cast: Cast) -> Desk:
    return Desk(server, database, cast)


@pytest.mark.effect("/alert/trace", seen_by="/alert/trace")
@pytest.mark.effect("/event/trace/list", seen_by="/event/trace/list")
def test_each_event_of_an_alert_says_why_it_became_what_it_became(desk: Desk) -> None:
    desk.send(labels={"host": "db1"})
    desk.server.clock.advance(60)
    desk.send()
    desk.server.clock.advance(60)
    desk.send(event_status="Ok")
    found = desk.traces()
    alert_id = found[0]["alert_id"]
    assert desk.ask("/alert/trace", alert_id=alert_id) == found
    desk.server.restart()
    assert desk.ask("/alert/trace", alert_id=alert_id) == found == desk.traces()
    recovered, opened = found
    assert (opened["outcome"], recovered["outcome"]) == ("opened", "recovered")
    assert [step["stage"] for step in opened["steps"]] == ["door", "route", "alert", "incident"]
    assert opened["steps"][-1]["detail"] == {"incident_id": opened["incident_id"]}
    assert opened["given"]["labels"] == {"host": "db1"}
    assert opened["steps"][0]["text"] == (
        "door: accepted (integration Scripts, path /event/push/alert/standard)"
    )
    assert opened["channel_id"] == desk.channel_id
    by_event = desk.ask("/alert/trace", event_id=opened["event_id"])
    assert by_event == [opened]


def test_what_became_nothing_is_counted_on_one_row_a_day(desk: Desk) -> None:
    for _ in range(3):
        desk.send(event_status="Ok")
        desk.server.clock.advance(1)
    [found] = desk.traces(outcomes="nothing_to_recover", integration_ids=[desk.integration_id])
    assert (found["count"], found["channel_id"], found["alert_id"]) == (3, 0, "")
    assert found["last_received_at"] - found["received_at"] == 2
    assert desk.traces(outcomes="opened,muted") == []


def test_traces_are_paged_by_cursor(desk: Desk) -> None:
    for number in range(5):
        desk.send(alert_key=f"k{number}")
    now = desk.server.clock.now() // 1000
    wish = {"start_time": now - 60, "end_time": now + 60, "limit": 2}
    keys: list[str] = []
    cursor = ""
    while True:
        page = desk.server.post(
            "/event/trace/list", wish | {"search_after_ctx": cursor}, desk.cast.bob.key
        ).data
        keys += [item["alert_key"] for item in page["items"]]
        cursor = page["search_after_ctx"]
        if not page["has_next_page"]:
            break
    assert sorted(keys) == [f"k{number}" for number in range(5)]


@pytest.mark.effect("/event/preview", seen_by="/event/preview")
def test_a_preview_tells_what_would_happen_and_changes_nothing(desk: Desk) -> None:
    event = {"title_rule": "Disk full", "event_status": "Critical", "alert_key": "disk"}
    wish = {"integration_id": desk.integration_id, "event": event}
    [opens] = desk.ask("/event/preview", **wish)
    desk.server.restart()
    [again] = desk.ask("/event/preview", **wish)
    assert opens["outcome"] == again["outcome"] == "opened"
    assert desk.traces() == []
    desk.send()
    [repeats] = desk.ask("/event/preview", **wish)
    assert repeats["outcome"] == "repeated"
    [ends] = desk.ask("/event/preview", **wish | {"event": event | {"event_status": "Ok"}})
    assert ends["outcome"] == "recovered"
    assert len(desk.traces()) == 1


def test_a_preview_is_refused_where_a_push_would_be(desk: Desk) -> None:
    key = desk.cast.bob.key
    wrong = {"integration_id": desk.integration_id, "event": {"title_rule": "x"}}
    assert desk.server.post("/event/preview", wrong, key).code == "InvalidParameter"
    event = {"title_rule": "x", "event_status": "Info"}
    for kind in ("change.standard", "incident.webhook"):
        settings = {"endpoint": "https://hooks.example/x"} if "webhook" in kind else {}
        other = make_integration(
            desk.server, desk.cast, plugin_type=kind, name="Deploys", settings=settings
        )
        wish = {"integration_id": other["integration_id"], "event": event}
        answer = desk.server.post("/event/preview", wish, key)
        assert answer.message == "integration Deploys takes no alerts; name one that does"
    unknown = {"integration_id": 1, "event": event}
    assert desk.server.post("/event/preview", unknown, key).code == "ResourceNotFound"


def test_a_label_that_is_refused_is_named(desk: Desk) -> None:
    answer = push(desk.server, desk.key, labels={"host": "db7", "shards": 3, "gone": None})
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert answer.message == "labels.shards: Expected `str | null`, got `int`"


def test_a_trace_is_asked_for_by_one_id(desk: Desk) -> None:
    for wish in ({}, {"alert_id": "a" * 24, "event_id": "b" * 24}):
        answer = desk.server.post("/alert/trace", wish, desk.cast.bob.key)
        assert answer.code == "InvalidParameter"
    unknown = desk.server.post("/alert/trace", {"alert_id": "a" * 24}, desk.cast.bob.key)
    assert unknown.code == "ResourceNotFound"


def test_traces_of_a_private_channel_are_its_members_alone(desk: Desk) -> None:
    private = {"channel_id": desk.channel_id, "is_private": True}
    assert desk.server.post("/channel/update", private, desk.cast.bob.key).status == 200
    desk.send()
    desk.send(alert_key="other", event_status="Ok")
    assert desk.traces() == []
    now = desk.server.clock.now() // 1000
    wish = {"start_time": now - 60, "end_time": now + 1}
    seen = desk.server.post("/event/trace/list", wish, desk.cast.bob.key).data["items"]
    assert sorted(one["outcome"] for one in seen) == ["nothing_to_recover", "opened"]
    event = {"title_rule": "x", "event_status": "Info"}
    asked = {"integration_id": desk.integration_id, "event": event}
    answer = desk.server.post("/event/preview", asked, desk.cast.charlie.key)
    assert answer.code == "ResourceNotFound"
