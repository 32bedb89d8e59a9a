"""Finding and reading incidents over HTTP."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.incidents import info, listed, make_channel, report, sends, timeline
from tests.server import Server
from tocsin.domain.severity import EventStatus
from tocsin.kernel.paging import encode_cursor
from tocsin.store.database import Database

DAY = 86_400


def lasting(item: dict[str, Any]) -> dict[str, Any]:
    """What a restart keeps: not the port in the addresses, which the test's server draws anew."""
    return {name: value for name, value in item.items() if not name.endswith("_url")}


@pytest.mark.effect("/incident/list", seen_by="/incident/list")
@pytest.mark.effect("/incident/info", seen_by="/incident/info")
@pytest.mark.effect("/incident/list-by-ids", seen_by="/incident/list-by-ids")
def test_every_way_of_reading_shows_the_same(server: Server, cast: Cast) -> None:
    incident = report(server, cast.bob, assigned_to={"person_ids": [cast.alice.id]})

    def readings() -> list[Any]:
        ids = {"incident_ids": [incident]}
        by_id = server.post("/incident/list-by-ids", ids, cast.charlie.key).data
        found = server.post("/incident/list", {**ids, "limit": -1, "p": -1}, cast.charlie.key).data
        assert by_id["total"] == found["total"] == 1
        short = {"num": incident[-6:].lower()}
        shown = [
            info(server, cast.charlie, incident),
            server.post("/incident/info", short, cast.charlie.key).data,
            by_id["items"][0],
            found["items"][0],
        ]
        return [lasting(item) for item in shown]

    before = readings()
    server.restart()
    assert before == readings()
    assert all(reading == before[0] for reading in before)


def test_the_list_narrows_by_all_it_is_asked(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)
    disk = report(server, cast.bob, "Disk full", description="on ÄRGER-7", channel_id=channel)
    net = report(server, cast.alice, "Network slow", incident_severity="Critical")
    cpu = sends(database, cast, channel, labels={"host": "db7", "env": "prod"})
    server.post("/incident/ack", {"incident_ids": [net]}, cast.bob.key)
    server.post("/incident/resolve", {"incident_ids": [net]}, cast.alice.key)
    team = server.post("/channel/info", {"channel_id": channel}, cast.alice.key).data["team_id"]
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {disk, net, cpu}),
        ({"progress": "Triggered, Processing"}, {disk, cpu}),
        ({"progress": "Closed"}, {net}),
        ({"incident_severity": "Critical,Info"}, {net}),
        ({"channel_ids": [0]}, {net}),
        ({"channel_ids": [channel, 0]}, {disk, net, cpu}),
        ({"team_ids": [team]}, {disk, cpu}),
        ({"responder_ids": [cast.bob.id]}, {net}),
        ({"acker_ids": [cast.bob.id]}, {net}),
        ({"acker_ids": [cast.alice.id]}, set()),
        ({"creator_ids": [0]}, {cpu}),
        ({"creator_ids": [cast.bob.id]}, {disk}),
        ({"closer_ids": [cast.alice.id]}, {net}),
        ({"closer_ids": [0]}, set()),
        ({"nums": [disk[-6:].lower()]}, {disk}),
        ({"query": disk}, {disk}),
        ({"query": disk[-6:]}, {disk}),
        ({"query": "FULL"}, {disk}),
        ({"query": "ärger-7"}, {disk}),
        ({"query": "100%"}, set()),
        ({"query": "db7"}, {cpu}),
        ({"title": "Disk full"}, {disk}),
        ({"labels": {"host": ["db8", "db7"], "env": ["prod"]}}, {cpu}),
        ({"labels": {"host": ["db7"], "env": ["test"]}}, set()),
        ({"is_rare": True}, {cpu, disk}),
        ({"is_snoozed": False}, {disk, net, cpu}),
        ({"is_snoozed": True}, set()),
        ({"ever_muted": True}, set()),
        ({"is_my_team": True}, {disk, cpu}),
        ({"is_my_channel": True}, {disk, cpu}),
    ]
    for wish, expected in cases:
        assert set(listed(server, cast.alice, **wish)) == expected, wish


@pytest.mark.parametrize(
    "wish",
    [
        {"start_time": 0, "end_time": 0},
        {"start_time": 10, "end_time": 10},
        {"start_time": 0, "end_time": 31 * DAY + 1},
        {"limit": 101},
        {"p": 101, "limit": 100},
        {"progress": "Open"},
        {"incident_severity": "Bad"},
        {"search_after_ctx": "!"},
        {"search_after_ctx": encode_cursor(2**63, "")},
    ],
)
def test_a_search_out_of_bounds_is_refused(
    server: Server, cast: Cast, wish: dict[str, Any]
) -> None:
    span = {"start_time": 1, "end_time": DAY}
    assert server.post("/incident/list", span | wish, cast.bob.key).code == "InvalidParameter"


def test_pages_hold_each_incident_once_both_ways_round(server: Server, cast: Cast) -> None:
    made = []
    for number in range(7):
        made.append(report(server, cast.bob, f"Incident {number}"))
        server.clock.advance(number % 2)
    now = server.clock.now() // 1000
    span = {"start_time": now - DAY, "end_time": now, "limit": 3}
    for asc in (True, False):
        by_cursor, cursor, pages = [], "", 0
        while pages == 0 or cursor:
            wish = {**span, "asc": asc, "search_after_ctx": cursor}
            page = server.post("/incident/list", wish, cast.bob.key).data
            assert page["total"] == 7
            assert page["has_next_page"] == bool(page["search_after_ctx"])
            by_cursor += [item["incident_id"] for item in page["items"]]
            cursor, pages = page["search_after_ctx"], pages + 1
        by_number = [
            incident
            for p in (1, 2, 3, 4)
            for incident in listed(server, cast.bob, **span, asc=asc, p=p)
        ]
        assert by_cursor == by_number
        assert sorted(by_cursor) == sorted(made)
        assert pages == 3
        starts = [info(server, cast.bob, one)["start_time"] for one in by_cursor]
        assert starts == sorted(starts, reverse=not asc)


