"""Warnings of time that reaches nobody: shown with the shifts, and sent once."""

from datetime import UTC, datetime

import msgspec
import pytest

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.engine.test_shift_notice import everything, go_to
from tests.factories import make_team
from tests.ops.test_schedule import DAY, HOUR, MONDAY, group, make, show, weekly
from tests.server import Server
from tocsin.store.database import Database

OFFICE = {
    "restrict_mode": 1,
    "restrict_periods": [{"restrict_start": 9 * HOUR, "restrict_end": 17 * HOUR}],
}


@pytest.fixture
def team(database: Database, cast: Cast) -> int:
    return make_team(database, cast, "Ops", cast.bob, cast.charlie)


def warned(server: Server, cast: Cast, schedule_id: int) -> list[tuple[str, str]]:
    """When, in UTC, and whom."""
    return [
        (datetime.fromtimestamp(one.owed_at / 1000, UTC).strftime("%d %H:%M"), one.target)
        for one in everything(server, cast, schedule_id)
    ]


def test_info_and_preview_show_when_nobody_is_on_call_and_why(
    server: Server, cast: Cast, team: int
) -> None:
    empty = {
        "name": "E",
        "mode": 1,
        "groups": [group("Nobody yet")],
        "layer_start": MONDAY + DAY,
        "layer_end": MONDAY + 2 * DAY,
    }
    schedule_id = make(server, cast, team, weekly(cast), empty)
    body = {
        "layers": [weekly(cast), empty, {**empty, "weight": 1, "groups": [group("Left", 5)]}],
        "start": MONDAY,
        "end": MONDAY + 3 * DAY,
    }
    previewed = server.post("/schedule/preview", body, cast.bob.key).data["warnings"]
    assert [one["kind"] for one in previewed] == ["no shift", "no member"]
    server.restart()
    found = show(server, cast.bob.key, schedule_id, 3)["warnings"]
    assert [(one["start"], one["end"], one["kind"], one["text"]) for one in found] == [
        (MONDAY, MONDAY + 9 * HOUR, "no shift", "no layer has a shift"),
        (MONDAY + DAY, MONDAY + 2 * DAY, "empty shift", "Nobody yet names no member"),
    ]
    assert "warnings" not in server.post("/schedule/list", {}, cast.bob.key).data["items"][0]


def test_the_team_is_warned_once_of_a_gap_and_again_of_another(
    server: Server, cast: Cast, team: int, clock: VirtualClock
) -> None:
    go_to(server, clock, MONDAY)
    schedule_id = make(server, cast, team, weekly(cast, **OFFICE))
    go_to(server, clock, MONDAY + 12 * DAY)
    # After five minutes; nights come back, but from the Tuesday on they are known.
    assert warned(server, cast, schedule_id) == [
        ("02 00:05", cast.bob.email),
        ("02 00:05", cast.charlie.email),
    ]
    text = msgspec.json.decode(everything(server, cast, schedule_id)[0].payload)["text"]
    assert "Schedule Duty reaches nobody at these times (UTC):" in text
    assert "2026-03-02 17:00 – 2026-03-03 09:00: no layer has a shift" in text
    server.restart()
    ends = weekly(cast, layer_end=MONDAY + 40 * DAY)
    server.post("/schedule/update", {"schedule_id": schedule_id, "layers": [ends]}, cast.bob.key)
    go_to(server, clock, MONDAY + 25 * DAY)
    assert len(everything(server, cast, schedule_id)) == 2
    go_to(server, clock, MONDAY + 27 * DAY)
    assert len(everything(server, cast, schedule_id)) == 4
    go_to(server, clock, MONDAY + 39 * DAY)
    assert len(everything(server, cast, schedule_id)) == 4


def test_without_a_team_who_made_it_is_warned_and_one_that_is_off_warns_nobody(
    server: Server, cast: Cast, clock: VirtualClock
) -> None:
    go_to(server, clock, MONDAY)
    schedule_id = make(server, cast, 0)
    off = make(server, cast, 0, schedule_name="Off", status=1)
    go_to(server, clock, MONDAY + DAY)
    assert warned(server, cast, schedule_id) == [("02 00:05", cast.bob.email)]
    assert everything(server, cast, off) == []
