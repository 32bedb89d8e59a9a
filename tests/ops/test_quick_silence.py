"""Silences made from an incident: they know what to silence, and go by themselves."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.desk import Desk
from tests.noise_rules import DISKS, asked, listed, silencing
from tests.push import engine, make_channel
from tests.server import Server
from tocsin.engine.silence import END
from tocsin.store import timer
from tocsin.store.database import Database

DAY = 24 * 3600


@pytest.fixture
def desk(server: Server, database: Database, cast: Cast) -> Desk:
    """A channel with one incident, of the disk of db7."""
    made = Desk(server, database, cast)
    made.say("disk-7", "Warning", check="disk", host="db7", value="93")
    return made


def incident(desk: Desk, alert_key: str = "disk-7") -> dict[str, Any]:
    found = desk.alerts()[alert_key]["incident"]
    assert isinstance(found, dict)
    return found


def quick(desk: Desk, **more: Any) -> Any:
    wish = {
        "channel_id": desk.channel_id,
        "from_incident_id": incident(desk)["incident_id"],
        **more,
    }
    return asked(desk.server, desk.cast.bob, "silence", "create", **wish)


def rules(desk: Desk) -> list[Any]:
    return listed(desk.server, desk.cast.bob, "silence", desk.channel_id)


@pytest.mark.parametrize("said", [{}, {"filters": []}, {"filters": [[]]}])
def test_what_is_left_open_follows_from_the_incident(desk: Desk, said: dict[str, Any]) -> None:
    made = quick(desk, **said).data
    shown = incident(desk)
    body = {"incident_id": shown["incident_id"]}
    num = desk.server.post("/incident/info", body, desk.cast.bob.key).data["num"]
    assert made["rule_name"] == f"Quick Silence - #{num}"
    (rule,) = rules(desk)
    now = desk.server.clock.now() // 1000
    assert (rule["rule_id"], rule["rule_name"]) == (made["rule_id"], made["rule_name"])
    assert rule["description"] == "Disk full"
    assert rule["time_filter"] == {"start_time": now, "end_time": now + DAY}
    assert (rule["is_auto_delete"], rule["is_effective"]) == (True, True)
    assert rule["from_incident_id"] == shown["incident_id"]
    assert rule["filters"] == [
        [
            {"key": "severity", "oper": "IN", "vals": ["Warning", "Info"]},
            {"key": "labels.check", "oper": "IN", "vals": ["disk"]},
            {"key": "labels.host", "oper": "IN", "vals": ["db7"]},
        ]
    ]


def test_it_silences_the_like_of_the_incident_and_nothing_worse(desk: Desk) -> None:
    quick(desk)
    desk.say("disk-7", "Ok")
    desk.say("disk-7", "Info", check="disk", host="db7", value="80")
    assert desk.incidents() == 1
    desk.say("disk-8", "Warning", check="disk", host="db8")
    assert desk.incidents() == 2
    desk.say("disk-7b", "Critical", check="disk", host="db7")
    assert desk.incidents() == 3


def test_it_is_gone_after_its_day(desk: Desk) -> None:
    quick(desk)
    kept = silencing(desk.server, desk.cast.bob, desk.channel_id)
    desk.server.clock.advance(DAY - 1)
    engine(desk.database)
    assert len(rules(desk)) == 2
    desk.server.clock.advance(1)
    engine(desk.database)
    desk.server.restart()
    assert [rule["rule_id"] for rule in rules(desk)] == [kept]


def test_asking_again_changes_the_same_rule(desk: Desk) -> None:
    first = quick(desk).data["rule_id"]
    desk.server.clock.advance(3600)
    assert quick(desk, rule_name="Longer").data == {"rule_id": first, "rule_name": "Longer"}
    (rule,) = rules(desk)
    now = desk.server.clock.now() // 1000
    assert rule["time_filter"] == {"start_time": now, "end_time": now + DAY}
    desk.server.clock.advance(DAY - 3600)
    engine(desk.database)
    assert len(rules(desk)) == 1
    desk.server.clock.advance(3600)
    engine(desk.database)
    assert rules(desk) == []


def test_what_is_said_outranks_the_incident(desk: Desk) -> None:
    now = desk.server.clock.now() // 1000
    once = {"start_time": now + 60, "end_time": now + 120}
    quick(desk, rule_name="Mine", filters=DISKS, time_filter=once, is_auto_delete=False)
    (rule,) = rules(desk)
    assert (rule["rule_name"], rule["filters"], rule["time_filter"]) == ("Mine", DISKS, once)
    desk.server.clock.advance(121)
    engine(desk.database)
    assert len(rules(desk)) == 1


def test_a_rule_that_is_no_more_to_delete_itself_stays(desk: Desk) -> None:
    rule_id = quick(desk).data["rule_id"]
    now = desk.server.clock.now() // 1000
    said = {
        "channel_id": desk.channel_id,
        "rule_id": rule_id,
        "rule_name": "For good",
        "filters": DISKS,
        "time_filter": {"start_time": now, "end_time": now + 60},
    }
    assert asked(desk.server, desk.cast.bob, "silence", "update", **said).data == {}
    desk.server.clock.advance(2 * DAY)
    engine(desk.database)
    (rule,) = rules(desk)
    assert (rule["rule_name"], rule["from_incident_id"] != "") == ("For good", True)


def test_a_deleted_one_leaves_no_timer(desk: Desk) -> None:
    rule_id = quick(desk).data["rule_id"]
    wish = {"channel_id": desk.channel_id, "rule_id": rule_id}
    asked(desk.server, desk.cast.bob, "silence", "delete", **wish)
    with desk.database.read() as tx:
        assert timer.get(tx, END, rule_id) is None


def test_an_incident_of_another_channel_is_unknown(desk: Desk) -> None:
    other = make_channel(desk.server, desk.database, desk.cast, "Search")
    answer = quick(desk, channel_id=other)
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert quick(desk, from_incident_id="f" * 24).code == "InvalidParameter"


def test_without_an_incident_all_must_be_said(desk: Desk) -> None:
    for said in ({"filters": DISKS}, {"rule_name": "Rule"}, {"rule_name": "R", "filters": DISKS}):
        answer = quick(desk, from_incident_id="", **said)
        assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert rules(desk) == []
