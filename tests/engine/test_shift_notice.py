"""People are told of their shifts, on the virtual clock: in advance and daily, over restarts,
changes of the schedule and of the clocks."""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.factories import make_team, set_zone
from tests.incidents import fire_timers
from tests.ops.test_preference import add
from tests.ops.test_schedule import DAY, HOUR, MONDAY, group, make, weekly
from tests.server import Server
from tocsin.domain.delivery import Delivery
from tocsin.engine.handlers import failed
from tocsin.store import delivery
from tocsin.store import robot_secret as robot_secrets
from tocsin.store.database import Database
from tocsin.store.tables.engine import timer

MINUTE = 60
ADVANCE = {"advance_in_time": 600}


@pytest.fixture
def team(database: Database, cast: Cast) -> int:
    return make_team(database, cast, "Ops", cast.bob)


def go_to(server: Server, clock: VirtualClock, at: int) -> None:
    """Turn the clock to an instant (s), stopping for the engine whenever a timer is due."""
    while clock.now() < at * 1000:
        with server.database.read() as tx:
            due = tx.value(select(func.min(timer.c.due_at))) or at * 1000
        clock.advance(max(min(due, at * 1000) - clock.now(), 0) / 1000)
        fire_timers(server.database)


def everything(server: Server, cast: Cast, schedule_id: int) -> list[Delivery]:
    with server.database.read() as tx:
        return delivery.of(tx, cast.account_id, f"schedule {schedule_id}")


def sent(server: Server, cast: Cast, schedule_id: int) -> list[Delivery]:
    """Messages about shifts, without the warnings of gaps."""
    found = everything(server, cast, schedule_id)
    return [one for one in found if b"Nobody on call:" not in one.payload]


def told(server: Server, cast: Cast, schedule_id: int) -> list[tuple[str, str]]:
    """Where messages went, and the spans they tell of."""
    return [
        (one.target, " ".join(re.findall(r"\d\d-\d\d \d\d:\d\d", text(one))))
        for one in sent(server, cast, schedule_id)
    ]


def text(one: Delivery) -> str:
    return str(msgspec.json.decode(one.payload)["text"])


def at_times(server: Server, cast: Cast, schedule_id: int) -> list[tuple[str, str]]:
    """When which message was owed."""
    return [
        (datetime.fromtimestamp(one.owed_at / 1000, UTC).strftime("%d %H:%M"), one.target)
        for one in sent(server, cast, schedule_id)
    ]


def test_each_is_told_once_before_their_own_time_begins(
    server: Server, cast: Cast, team: int, clock: VirtualClock
) -> None:
    go_to(server, clock, MONDAY)
    both = {"name": "L2", "layer_start": MONDAY + DAY, "groups": [group("B", cast.bob.id)]}
    schedule_id = make(server, cast, team, weekly(cast), both, notify=ADVANCE)
    go_to(server, clock, MONDAY + 9 * HOUR - 601)
    assert told(server, cast, schedule_id) == []
    go_to(server, clock, MONDAY + 9 * HOUR - 600)
    # Bob is on call by the other layer all the time after his week, which Alice's does not end.
    assert told(server, cast, schedule_id) == [(cast.bob.email, "03-02 09:00")]
    server.restart()
    go_to(server, clock, MONDAY + 15 * DAY)
    assert at_times(server, cast, schedule_id) == [
        ("02 08:50", cast.bob.email),
        ("09 08:50", cast.alice.email),
    ]
    assert told(server, cast, schedule_id)[1] == (cast.alice.email, "03-09 09:00 03-16 09:00")
    assert "On call: Duty" in str(sent(server, cast, schedule_id)[0].payload)


