"""Drop, silence and inhibit rules from the push door to the incident, or to none."""

import pytest
from sqlalchemy import update

from tests.cast import Cast
from tests.desk import Desk
from tests.noise_rules import DISKS, HOURS, asked, dropping, inhibiting, silencing
from tests.push import engine, make_channel
from tests.server import Server
from tocsin.domain.trace import Outcome, Stage
from tocsin.store.database import Database
from tocsin.store.tables.platform import account


@pytest.fixture
def desk(server: Server, database: Database, cast: Cast) -> Desk:
    return Desk(server, database, cast)


def test_a_dropped_event_leaves_its_trace_and_nothing_else(desk: Desk) -> None:
    rule_id = dropping(desk.server, desk.cast.bob, desk.channel_id)
    desk.say("a", check="disk")
    desk.say("b", check="cpu")
    assert set(desk.alerts()) == {"b"}
    assert desk.incidents() == 1
    found = desk.trace("a")
    assert (found.outcome, found.alert_id) == (Outcome.DROPPED, "")
    assert found.steps[-1].stage is Stage.DROP
    assert (found.steps[-1].rule_id, found.steps[-1].rule_name) == (rule_id, "No disks")


def test_an_alert_that_is_open_recovers_though_its_like_is_dropped_by_now(desk: Desk) -> None:
    desk.say("a", check="disk")
    dropping(desk.server, desk.cast.bob, desk.channel_id)
    desk.say("a", "Ok", check="disk")
    assert desk.alerts()["a"]["end_time"] > 0


def test_a_silenced_push_opens_no_incident_until_the_silence_is_over(desk: Desk) -> None:
    rule_id = silencing(desk.server, desk.cast.bob, desk.channel_id)
    desk.say("a", check="disk")
    assert desk.incidents() == 0
    assert desk.alerts()["a"]["ever_muted"] is True
    found = desk.trace("a")
    assert (found.outcome, found.steps[-1].stage) == (Outcome.MUTED, Stage.SILENCE)
    assert (found.steps[-1].rule_id, found.incident_id) == (rule_id, "")
    desk.server.clock.advance(3599)
    desk.say("a", check="disk")
    assert desk.incidents() == 0
    desk.server.clock.advance(1)
    desk.say("a", check="disk")
    assert desk.incidents() == 1
    assert desk.trace("a").outcome is Outcome.OPENED
    assert desk.alerts()["a"]["incident"]["progress"] == "Triggered"


def test_the_log_of_an_alert_says_what_muted_it(desk: Desk) -> None:
    inhibit_id = inhibiting(desk.server, desk.cast.bob, desk.channel_id)
    desk.say("ping-1", check="ping", host="db1")
    desk.say("cpu-1", check="cpu", host="db1")
    silence_id = silencing(desk.server, desk.cast.bob, desk.channel_id)
    desk.say("disk-1", check="disk", host="db1")
    muted = {
        entry["type"]: entry["detail"] for key in ("cpu-1", "disk-1") for entry in desk.log(key)
    }
    assert muted["a_m_silence"] == {"rule_id": silence_id, "rule_name": "Quiet disks"}
    assert muted["a_m_inhibit"] == {
        "rule_id": inhibit_id,
        "rule_name": "Host down",
        "source_alert_id": desk.alerts()["ping-1"]["alert_id"],
    }


def test_what_came_during_a_silence_is_silenced_though_digested_later(desk: Desk) -> None:
    silencing(desk.server, desk.cast.bob, desk.channel_id)
    desk.queue("a", check="disk")
    desk.server.clock.advance(4000)
    engine(desk.database)
    assert desk.incidents() == 0


def test_a_flapping_alert_does_not_lift_its_own_silence(desk: Desk) -> None:
    silencing(desk.server, desk.cast.bob, desk.channel_id)
    for status in ("Critical", "Ok", "Warning", "Info", "Critical", "Ok", "Ok", "Info"):
        desk.server.clock.advance(60)
        desk.say("a", status, check="disk")
    assert desk.incidents() == 0


def test_an_alert_that_has_its_incident_keeps_it_and_ends_during_a_silence(desk: Desk) -> None:
    desk.say("a", "Warning", check="disk")
    silencing(desk.server, desk.cast.bob, desk.channel_id)
    desk.say("a", "Critical", check="disk")
    desk.say("a", "Ok", check="disk")
    assert desk.incidents() == 1
    assert desk.alerts()["a"]["end_time"] > 0


def test_a_silence_that_discards_keeps_nothing_but_the_trace(desk: Desk) -> None:
    silencing(desk.server, desk.cast.bob, desk.channel_id, is_directly_discard=True)
    desk.say("a", check="disk")
    assert desk.alerts() == {}
    assert desk.trace("a").outcome is Outcome.DROPPED
    assert desk.trace("a").steps[-1].verdict == "dropped"


def test_a_disabled_or_deleted_silence_silences_no_more(desk: Desk) -> None:
    for verb in ("disable", "delete"):
        rule_id = silencing(desk.server, desk.cast.bob, desk.channel_id)
        desk.say(verb, check="disk")
        assert "incident" not in desk.alerts()[verb]
        wish = {"channel_id": desk.channel_id, "rule_id": rule_id}
        asked(desk.server, desk.cast.bob, "silence", verb, **wish)
        desk.say(verb, check="disk")
    assert desk.incidents() == 2


