"""Reading alerts and their events over the wire."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.incidents import make_channel, sends
from tests.server import Server
from tocsin.domain.severity import EventStatus
from tocsin.kernel.paging import encode_cursor
from tocsin.store.database import Database

DAY = 86_400


def span(server: Server) -> dict[str, int]:
    now = server.clock.now() // 1000
    return {"start_time": now - DAY, "end_time": now + DAY}


def found(server: Server, key: str, **wish: Any) -> list[str]:
    """Titles on a page of the list."""
    page = server.post("/alert/list", span(server) | wish, key).data
    assert page["total"] == len(page["items"])
    return [item["title"] for item in page["items"]]


@pytest.mark.effect("/alert/list", seen_by="/alert/list")
@pytest.mark.effect("/alert/info", seen_by="/alert/info")
@pytest.mark.effect("/alert/list-by-ids", seen_by="/alert/list-by-ids")
def test_an_alert_reads_the_same_everywhere_and_after_a_restart(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)
    incident = sends(database, cast, channel, labels={"host": "db7"})
    server.post("/incident/ack", {"incident_ids": [incident]}, cast.bob.key)
    (alert,) = server.post("/alert/list", span(server), cast.charlie.key).data["items"]
    assert (alert["title"], alert["labels"], alert["event_cnt"]) == ("cpu high", {"host": "db7"}, 1)
    assert alert["channel_name"] == "Payments"
    assert alert["incident"]["incident_id"] == incident
    assert alert["incident"]["progress"] == "Processing"
    assert alert["responder_name"] == "Bob"
    server.restart()
    alert_id = alert["alert_id"]
    (again,) = server.post("/alert/list", span(server), cast.charlie.key).data["items"]
    one = {"alert_id": alert_id.upper()}
    listed = {"alert_ids": [alert_id]}
    for _ in range(2):
        assert server.post("/alert/info", one, cast.charlie.key).data == alert == again
        by_id = server.post("/alert/list-by-ids", listed, cast.charlie.key).data
        assert (by_id["items"], by_id["total"]) == ([alert], 1)
        server.restart()


def test_the_list_narrows_by_all_it_is_asked(
    server: Server, cast: Cast, database: Database
) -> None:
    channel, other = (make_channel(server, database, cast, name) for name in ("One", "Two"))
    sends(database, cast, channel, "cpu", labels={"host": "db7", "env": "prod"})
    sends(database, cast, channel, "disk", EventStatus.CRITICAL, labels={"host": "db17"})
    sends(database, cast, other, "net", EventStatus.INFO, labels={"host": "web1"})
    sends(database, cast, other, "net", EventStatus.OK)
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["net high", "disk high", "cpu high"]),
        ({"asc": True}, ["cpu high", "disk high", "net high"]),
        ({"is_active": True}, ["disk high", "cpu high"]),
        ({"is_active": False}, ["net high"]),
        ({"alert_severity": "Critical, Info"}, ["net high", "disk high"]),
        ({"channel_ids": [other]}, ["net high"]),
        ({"integration_ids": [1]}, ["net high", "disk high", "cpu high"]),
        ({"integration_ids": [2]}, []),
        ({"alert_keys": ["cpu", "gone"]}, ["cpu high"]),
        ({"ever_muted": True}, []),
        ({"title": "cpu high"}, ["cpu high"]),
        ({"labels": {"host": ["db7"]}}, ["cpu high"]),
        ({"labels": {"host": ["db?", "web1"]}}, ["net high", "cpu high"]),
        ({"labels": {"host": ["/^db/"]}}, ["disk high", "cpu high"]),
        ({"labels": {"host": ["/7$/"], "env": ["p*"]}}, ["cpu high"]),
        ({"labels": {"env": ["*"]}}, ["cpu high"]),
        ({"labels": {"host": ["/no/"]}}, []),
        ({"labels": {"host": ["num:gt:1"]}}, []),
    ]
    for wish, expected in cases:
        assert found(server, cast.bob.key, **wish) == expected, wish


def test_an_alert_lies_in_every_span_it_was_alive_in(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)
    began = server.clock.now() // 1000
    sends(database, cast, channel)
    server.clock.advance(3600)
    sends(database, cast, channel, status=EventStatus.CRITICAL)
    for since, until, count in (
        (-9, -1, 0),
        (-9, 0, 1),
        (1, 3599, 1),
        (3600, 9999, 1),
        (3601, 9999, 0),
    ):
        wish = {"start_time": began + since, "end_time": began + until}
        assert len(found(server, cast.bob.key, **wish)) == count, wish
    wish = {"start_time": began, "end_time": began + 9}
    assert found(server, cast.bob.key, **wish, by_updated_at=True) == []


@pytest.mark.parametrize(
    "wish",
    [
        {"start_time": 0, "end_time": 0},
        {"end_time": 1 + 31 * DAY + 1},
        {"limit": 101},
        {"alert_severity": "Bad"},
        {"labels": {"host": ["/(/"]}},
        {"orderby": "title"},
        {"search_after_ctx": encode_cursor("x", 1)},
    ],
)
def test_a_search_out_of_bounds_is_refused(
    server: Server, cast: Cast, wish: dict[str, Any]
) -> None:
    within = {"start_time": 1, "end_time": DAY}
    assert server.post("/alert/list", within | wish, cast.bob.key).code == "InvalidParameter"


@pytest.mark.parametrize("path", ["/alert/list", "/alert-event/list"])
@pytest.mark.parametrize("asc", [True, False])
def test_pages_neither_lose_nor_repeat_while_alerts_arrive(
    server: Server, cast: Cast, database: Database, path: str, asc: bool
) -> None:
    channel = make_channel(server, database, cast)

    def arrives(number: int) -> None:
        server.clock.advance(number % 2)
        sends(database, cast, channel, f"key{number}")

    for number in range(7):
        arrives(number)
    titles: list[str] = []
    cursor, number = "", 7
    while not titles or cursor:
        wish = {**span(server), "limit": 3, "asc": asc, "search_after_ctx": cursor}
        page = server.post(path, wish, cast.bob.key).data
        titles += [item["title"] for item in page["items"]]
        cursor = page["search_after_ctx"]
        assert page["has_next_page"] == bool(cursor)
        assert page["total"] == number
        if number < 9:
            arrives(number)
            number += 1
    there = [f"key{one} high" for one in range(9 if asc else 7)]
    assert titles == (there if asc else there[::-1])


@pytest.mark.effect("/alert/event/list", seen_by="/alert/event/list")
@pytest.mark.effect("/alert-event/list", seen_by="/alert-event/list")
def test_events_of_one_alert_and_of_all(server: Server, cast: Cast, database: Database) -> None:
    channel = make_channel(server, database, cast)
    sends(database, cast, channel, "cpu")
    server.clock.advance(5)
    sends(database, cast, channel, "cpu", EventStatus.CRITICAL)
    sends(database, cast, channel, "cpu", EventStatus.CRITICAL)
    sends(database, cast, channel, "disk", EventStatus.INFO)
    (alert,) = server.post(
        "/alert/list", {**span(server), "alert_keys": ["cpu"]}, cast.bob.key
    ).data["items"]
    one = {"alert_id": alert["alert_id"]}
    for _ in range(2):
        events = server.post("/alert/event/list", one, cast.charlie.key).data["items"]
        assert [event["event_status"] for event in events] == ["Warning", "Critical"]
        assert events[1]["event_time"] == events[0]["event_time"] + 5
        second = server.post("/alert/event/list", {**one, "p": 2, "limit": 1}, cast.bob.key)
        assert second.data["items"] == events[1:]
        cases: list[tuple[dict[str, Any], list[str]]] = [
            ({}, ["Info", "Critical", "Warning"]),
            ({"asc": True}, ["Warning", "Critical", "Info"]),
            ({"severities": "Info,Warning"}, ["Info", "Warning"]),
            ({"channel_ids": [channel]}, ["Info", "Critical", "Warning"]),
            ({"channel_ids": [5]}, []),
            ({"integration_ids": [1], "orderby": "event_time"}, ["Info", "Critical", "Warning"]),
            ({"integration_types": ["zabbix"]}, []),
            ({**span(server), "start_time": events[1]["event_time"]}, ["Info", "Critical"]),
        ]
        for wish, expected in cases:
            page = server.post("/alert-event/list", wish, cast.charlie.key).data
            assert [item["event_severity"] for item in page["items"]] == expected, wish
            assert page["total"] == len(expected)
        server.restart()


def test_alerts_of_a_private_channel_are_unknown_to_others(
    server: Server, cast: Cast, database: Database
) -> None:
    team = make_team(database, cast, "Secret", cast.charlie)
    wish = {"team_id": team, "channel_name": "Hush", "is_private": True}
    channel = server.post("/channel/create", wish, cast.alice.key).data["channel_id"]
    incident = sends(database, cast, channel)
    assert found(server, cast.charlie.key) == found(server, cast.alice.key) == ["cpu high"]
    (alert,) = server.post("/alert/list", span(server), cast.alice.key).data["items"]
    assert found(server, cast.bob.key) == []
    assert server.post("/alert-event/list", {}, cast.bob.key).data["items"] == []
    one, some = {"alert_id": alert["alert_id"]}, {"alert_ids": [alert["alert_id"]]}
    for path, body in (
        ("/alert/info", one),
        ("/alert/event/list", one),
        ("/alert/list-by-ids", some),
    ):
        assert server.post(path, body, cast.bob.key).code == "ResourceNotFound"
        assert server.post(path, body, cast.charlie.key).status == 200
    open_channel = make_channel(server, database, cast, "Open")
    shown = sends(database, cast, open_channel, "disk")
    moved = {"source_incident_ids": [shown], "target_incident_id": incident}
    server.post("/incident/merge", moved, cast.alice.key)
    (theirs,) = server.post("/alert/list", span(server), cast.bob.key).data["items"]
    assert "incident" not in theirs