def test_the_lead_is_elapsed_time_on_the_night_the_clocks_change(
    server: Server, database: Database, cast: Cast, team: int, clock: VirtualClock
) -> None:
    set_zone(database, cast, "Europe/Berlin")
    go_to(server, clock, int(datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp()))
    # From three in the morning, which follows on two o'clock that night.
    start = int(datetime(2026, 3, 20, 2, tzinfo=UTC).timestamp())
    people = [group("Bob", cast.bob.id), group("Alice", cast.alice.id)]
    layer = {
        "name": "N",
        "layer_start": start,
        "rotation_unit": "day",
        "rotation_value": 1,
        "groups": people,
    }
    fixed = {"cycle": "day", "start": "02:30"}
    schedule_id = make(
        server, cast, team, layer, notify={"advance_in_time": 5400, "fixed_time": fixed}
    )
    go_to(server, clock, int(datetime(2026, 3, 30, 12, tzinfo=UTC).timestamp()))
    # On the 29th 03:00 is 01:00 UTC, and 02:30, which is skipped, is 03:30, 01:30 UTC.
    advance = [("28 23:30", cast.alice.email), ("29 23:30", cast.bob.email)]
    found = at_times(server, cast, schedule_id)
    daily = [each for each in found if each not in advance]
    assert [each for each in found if each in advance] in (
        [advance[0], advance[1]],
        [("28 23:30", cast.bob.email), ("29 23:30", cast.alice.email)],
    )
    assert {at for at, _ in daily} == {"29 01:30", "30 00:30"}


def test_a_change_tells_whom_it_concerns_and_nobody_twice(
    server: Server, cast: Cast, team: int, clock: VirtualClock
) -> None:
    go_to(server, clock, MONDAY)
    schedule_id = make(server, cast, team, weekly(cast), notify=ADVANCE)
    go_to(server, clock, MONDAY + 9 * HOUR - 300)
    assert [who for who, _ in told(server, cast, schedule_id)] == [cast.bob.email]
    override = {
        "name": "Stand-in",
        "mode": 1,
        "groups": [group("C", cast.charlie.id)],
        "layer_start": MONDAY + 9 * HOUR,
        "layer_end": MONDAY + DAY,
    }
    body = {"schedule_id": schedule_id, "layers": [weekly(cast), override]}
    server.post("/schedule/update", body, cast.bob.key)
    go_to(server, clock, MONDAY + 9 * HOUR - 299)
    assert len(told(server, cast, schedule_id)) == 1
    go_to(server, clock, MONDAY + 9 * HOUR)
    assert told(server, cast, schedule_id)[1:] == [(cast.charlie.email, "03-02 09:00 03-03 00:00")]
    # Bob's time begins later now, and Charlie's is not told of again.
    server.post("/schedule/update", {**body, "description": "x"}, cast.bob.key)
    go_to(server, clock, MONDAY + 2 * DAY)
    assert at_times(server, cast, schedule_id)[2:] == [("02 23:50", cast.bob.email)]
    server.post("/schedule/update", {"schedule_id": schedule_id, "notify": None}, cast.bob.key)
    go_to(server, clock, MONDAY + 9 * DAY)
    assert len(told(server, cast, schedule_id)) == 3
    server.post("/schedule/delete", {"schedule_ids": [schedule_id]}, cast.bob.key)
    assert fire_timers(server.database) == 0


def test_an_engine_that_was_away_tells_what_still_matters(
    server: Server, cast: Cast, team: int, clock: VirtualClock
) -> None:
    go_to(server, clock, MONDAY)
    short = weekly(cast, rotation_unit="hour", rotation_value=1)
    schedule_id = make(server, cast, team, short, notify={"advance_in_time": 0})
    go_to(server, clock, MONDAY + 120)
    clock.advance(11 * HOUR + 120)
    fire_timers(server.database)
    # It is 11:04: Bob's hour that began at 11:00 is told, those at 9:00 and 10:00 are over.
    assert told(server, cast, schedule_id) == [(cast.bob.email, "03-02 11:00 03-02 12:00")]


