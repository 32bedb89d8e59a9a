"""Coverage: when incidents would reach nobody in time, found on the virtual clock."""

from typing import Any

import msgspec
import pytest

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.escalation import level, people, rule
from tests.factories import make_team, set_zone
from tests.incidents import fire_timers
from tests.ops.test_preference import add, prefer
from tests.ops.test_schedule import DAY, HOUR, MONDAY, make, weekly
from tests.push import make_channel
from tests.server import Server
from tocsin.domain.delivery import Delivery
from tocsin.engine import loop
from tocsin.engine.coverage import CoverageTransport
from tocsin.engine.coverage_watch import METHOD
from tocsin.store import delivery
from tocsin.store.database import Database

LIST = "/channel/coverage/list"


def check(server: Server, unset: frozenset[str] = frozenset()) -> None:
    """Let a minute pass, and an engine do what is due."""
    server.clock.advance(61)
    database = server.database
    fire_timers(database)
    database.site = msgspec.structs.replace(database.site, unset=unset)
    transport = CoverageTransport(database)
    while True:
        turn = loop.send_one(database, METHOD, transport)
        try:
            while True:
                next(turn)
        except StopIteration as end:
            if not end.value:
                return


def found(server: Server, cast: Cast, channel_id: int) -> dict[str, Any]:
    wish = {"channel_ids": [channel_id]}
    items = server.post(LIST, wish, cast.alice.key).data["items"]
    return {one["severity"]: one for one in items}


def previewed(server: Server, cast: Cast, channel_id: int) -> tuple[bool, str]:
    """Whether a preview of a Critical incident says that somebody is reached, and by what."""
    wish = {"channel_id": channel_id}
    answer = server.post("/channel/escalate/preview", wish, cast.alice.key).data
    return answer["reaches_somebody"], answer["levels"][0]["people"][0]["first_by"]


def on_call(schedule_id: int, **by: Any) -> dict[str, Any]:
    target = {
        "schedule_to_role_ids": {str(schedule_id): []},
        "by": by or {"follow_preference": True},
    }
    return {"target": target}


def told(server: Server, cast: Cast) -> list[Delivery]:
    with server.database.read() as tx:
        return delivery.of(tx, cast.account_id, "coverage")


