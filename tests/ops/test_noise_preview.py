"""What a rule would hide, asked before it is made."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.desk import Desk
from tests.noise_rules import DISKS, asked, inhibiting, silencing
from tests.server import Server
from tocsin.store.database import Database

DAY = 24 * 3600


@pytest.fixture
def desk(server: Server, database: Database, cast: Cast) -> Desk:
    return Desk(server, database, cast)


def preview(desk: Desk, kind: str, **wish: Any) -> Any:
    body = {"channel_id": desk.channel_id, **wish}
    return asked(desk.server, desk.cast.charlie, kind, "preview", **body).data


def keys(examples: list[Any]) -> list[str]:
    return [one["alert_key"] for one in examples]


@pytest.mark.effect(
    "/channel/unsubscribe/rule/preview", seen_by="/channel/unsubscribe/rule/preview"
)
def test_a_drop_rule_shows_what_it_would_have_discarded(desk: Desk) -> None:
    desk.say("old", check="disk")
    desk.server.clock.advance(8 * DAY)
    desk.say("disk-1", check="disk")
    desk.say("disk-1", "Warning", check="disk")
    desk.say("disk-1", "Ok", check="disk")
    desk.say("disk-2", check="disk")
    desk.say("cpu-1", check="cpu")
    before = preview(desk, "unsubscribe", filters=DISKS)
    desk.server.restart()
    found = preview(desk, "unsubscribe", filters=DISKS)
    assert found == before
    assert found["since"] == desk.server.clock.now() // 1000 - 7 * DAY
    assert (found["event_total"], found["hidden_event_total"]) == (4, 3)
    assert keys(found["hidden_events"]) == ["disk-2", "disk-1", "disk-1"]
    assert found["hidden_events"][0]["step"]["verdict"] == "dropped"
    assert (found["active_alert_total"], found["hidden_alert_total"]) == (3, 2)
    assert sorted(keys(found["hidden_alerts"])) == ["disk-2", "old"]
    owners = {one["incident_id"] for one in found["hidden_alerts"]}
    assert set(found["hidden_incident_ids"]) == owners
    assert found["hidden_incident_total"] == 2
    of_events = [one["incident_id"] for one in found["hidden_events"]]
    assert of_events[0] in owners
    assert of_events[1] == of_events[2] not in ("", of_events[0])


@pytest.mark.effect("/channel/silence/rule/preview", seen_by="/channel/silence/rule/preview")
def test_a_silence_shows_what_it_would_have_muted_and_mutes_now(desk: Desk) -> None:
    desk.say("disk-1", check="disk")
    desk.server.clock.advance(2 * 3600)
    desk.say("disk-2", check="disk")
    now = desk.server.clock.now() // 1000
    later = {"start_time": now + 60, "end_time": now + 3600}
    soon = preview(desk, "silence", filters=DISKS, time_filter=later)
    desk.server.restart()
    assert preview(desk, "silence", filters=DISKS, time_filter=later) == soon
    assert (soon["hidden_event_total"], soon["hidden_alert_total"]) == (2, 0)
    at_once = preview(
        desk, "silence", filters=DISKS, time_filter={"start_time": now, "end_time": now + 60}
    )
    assert (at_once["hidden_event_total"], at_once["hidden_alert_total"]) == (2, 2)
    hour = now // 3600 % 24
    window = [{"start": f"{hour:02d}:00", "end": f"{(hour + 1) % 24:02d}:00"}]
    with_windows = preview(desk, "silence", filters=DISKS, time_filters=window)
    assert keys(with_windows["hidden_events"]) == ["disk-2"]
    assert with_windows["hidden_alert_total"] == 2


@pytest.mark.effect("/channel/inhibit/rule/preview", seen_by="/channel/inhibit/rule/preview")
def test_an_inhibit_rule_shows_which_alerts_it_would_have_explained(desk: Desk) -> None:
    for key, status, host in (
        ("disk-0", "Critical", "db1"),
        ("ping-1", "Critical", "db1"),
        ("disk-1", "Critical", "db1"),
        ("disk-2", "Critical", "db2"),
        ("ping-1", "Ok", "db1"),
        ("disk-3", "Critical", "db1"),
        ("ping-1", "Critical", "db1"),
        ("disk-4", "Critical", "db1"),
    ):
        desk.say(key, status, check=key[:4], host=host)
        desk.server.clock.advance(1)
    terms = {
        "equals": ["labels.host"],
        "source_filters": [[{"key": "labels.check", "oper": "IN", "vals": ["ping"]}]],
        "target_filters": DISKS,
    }
    before = preview(desk, "inhibit", **terms)
    desk.server.restart()
    found = preview(desk, "inhibit", **terms)
    assert found == before
    assert (found["event_total"], found["hidden_event_total"]) == (7, 2)
    assert keys(found["hidden_events"]) == ["disk-4", "disk-1"]
    assert found["hidden_events"][0]["step"]["detail"]["source_alert_key"] == "ping-1"
    assert keys(found["hidden_alerts"]) == ["disk-4"]
    assert found["hidden_incident_total"] == 1


def test_an_acknowledged_source_hides_nothing_in_a_preview_either(desk: Desk) -> None:
    desk.say("ping-1", check="ping", host="db1")
    owner = desk.alerts()["ping-1"]["incident"]["incident_id"]
    desk.server.clock.advance(60)
    desk.server.post("/incident/ack", {"incident_ids": [owner]}, desk.cast.alice.key)
    desk.say("disk-1", check="disk", host="db1")
    ping = [[{"key": "labels.check", "oper": "IN", "vals": ["ping"]}]]
    terms = {"equals": ["labels.host"], "source_filters": ping, "target_filters": DISKS}
    found = preview(desk, "inhibit", **terms)
    assert (found["hidden_event_total"], found["hidden_alert_total"]) == (0, 0)


def test_a_preview_shows_what_the_rule_then_does(desk: Desk) -> None:
    """The newest event of each kind is asked about and then pushed again, with the rule made."""
    now = desk.server.clock.now() // 1000
    for number in range(6):
        check = "disk" if number % 2 else "ping"
        desk.say(f"a{number}", check=check, host=f"db{number // 2}")
    once = {"start_time": now, "end_time": now + 3600}
    promised = preview(desk, "silence", filters=DISKS, time_filter=once)
    silencing(desk.server, desk.cast.bob, desk.channel_id)
    for number in range(6):
        desk.say(f"a{number}", "Ok")
        check = "disk" if number % 2 else "ping"
        desk.say(f"a{number}", check=check, host=f"db{number // 2}")
    muted = sorted(key for key, one in desk.alerts().items() if one["ever_muted"])
    assert sorted(keys(promised["hidden_alerts"])) == muted


def test_previews_are_of_channels_one_may_see_and_leave_nothing_behind(desk: Desk) -> None:
    body = {"channel_id": 1, "filters": DISKS}
    hidden = asked(desk.server, desk.cast.charlie, "unsubscribe", "preview", **body)
    assert hidden.code == "ResourceNotFound"
    inhibiting(desk.server, desk.cast.bob, desk.channel_id)
    preview(desk, "unsubscribe", filters=DISKS)
    listed = asked(desk.server, desk.cast.bob, "unsubscribe", "list", channel_id=desk.channel_id)
    assert listed.data == {"items": []}
    bad = {"channel_id": desk.channel_id, "filters": [[]]}
    assert asked(desk.server, desk.cast.bob, "unsubscribe", "preview", **bad).status == 400