def test_windows_are_of_the_account_s_time_zone(desk: Desk) -> None:
    with desk.database.write() as tx:
        tx.run(update(account).values(time_zone="Asia/Tokyo"))
    day = 86_400
    midnight = -(desk.server.clock.now() // 1000) % day
    desk.server.clock.advance(midnight + 15.5 * 3600)
    everyday = [{**HOURS[0], "repeat": []}]
    silencing(desk.server, desk.cast.bob, desk.channel_id, time_filters=everyday)
    desk.say("half past midnight in Tokyo", check="disk")
    desk.server.clock.advance(3600)
    desk.say("half past one in Tokyo", check="disk")
    held = {key: "incident" not in one for key, one in desk.alerts().items()}
    assert held == {"half past midnight in Tokyo": False, "half past one in Tokyo": True}


@pytest.mark.parametrize("together", [True, False])
def test_an_alert_is_inhibited_while_what_explains_it_fires(desk: Desk, together: bool) -> None:
    rule_id = inhibiting(desk.server, desk.cast.bob, desk.channel_id)
    say = desk.queue if together else desk.say
    say("ping-1", check="ping", host="db1")
    say("disk-1", check="disk", host="db1")
    say("disk-2", check="disk", host="db2")
    engine(desk.database)
    assert desk.incidents() == 2
    found = desk.trace("disk-1")
    assert (found.outcome, found.steps[-1].stage) == (Outcome.MUTED, Stage.INHIBIT)
    assert found.steps[-1].rule_id == rule_id
    assert found.steps[-1].detail["source_alert_id"] == desk.alerts()["ping-1"]["alert_id"]
    desk.say("ping-1", "Ok", check="ping", host="db1")
    desk.say("disk-1", check="disk", host="db1")
    assert desk.incidents() == 3


def test_an_acknowledged_source_explains_nothing(desk: Desk) -> None:
    inhibiting(desk.server, desk.cast.bob, desk.channel_id)
    desk.say("ping-1", check="ping", host="db1")
    source = desk.alerts()["ping-1"]["incident"]["incident_id"]
    desk.server.post("/incident/ack", {"incident_ids": [source]}, desk.cast.alice.key)
    desk.say("ping-1", check="ping", host="db1")
    desk.say("disk-1", check="disk", host="db1")
    assert desk.incidents() == 2


def test_a_source_nobody_heard_of_for_ten_minutes_explains_nothing(desk: Desk) -> None:
    inhibiting(desk.server, desk.cast.bob, desk.channel_id)
    desk.say("ping-1", check="ping", host="db1")
    desk.server.clock.advance(540)
    desk.say("ping-1", check="ping", host="db1")
    desk.server.clock.advance(540)
    desk.say("disk-1", check="disk", host="db1")
    assert desk.incidents() == 1
    desk.server.clock.advance(61)
    desk.say("disk-2", check="disk", host="db1")
    assert desk.incidents() == 2


def test_a_silenced_source_still_explains_others_but_an_inhibited_one_does_not(
    desk: Desk,
) -> None:
    bob, server = desk.cast.bob, desk.server
    inhibiting(server, bob, desk.channel_id, target_filters=DISKS)
    cpus = [[{"key": "labels.check", "oper": "IN", "vals": ["cpu"]}]]
    inhibiting(server, bob, desk.channel_id, source_filters=DISKS, target_filters=cpus)
    pings = [[{"key": "labels.check", "oper": "IN", "vals": ["ping"]}]]
    silencing(server, bob, desk.channel_id, filters=pings)
    for alert_key, check in (("ping-1", "ping"), ("disk-1", "disk"), ("cpu-1", "cpu")):
        desk.say(alert_key, check=check, host="db1")
    held = {key: "incident" not in one for key, one in desk.alerts().items()}
    assert held == {"ping-1": True, "disk-1": True, "cpu-1": False}


def test_rules_without_shared_labels_look_at_all_that_fires(desk: Desk) -> None:
    inhibiting(desk.server, desk.cast.bob, desk.channel_id, equals=["severity"])
    desk.say("ping-1", "Warning", check="ping")
    desk.say("disk-1", "Critical", check="disk")
    desk.say("disk-2", "Warning", check="disk")
    held = {key: "incident" not in one for key, one in desk.alerts().items()}
    assert held == {"ping-1": False, "disk-1": False, "disk-2": True}


def test_an_inhibition_that_discards_keeps_nothing_but_the_trace(desk: Desk) -> None:
    inhibiting(desk.server, desk.cast.bob, desk.channel_id, is_directly_discard=True)
    desk.say("ping-1", check="ping", host="db1")
    desk.say("disk-1", check="disk", host="db1")
    assert set(desk.alerts()) == {"ping-1"}
    assert desk.stages("disk-1")[-1] is Stage.INHIBIT


def test_rules_of_one_channel_say_nothing_about_another(desk: Desk) -> None:
    other = make_channel(desk.server, desk.database, desk.cast, "Search")
    dropping(desk.server, desk.cast.bob, other)
    silencing(desk.server, desk.cast.bob, other)
    inhibiting(desk.server, desk.cast.bob, other)
    desk.say("ping-1", check="ping", host="db1")
    desk.say("disk-1", check="disk", host="db1")
    assert desk.incidents() == 2
