"""Shifts in other calendars: read by an independent parser from their secret addresses."""

from datetime import UTC, datetime
from typing import Any

import pytest
import recurring_ical_events
from icalendar import Calendar

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.factories import make_team, set_zone
from tests.ops.test_schedule import DAY, HOUR, MONDAY, final, group, make, show, weekly
from tests.server import Server
from tocsin.store.database import Database
from tocsin.store.tables.schedule import ical_link


@pytest.fixture
def team(database: Database, cast: Cast) -> int:
    return make_team(database, cast, "Ops", cast.bob)


def read(server: Server, url: str, **headers: str) -> Any:
    assert url.startswith(server.base)
    return server.request("GET", url.removeprefix(server.base), headers=headers)


def events(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """What a calendar program shows from one instant (s) to another."""
    calendar = Calendar.from_ical(text)
    found = recurring_ical_events.of(calendar).between(
        datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
    )
    return sorted(
        (
            int(one["DTSTART"].dt.timestamp()),
            int(one["DTEND"].dt.timestamp()),
            str(one["SUMMARY"]),
        )
        for one in found
    )


@pytest.mark.effect("/schedule/ical/rotate", seen_by="/schedule/ical/info")
@pytest.mark.effect("/schedule/ical/info", seen_by="/schedule/ical/info")
def test_a_schedule_is_read_by_calendars_as_it_is_shown(
    server: Server, database: Database, cast: Cast, team: int, clock: VirtualClock
) -> None:
    clock.advance(MONDAY - clock.now() // 1000)
    set_zone(database, cast, "Europe/Berlin")
    # From a day before Berlin's clocks go forward, by nights.
    layer = weekly(
        cast,
        rotation_unit="day",
        restrict_mode=1,
        restrict_periods=[{"restrict_start": 20 * HOUR, "restrict_end": 8 * HOUR}],
    )
    schedule_id = make(server, cast, team, layer, schedule_name="Nights, weekly; all")
    wish = {"schedule_id": schedule_id}
    assert server.post("/schedule/ical/info", wish, cast.charlie.key).data["is_open"] is False
    url = server.post("/schedule/ical/rotate", wish, cast.bob.key).data["url"]
    server.restart()
    url = server.base + url[url.index("/ical/") :]
    answer = read(server, url)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert str(Calendar.from_ical(answer.text)["X-WR-TIMEZONE"]) == "Europe/Berlin"
    start, end = MONDAY + 20 * DAY, MONDAY + 34 * DAY
    shown = show(server, cast.bob.key, schedule_id, days=40)
    expected = [
        (MONDAY + since * HOUR, MONDAY + until * HOUR, f"{name} – Nights, weekly; all")
        for since, until, name in final(shown)
        if MONDAY + since * HOUR < end and MONDAY + until * HOUR > start
    ]
    assert events(answer.text, start, end) == expected
    assert {until - since for since, until, _ in expected} == {12 * HOUR, 11 * HOUR}
    found = server.post("/schedule/ical/info", wish, cast.charlie.key).data
    assert (found["is_open"], found["created_by"]) == (True, cast.bob.id)
    assert found["read_at"] == clock.now() // 1000
    assert read(server, url, **{"If-None-Match": answer.headers["etag"]}).status_code == 304
    with server.database.read() as tx:
        secret = url.rpartition("/")[2].removesuffix(".ics")
        kept = tx.tuples(ical_link.select())
    assert secret not in str(kept)


@pytest.mark.effect("/preference/ical/rotate", seen_by="/preference/ical/info")
@pytest.mark.effect("/preference/ical/info", seen_by="/preference/ical/info")
@pytest.mark.effect("/preference/ical/revoke", seen_by="/preference/ical/info")
def test_a_person_reads_their_own_shifts_of_all_schedules_until_they_revoke_it(
    server: Server, cast: Cast, team: int, clock: VirtualClock
) -> None:
    clock.advance(MONDAY - clock.now() // 1000)
    make(server, cast, team, weekly(cast))
    always = {"name": "All", "layer_start": MONDAY - 400 * DAY, "groups": [group("B", cast.bob.id)]}
    make(server, cast, team, always, schedule_name="Always")
    first = server.post("/preference/ical/rotate", {}, cast.bob.key).data["url"]
    second = server.post("/preference/ical/rotate", {}, cast.bob.key).data["url"]
    assert read(server, first).status_code == 404
    text = read(server, second).text
    mine = events(text, MONDAY, MONDAY + 21 * DAY)
    assert {name for _, _, name in mine} == {"Duty", "Always"}
    duty = [(since - MONDAY, until - MONDAY) for since, until, name in mine if name == "Duty"]
    assert duty == [
        (9 * HOUR, 7 * DAY + 9 * HOUR),
        (14 * DAY + 9 * HOUR, 21 * DAY + 9 * HOUR),
    ]
    assert server.post("/preference/ical/info", {}, cast.bob.key).data["is_open"] is True
    clock.advance(10 * DAY)
    uids = {str(one["UID"]) for one in Calendar.from_ical(text).walk("VEVENT")}
    again = read(server, second).text
    assert {str(one["UID"]) for one in Calendar.from_ical(again).walk("VEVENT")} == uids
    server.post("/preference/ical/revoke", {}, cast.bob.key)
    server.restart()
    assert server.post("/preference/ical/info", {}, cast.bob.key).data["is_open"] is False
    assert server.request("GET", second[second.index("/ical/") :]).status_code == 404


@pytest.mark.effect("/schedule/ical/revoke", seen_by="/schedule/ical/info")
def test_only_who_may_change_a_schedule_opens_and_ends_its_address(
    server: Server, cast: Cast, database: Database
) -> None:
    foreign = make_team(database, cast, "Other")
    body = {"schedule_name": "Duty", "team_id": foreign, "layers": [weekly(cast)]}
    wish = server.post("/schedule/create", body, cast.alice.key).data
    assert server.post("/schedule/ical/rotate", wish, cast.bob.key).code == "AccessDenied"
    url = server.post("/schedule/ical/rotate", wish, cast.alice.key).data["url"]
    assert server.post("/schedule/ical/revoke", wish, cast.bob.key).code == "AccessDenied"
    assert read(server, url).status_code == 200
    assert server.post("/schedule/ical/revoke", wish, cast.alice.key).status == 200
    server.restart()
    assert server.post("/schedule/ical/info", wish, cast.alice.key).data["is_open"] is False
    assert server.request("GET", url[url.index("/ical/") :]).status_code == 404
    assert server.post("/schedule/ical/info", {"schedule_id": 5}, cast.bob.key).code == (
        "ResourceNotFound"
    )


def test_who_left_reads_nothing_and_a_deleted_schedule_is_gone(
    server: Server, cast: Cast, team: int
) -> None:
    schedule_id = make(server, cast, team, weekly(cast))
    wish = {"schedule_id": schedule_id}
    url = server.post("/schedule/ical/rotate", wish, cast.bob.key).data["url"]
    own = server.post("/preference/ical/rotate", {}, cast.charlie.key).data["url"]
    assert read(server, own).status_code == 200
    gone = server.post("/member/delete", {"member_id": cast.charlie.id}, cast.alice.key)
    assert gone.status == 200
    assert read(server, own).status_code == 404
    server.post("/schedule/delete", {"schedule_ids": [schedule_id]}, cast.bob.key)
    assert read(server, url).status_code == 404
    assert server.request("GET", "/ical/" + "0" * 32 + ".ics").status_code == 404
    assert server.request("POST", url.removeprefix(server.base)).status_code == 405