@pytest.fixture
def channel(server: Server, database: Database, cast: Cast, clock: VirtualClock) -> int:
    clock.advance(MONDAY - clock.now() // 1000)
    return make_channel(server, database, cast)


@pytest.fixture
def team(database: Database, cast: Cast) -> int:
    return make_team(database, cast, "Ops", cast.bob)


@pytest.mark.effect("/channel/coverage/list", seen_by="/channel/coverage/list")
def test_the_first_instant_is_where_the_shifts_end_less_the_way_there(
    server: Server, database: Database, cast: Cast, team: int, channel: int
) -> None:
    set_zone(database, cast, "Europe/Berlin")
    duty = make(
        server, cast, team, weekly(cast, layer_start=MONDAY - DAY, layer_end=MONDAY + 9 * DAY)
    )
    first = {**on_call(duty), "max_times": 0, "escalate_window": 10}
    rule(server, cast.bob, channel, first, on_call(duty))
    check(server)
    got = found(server, cast, channel)
    # An incident that begins before the end is told at once, so it is covered until the end.
    assert {one["uncovered_at"] for one in got.values()} == {MONDAY + 9 * DAY}
    assert got["Critical"]["is_covered"] is False
    assert got["Critical"]["reason"] == "no level reaches a verified contact of anybody"
    assert "schedule Duty has nobody on call" in got["Critical"]["trace"][1]
    server.restart()
    assert found(server, cast, channel) == got
    page = server.post(LIST, {"only_uncovered": True, "limit": 2}, cast.bob.key).data
    assert (page["total"], len(page["items"])) == (3, 2)
    assert page["items"][0]["within_minutes"] == 30
    assert page["items"][0]["channel_name"] == "Payments"


@pytest.mark.effect("/channel/coverage/check", seen_by="/channel/coverage/list")
def test_a_gap_counts_only_where_nobody_is_reached_within_the_minutes(
    server: Server, cast: Cast, team: int, channel: int
) -> None:
    office = {
        "restrict_mode": 1,
        "restrict_periods": [{"restrict_start": 0, "restrict_end": 17 * HOUR}],
    }
    duty = make(server, cast, team, weekly(cast, layer_start=MONDAY - DAY, **office))
    slow = {**level(cast.alice), "escalate_window": 20}
    rule(server, cast.bob, channel, slow, on_call(duty))
    # Alice is told at once; take her out, and the schedule has to answer within the minutes.
    check(server)
    assert found(server, cast, channel)["Critical"]["is_covered"] is True
    nobody = {"target": {"emails": ["noc@acme.example"], "by": {"critical": ["email"]}}}
    rules = server.post("/channel/escalate/rule/list", {"channel_id": channel}, cast.bob.key).data
    gone = {"channel_id": channel, "rule_id": rules["items"][0]["rule_id"]}
    assert server.post("/channel/escalate/rule/delete", gone, cast.bob.key).status == 200
    rule(server, cast.bob, channel, {**nobody, "escalate_window": 20}, on_call(duty), priority=1)
    asked = server.post("/channel/coverage/check", {"within_minutes": 25}, cast.bob.key).data
    now = server.clock.now() // 1000
    assert (asked["is_computing"], asked["computing_since"], asked["uncovered"]) == (True, now, [])
    last = found(server, cast, channel)["Critical"]["checked_at"]
    assert 0 < asked["checked_at"] == last
    server.clock.advance(5)
    page = server.post(LIST, {}, cast.bob.key).data
    assert (page["is_computing"], page["computing_since"]) == (True, now)
    fire_timers(server.database)
    page = server.post(LIST, {}, cast.bob.key).data
    assert (page["is_computing"], page["computing_since"]) == (True, now + 5)
    check(server)
    page = server.post(LIST, {}, cast.bob.key).data
    assert (page["is_computing"], page["computing_since"]) == (False, 0)
    got = found(server, cast, channel)["Critical"]
    # Told 20 minutes later, at 17:00 nobody is on call any more.
    assert got["uncovered_at"] == MONDAY + 17 * HOUR - 20 * 60
    assert "only addresses and chats" in got["trace"][1]
    again = server.post("/channel/coverage/check", {"within_minutes": 15}, cast.bob.key).data
    assert {one["severity"] for one in again["uncovered"]} >= {"Critical"}
    check(server)
    server.restart()
    got = found(server, cast, channel)["Critical"]
    assert got["uncovered_at"] == got["checked_at"]
    assert got["reason"] == "nobody is reached before 20 min, not within 15 min"


def test_quiet_hours_and_waits_put_off_what_is_not_critical(
    server: Server, database: Database, cast: Cast, channel: int
) -> None:
    rule(server, cast.bob, channel, level(cast.bob))
    night = [{"start": "22:00", "end": "07:00"}]
    prefer(server, cast.bob, ["email"], quiet_hours=night)
    check(server)
    got = found(server, cast, channel)
    assert got["Critical"]["is_covered"] is True
    assert got["Warning"]["uncovered_at"] == got["Warning"]["checked_at"]
    server.clock.advance(8 * HOUR)
    prefer(server, cast.bob, ["email"], quiet_hours=night, wait_minutes={"email": 5})
    check(server)
    got = found(server, cast, channel)
    assert got["Warning"]["uncovered_at"] == MONDAY + 22 * HOUR
    assert "Bob (named in the rule) by email after 5 min" in got["Critical"]["trace"][1]
    prefer(server, cast.bob, ["email"], quiet_hours=[], wait_minutes={"email": 45})
    check(server)
    assert found(server, cast, channel)["Critical"]["is_covered"] is False


def test_contacts_count_when_they_are_proved_and_can_be_carried(
    server: Server, cast: Cast, channel: int
) -> None:
    rule(server, cast.bob, channel, {"target": people(cast.bob, by={"critical": ["sms"]})})
    check(server, frozenset({"email"}))
    got = found(server, cast, channel)["Critical"]
    assert got["is_covered"] is False
    lack = "has only what this server is not set up to send by: email"
    assert f"Bob (named in the rule) {lack}" in got["trace"][1]
    assert previewed(server, cast, channel) == (False, "")
    add(server, server.database, cast, cast.bob)
    check(server, frozenset({"email"}))
    assert found(server, cast, channel)["Critical"]["trace"][1].endswith("by push after 0 min")
    assert previewed(server, cast, channel) == (True, "push")
    server.clock.advance(DAY)
    check(server, frozenset({"email", "ntfy"}))
    assert found(server, cast, channel)["Critical"]["is_covered"] is False
    assert previewed(server, cast, channel) == (False, "")


def test_rules_for_other_times_leave_the_rest_uncovered_also_over_a_change_of_clocks(
    server: Server, database: Database, cast: Cast, channel: int
) -> None:
    set_zone(database, cast, "Europe/Berlin")
    server.clock.advance(26 * DAY + 12 * HOUR)
    # From Saturday the 28th at noon: all but three to four in the morning.
    windows = [{"start": "04:00", "end": "03:00"}]
    rule(server, cast.bob, channel, level(cast.bob), time_filters=windows)
    check(server)
    got = found(server, cast, channel)["Critical"]
    # That night the clocks go from two to three: what is three o'clock comes at 01:00 UTC.
    assert got["uncovered_at"] == MONDAY + 27 * DAY + HOUR
    assert "is for other times" in got["reason"]


def test_admins_are_told_once_when_it_breaks_and_again_when_it_breaks_anew(
    server: Server, cast: Cast, channel: int
) -> None:
    made = rule(server, cast.bob, channel, level(cast.bob))
    check(server)
    assert told(server, cast) == []
    wish = {"channel_id": channel, "rule_id": made}
    server.post("/channel/escalate/rule/disable", wish, cast.bob.key)
    check(server)
    [first] = told(server, cast)
    assert first.target == cast.alice.email
    text = msgspec.json.decode(first.payload)["text"]
    assert "- Payments, Critical: from 2026-03-02 00:02 (UTC): no rule takes it" in text
    server.post("/channel/update", {"channel_id": channel, "description": "x"}, cast.bob.key)
    check(server)
    server.clock.advance(2 * DAY)
    check(server)
    assert len(told(server, cast)) == 1
    server.post("/channel/escalate/rule/enable", wish, cast.bob.key)
    check(server)
    assert found(server, cast, channel)["Critical"]["is_covered"] is True
    server.post("/channel/escalate/rule/disable", wish, cast.bob.key)
    check(server)
    assert len(told(server, cast)) == 2


def test_it_is_checked_every_night_and_channels_that_end_are_forgotten(
    server: Server, database: Database, cast: Cast, channel: int
) -> None:
    many = [make_channel(server, database, cast, f"C{n}") for n in range(11)]
    check(server)
    assert server.post(LIST, {}, cast.alice.key).data["total"] == 36
    server.clock.advance(4 * HOUR)
    check(server)
    checked_at = found(server, cast, many[0])["Info"]["checked_at"]
    assert checked_at == server.clock.now() // 1000
    gone = {"channel_id": many[0]}
    assert server.post("/channel/delete", gone, cast.bob.key).status == 200
    assert server.post("/channel/disable", {"channel_id": many[1]}, cast.bob.key).status == 200
    check(server)
    assert server.post(LIST, {}, cast.alice.key).data["total"] == 30


def test_private_channels_are_shown_to_their_own_alone(
    server: Server, database: Database, cast: Cast
) -> None:
    hidden = make_channel(server, database, cast)
    private = {"channel_id": hidden, "is_private": True}
    assert server.post("/channel/update", private, cast.bob.key).status == 200
    check(server)
    assert server.post(LIST, {}, cast.bob.key).data["total"] == 3
    assert server.post(LIST, {}, cast.charlie.key).data["total"] == 0
    assert server.post(LIST, {}, cast.alice.key).data["total"] == 3
