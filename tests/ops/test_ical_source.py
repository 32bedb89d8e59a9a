"""Layers from calendars kept elsewhere: read over HTTP, shown, and kept when reading fails."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.factories import make_team
from tests.incidents import fire_timers
from tests.ops.test_schedule import DAY, HOUR, MONDAY, final, make, show, weekly
from tests.outbound.servers import LOOPBACK, http_server, reply
from tests.server import Server
from tocsin.engine import loop
from tocsin.engine.ical_source import METHOD, IcalTransport
from tocsin.outbound.address import Reach
from tocsin.store.database import Database
from tocsin.store.tables.schedule import ical_source

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Elsewhere//EN
BEGIN:VEVENT
UID:1
DTSTART:20260302T090000Z
DTEND:20260303T090000Z
RRULE:FREQ=WEEKLY
SUMMARY:Night
ATTENDEE;CN=B:mailto:bob@acme.example
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART:20260303T090000Z
DTEND:20260304T090000Z
SUMMARY:Dr. Who
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART:20260304T090000Z
DTEND:20260304T210000Z
SUMMARY:Alice on call
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


class Elsewhere:
    """A server with a calendar, and what is asked of it."""

    def __init__(self) -> None:
        self.text, self.status, self.port = CALENDAR, 200, 0
        self.paths: list[str] = []

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.paths.append(handler.path)
        reply(handler, self.status, self.text.encode())

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/private-c0ffee/basic.ics"


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    with http_server(made.answer) as made.port:
        yield made


@pytest.fixture
def team(database: Database, cast: Cast) -> int:
    return make_team(database, cast, "Ops", cast.bob)


def engine(server: Server, reach: Reach = LOOPBACK) -> None:
    """Fire what is due, and read what is to be read."""
    database = server.database
    fire_timers(database)
    transport = IcalTransport(database, reach)
    while True:
        turn = loop.send_one(database, METHOD, transport)
        try:
            while True:
                next(turn)
        except StopIteration as end:
            if not end.value:
                return


def listed(server: Server, key: str) -> Any:
    [found] = server.post("/schedule/source/list", {}, key).data["items"]
    return found


def enter(server: Server, cast: Cast, team: int, url: str, **more: Any) -> str:
    body = {"source_name": "Ours", "url": url, "team_id": team, **more}
    return str(server.post("/schedule/source/create", body, cast.bob.key).data["source_id"])


@pytest.mark.effect("/schedule/source/create", seen_by="/schedule/source/list")
@pytest.mark.effect("/schedule/source/list", seen_by="/schedule/source/list")
def test_entries_become_shifts_and_nobody_known_is_a_gap_with_its_reason(
    server: Server, database: Database, cast: Cast, team: int, clock: VirtualClock,
    elsewhere: Elsewhere,
) -> None:  # fmt: skip
    clock.advance(MONDAY - clock.now() // 1000)
    source_id = enter(server, cast, team, elsewhere.url)
    layer = {"layer_name": "Theirs", "source_id": source_id}
    schedule_id = make(server, cast, team, layer)
    assert final(show(server, cast.bob.key, schedule_id, 8)) == []
    assert listed(server, cast.charlie.key)["read_at"] == 0
    engine(server)
    server.restart()
    item = show(server, cast.bob.key, schedule_id, 8)
    assert final(item) == [
        (9, 33, "Night"),
        (33, 57, "Dr. Who"),
        (57, 69, "Alice on call"),
        (177, 192, "Night"),
    ]
    people = [
        [one["person_ids"] for one in shift["group"]["members"]]
        for shift in item["final_schedule"]["schedules"]
    ]
    assert people == [[[cast.bob.id]], [], [[cast.alice.id]], [[cast.bob.id]]]
    assert item["layers"][0]["source_id"] == source_id
    found = listed(server, cast.charlie.key)
    assert (found["host"], found["problem"]) == ("localhost", "")
    assert found["read_at"] == found["tried_at"] == clock.now() // 1000
    [unknown] = found["unknown"]
    assert (unknown["start"], unknown["people"], unknown["is_gap"]) == (
        MONDAY + 33 * HOUR,
        ["Dr. Who"],
        True,
    )
    with database.read() as tx:
        assert "c0ffee" not in str(tx.tuples(ical_source.select()))
    elsewhere.text = CALENDAR.replace(
        "DTSTART:20260304T090000Z", "DTSTART;TZID=Mars:20260304T090000"
    )
    server.post("/schedule/source/refresh", {"source_id": source_id}, cast.bob.key)
    engine(server)
    server.restart()
    found = listed(server, cast.charlie.key)
    assert found["entries"] > 2
    [skipped] = found["skipped"]
    assert "Alice on call (20260304T090000): its time zone Mars is unknown" in skipped


@pytest.mark.effect("/schedule/source/refresh", seen_by="/schedule/source/list")
def test_a_reading_that_fails_keeps_what_was_read_and_says_why(
    server: Server, database: Database, cast: Cast, team: int, clock: VirtualClock,
    elsewhere: Elsewhere,
) -> None:  # fmt: skip
    clock.advance(MONDAY - clock.now() // 1000)
    source_id = enter(server, cast, team, elsewhere.url)
    engine(server)
    read_at = listed(server, cast.bob.key)["read_at"]
    clock.advance(HOUR)
    elsewhere.status = 500
    engine(server)
    found = listed(server, cast.bob.key)
    assert (found["problem"], found["read_at"]) == ("answered 500, not 200", read_at)
    assert found["entries"] > 20
    elsewhere.status, elsewhere.text = 200, "<html>"
    assert (
        server.post("/schedule/source/refresh", {"source_id": source_id}, cast.bob.key).data == {}
    )
    engine(server)
    assert "no iCalendar file" in listed(server, cast.bob.key)["problem"]
    clock.advance(HOUR)
    engine(server, Reach())
    assert "internal address" in listed(server, cast.bob.key)["problem"]
    elsewhere.text = CALENDAR.replace("Dr. Who", "Charlie")
    clock.advance(HOUR)
    engine(server)
    server.restart()
    found = listed(server, cast.bob.key)
    assert (found["problem"], found["unknown"]) == ("", [])
    assert found["read_at"] == clock.now() // 1000
    assert len(elsewhere.paths) == 4


@pytest.mark.effect("/schedule/source/update", seen_by="/schedule/source/list")
@pytest.mark.effect("/schedule/source/delete", seen_by="/schedule/source/list")
def test_a_calendar_that_a_schedule_needs_stays_and_belongs_to_its_team(
    server: Server, database: Database, cast: Cast, team: int, elsewhere: Elsewhere
) -> None:
    source_id = enter(server, cast, team, "webcal://calendar.example/a.ics")
    other = enter(server, cast, 0, elsewhere.url, source_name="Other")
    assert listed_names(server, cast) == ["Other", "Ours"]
    wish = {"source_id": source_id}
    taken = server.post("/schedule/source/update", {**wish, "source_name": "Other"}, cast.bob.key)
    assert "choose another source_name" in taken.message
    change = {**wish, "source_name": "Theirs", "url": elsewhere.url}
    assert server.post("/schedule/source/update", change, cast.bob.key).status == 200
    schedule_id = make(server, cast, team, {"name": "L", "source_id": source_id})
    refused = server.post("/schedule/source/delete", wish, cast.bob.key)
    assert refused.code == "ReferenceExist"
    layers = {"schedule_id": schedule_id, "layers": [weekly(cast)]}
    assert server.post("/schedule/update", layers, cast.bob.key).status == 200
    assert server.post("/schedule/source/delete", wish, cast.bob.key).status == 200
    server.restart()
    assert listed_names(server, cast) == ["Other"]
    engine(server)
    assert (
        server.post("/schedule/source/delete", {"source_id": other}, cast.alice.key).status == 200
    )
    gone = server.post("/schedule/source/refresh", wish, cast.bob.key)
    assert gone.code == "ResourceNotFound"


def listed_names(server: Server, cast: Cast) -> list[str]:
    found = server.post("/schedule/source/list", {}, cast.bob.key).data["items"]
    return [one["source_name"] for one in found]


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"url": "ftp://calendar.example/"}, "url"),
        ({"url": "https://user:pass@calendar.example/"}, "url"),
        ({"url": "https://" + "x" * 2100}, "url"),
        ({"source_name": ""}, "source_name"),
        ({"source_name": "x" * 41}, "source_name"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(
    server: Server, cast: Cast, wish: dict[str, str], says: str
) -> None:
    body = {"source_name": "Ours", "url": "https://calendar.example/", **wish}
    refused = server.post("/schedule/source/create", body, cast.bob.key)
    assert refused.code == "InvalidParameter"
    assert says in refused.message


def test_an_unknown_calendar_makes_no_layer_and_overrides_may_come_from_one(
    server: Server, database: Database, cast: Cast, team: int, clock: VirtualClock,
    elsewhere: Elsewhere,
) -> None:  # fmt: skip
    clock.advance(MONDAY - clock.now() // 1000)
    wrong = {"schedule_name": "D", "layers": [{"name": "L", "source_id": "0" * 24}]}
    assert "source_id" in server.post("/schedule/create", wrong, cast.bob.key).message
    source_id = enter(server, cast, team, elsewhere.url)
    engine(server)
    override = {"name": "Theirs", "mode": 1, "source_id": source_id, "layer_end": MONDAY + DAY}
    body = {"layers": [weekly(cast), override], "start": MONDAY, "end": MONDAY + 2 * DAY}
    found = server.post("/schedule/preview", body, cast.bob.key).data
    assert final(found) == [(9, 24, "Night"), (24, 48, "Bob")]