def test_incidents_of_a_private_channel_are_unknown_to_others(
    server: Server, cast: Cast, database: Database
) -> None:
    team = make_team(database, cast, "Secret", cast.charlie)
    wish = {"team_id": team, "channel_name": "Hush", "is_private": True}
    channel = server.post("/channel/create", wish, cast.alice.key).data["channel_id"]
    incident = report(server, cast.alice, channel_id=channel)
    assert listed(server, cast.charlie) == listed(server, cast.alice) == [incident]
    assert listed(server, cast.bob) == []
    assert listed(server, cast.bob, incident_ids=[incident]) == []
    ids = {"incident_ids": [incident]}
    assert server.post("/incident/list-by-ids", ids, cast.bob.key).data["items"] == []
    for path, body in (("/incident/info", {"incident_id": incident}), ("/incident/remove", ids)):
        assert server.post(path, body, cast.bob.key).code == "ResourceNotFound"
    made = {"title": "x", "incident_severity": "Info", "channel_id": channel}
    assert server.post("/incident/create", made, cast.bob.key).code == "ResourceNotFound"


def test_the_timeline_pages_and_picks_types(server: Server, cast: Cast) -> None:
    incident = report(server, cast.bob)
    for number in range(5):
        wish = {"incident_ids": [incident], "comment": f"Remark {number}"}
        server.post("/incident/comment", wish, cast.bob.key)
    wish = {"incident_id": incident, "types": ["i_comm"], "limit": 2}
    said = []
    for p in (1, 2, 3):
        page = server.post("/incident/feed", {**wish, "p": p}, cast.charlie.key).data
        said += [item["detail"]["comment"] for item in page["items"]]
        assert page["has_next_page"] == (p < 3)
    assert said == [f"Remark {number}" for number in (4, 3, 2, 1, 0)]
    assert timeline(server, cast.charlie, incident)[0]["type"] == "i_new"
    bad = {"incident_id": incident, "types": ["i_none"]}
    assert server.post("/incident/feed", bad, cast.bob.key).code == "InvalidParameter"


@pytest.mark.effect("/incident/alert/list", seen_by="/incident/alert/list")
def test_alerts_of_an_incident_come_with_their_old_names(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast, disable_auto_close=True)
    incident = sends(database, cast, channel, labels={"host": "db7"})
    wish: dict[str, Any] = {"incident_id": incident}
    before = server.post("/incident/alert/list", wish, cast.alice.key).data
    server.restart()
    assert server.post("/incident/alert/list", wish, cast.alice.key).data == before
    (alert,) = before["items"]
    assert (before["total"], alert["labels"], alert["channel_name"]) == (
        1,
        {"host": "db7"},
        "Payments",
    )
    assert alert["severity"] == alert["alert_severity"] == "Warning"
    assert alert["status"] == alert["alert_status"] == "Warning"
    assert alert["trigger_time"] == alert["start_time"]
    assert alert["incident"]["incident_id"] == incident
    assert "events" not in alert
    sends(database, cast, channel, status=EventStatus.OK)
    for active, count in ((True, 0), (False, 1)):
        page = server.post(
            "/incident/alert/list", {**wish, "is_active": active}, cast.alice.key
        ).data
        assert (len(page["items"]), page["total"]) == (count, count)
    shown = server.post(
        "/incident/alert/list", {**wish, "include_events": True}, cast.alice.key
    ).data
    assert isinstance(shown["items"][0]["events"], list)


@pytest.mark.effect("/incident/past/list", seen_by="/incident/past/list")
def test_past_incidents_are_those_that_say_the_same(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)

    def closed(title: str, **texts: str) -> str:
        incident = report(server, cast.alice, title, channel_id=channel)
        server.post("/incident/resolve", {"incident_ids": [incident], **texts}, cast.alice.key)
        server.clock.advance(60)
        return incident

    explained = closed("cpu 91% on db7", root_cause="A leak")
    plain = closed("CPU 97% on db7")
    closed("Disk full")
    report(server, cast.alice, "cpu 95% on db7", channel_id=channel)
    now = report(server, cast.alice, "cpu 99% on db7", channel_id=channel)
    wish = {"incident_id": now, "p": 1}
    before = server.post("/incident/past/list", wish, cast.charlie.key).data["items"]
    server.restart()
    after = server.post("/incident/past/list", wish, cast.charlie.key).data["items"]
    assert [lasting(item) for item in after] == [lasting(item) for item in before]
    assert [item["incident_id"] for item in after] == [explained, plain]
    assert [item["score"] for item in after] == [1.0, 1.0]
    server.clock.advance(31 * DAY)
    later = report(server, cast.alice, "cpu 99% on db7", channel_id=channel)
    wish = {"incident_id": later}
    assert server.post("/incident/past/list", wish, cast.charlie.key).data["items"] == []


def test_past_incidents_need_a_channel(server: Server, cast: Cast) -> None:
    wish = {"incident_id": report(server, cast.alice)}
    refused = server.post("/incident/past/list", wish, cast.charlie.key)
    assert refused.status == 400
    assert refused.message.startswith("Channel not found")