def test_people_choose_how_and_what_fails_goes_another_way(
    server: Server, database: Database, cast: Cast, team: int, clock: VirtualClock
) -> None:
    go_to(server, clock, MONDAY)
    add(server, server.database, cast, cast.bob)
    wish = {"schedule_shift_notify": {"personal_channels": ["push"]}}
    assert server.post("/preference/update", wish, cast.bob.key).status == 200
    schedule_id = make(server, cast, team, weekly(cast), notify=ADVANCE)
    go_to(server, clock, MONDAY + 9 * HOUR - 600)
    [first] = sent(server, cast, schedule_id)
    assert first.method == "ntfy"
    with server.database.write() as tx:
        failed(tx, first)
    with server.database.write() as tx:
        failed(tx, first)
    assert [one.method for one in sent(server, cast, schedule_id)] == ["ntfy", "email"]
    by = {"advance_in_time": 600, "by": {"personal_channels": ["sms", "email"]}}
    server.post("/schedule/update", {"schedule_id": schedule_id, "notify": by}, cast.bob.key)
    go_to(server, clock, MONDAY + 7 * DAY + 9 * HOUR)
    assert [one.target for one in sent(server, cast, schedule_id)][2:] == [cast.alice.email]


def test_chats_are_told_and_their_secrets_are_not_shown(
    server: Server, database: Database, cast: Cast, team: int, clock: VirtualClock
) -> None:
    go_to(server, clock, MONDAY)
    hook = {"type": "slack", "settings": {"token": "T0/B0/c0ffee", "alias": "ops"}}
    notify = {
        "fixed_time": {"cycle": "day", "start": "08:00"},
        "webhooks": [hook],
        "im": {"feishu": "deadbeef"},
    }
    layer = weekly(cast, layer_start=MONDAY + DAY, layer_end=MONDAY + 3 * DAY)
    schedule_id = make(server, cast, team, layer, notify=notify)
    window = {"schedule_id": schedule_id, "start": MONDAY, "end": MONDAY + DAY}
    shown = server.post("/schedule/info", window, cast.bob.key).data["notify"]
    assert "c0ffee" not in str(shown)
    assert "deadbeef" not in str(shown)
    assert shown["webhooks"][0]["settings"]["alias"] == "ops"
    again = {"schedule_id": schedule_id, "notify": shown}
    assert server.post("/schedule/update", again, cast.bob.key).status == 200
    with server.database.write() as tx:
        assert robot_secrets.sweep(tx, tx.now + 1, 100) == 0
    go_to(server, clock, MONDAY - 1 + DAY)
    found = sent(server, cast, schedule_id)
    assert [one.method for one in found] == ["email", "feishu", "slack"]
    assert "Bob: from 2026-03-03 00:00 until 2026-03-05 00:00" in text(found[1])
    go_to(server, clock, MONDAY + 4 * DAY)
    assert "Nobody is on call within the next day." in text(sent(server, cast, schedule_id)[-1])


@pytest.mark.parametrize(
    ("notify", "says"),
    [
        ({"fixed_time": {"cycle": "day", "start": "25:00"}}, "notify.fixed_time.start"),
        ({"fixed_time": {"cycle": "moon", "start": "08:00"}}, "notify.fixed_time.cycle"),
        ({"advance_in_time": 31 * DAY}, "notify.advance_in_time"),
        ({"webhooks": [{"type": "slack", "settings": {}}] * 21}, "notify.webhooks"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    server: Server, cast: Cast, team: int, notify: dict[str, Any], says: str
) -> None:
    body = {"schedule_name": "D", "team_id": team, "layers": [], "notify": notify}
    refused = server.post("/schedule/create", body, cast.bob.key)
    assert refused.code == "InvalidParameter"
    assert says in refused.message


def test_a_schedule_that_is_off_tells_nobody(
    server: Server, cast: Cast, team: int, clock: VirtualClock, database: Database
) -> None:
    go_to(server, clock, MONDAY)
    schedule_id = make(server, cast, team, weekly(cast), notify=ADVANCE)
    off = {"schedule_id": schedule_id, "status": 1}
    assert server.post("/schedule/update", off, cast.bob.key).status == 200
    go_to(server, clock, MONDAY + 10 * HOUR)
    assert told(server, cast, schedule_id) == []
