"""An incident's life over HTTP; what a call did is read back from a restarted server."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.incidents import (
    fire_timers,
    info,
    listed,
    make_channel,
    report,
    sends,
    timeline,
    types,
)
from tests.server import Server
from tocsin.domain.severity import EventStatus
from tocsin.store.database import Database

MINUTE = 60


@pytest.mark.effect("/incident/create", seen_by="/incident/info")
def test_an_incident_is_reported_with_a_title_and_a_severity_alone(
    server: Server, cast: Cast
) -> None:
    wish = {"title": " Disk full ", "incident_severity": "Critical", "assigned_to": {}}
    made = server.post("/incident/create", wish, cast.bob.key).data
    server.restart()
    shown = info(server, cast.charlie, made["incident_id"])
    now = server.clock.now() // 1000
    assert made["title"] == shown["title"] == "Disk full"
    assert shown["num"] == made["incident_id"][-6:].upper()
    assert (shown["incident_severity"], shown["incident_status"]) == ("Critical", "Critical")
    assert (shown["progress"], shown["channel_id"], shown["group_method"]) == ("Triggered", 0, "n")
    assert shown["start_time"] == shown["last_time"] == shown["created_at"] == now
    assert (shown["end_time"], shown["ack_time"], shown["close_time"]) == (0, 0, 0)
    assert shown["creator"]["person_name"] == "Bob"
    assert (shown["responders"], shown["labels"], shown["assigned_to"]["person_ids"]) == (
        [],
        {},
        [],
    )
    assert shown["assigned_to"]["escalate_rule_id"] == "0" * 24
    assert shown["detail_url"].endswith(f"/app/incidents/{made['incident_id']}")
    assert shown["account_name"] == "Acme"
    assert "closer" not in shown


@pytest.mark.effect("/incident/feed", seen_by="/incident/feed")
def test_the_timeline_starts_with_the_beginning(server: Server, cast: Cast) -> None:
    incident = report(server, cast.bob)
    first = timeline(server, cast.charlie, incident)
    server.restart()
    assert timeline(server, cast.charlie, incident) == first
    (entry,) = first
    assert (entry["type"], entry["ref_id"]) == ("i_new", incident)
    assert entry["creator_id"] == cast.bob.id
    assert entry["created_at"] == entry["updated_at"] == server.clock.now()
    expected = {"severity": "Warning", "title": "Disk full on db7", "reporter_email": ""}
    assert entry["detail"] == expected


@pytest.mark.effect("/incident/ack", seen_by="/incident/info")
def test_who_acknowledges_becomes_a_responder(server: Server, cast: Cast) -> None:
    incident = report(server, cast.alice)
    server.clock.advance(30)
    for _ in range(2):
        server.post("/incident/ack", {"incident_ids": [incident]}, cast.bob.key)
    acked = server.clock.now() // 1000
    server.clock.advance(30)
    server.post("/incident/ack", {"incident_ids": [incident.upper()]}, cast.alice.key)
    server.restart()
    shown = info(server, cast.charlie, incident)
    assert (shown["progress"], shown["ack_time"]) == ("Processing", acked)
    bob, alice = shown["responders"]
    assert (bob["person_name"], bob["acknowledged_at"]) == ("Bob", acked)
    assert (alice["person_name"], alice["as"]) == ("Alice", "account")
    entries = timeline(server, cast.charlie, incident)
    assert types(entries) == ["i_new", "i_ack", "i_ack"]
    assert entries[1]["detail"] == {"progress": "Processing"}


@pytest.mark.effect("/incident/unack", seen_by="/incident/info")
def test_the_last_to_withdraw_leaves_it_triggered(server: Server, cast: Cast) -> None:
    incident = report(server, cast.alice)
    ids = {"incident_ids": [incident]}
    server.post("/incident/ack", ids, cast.bob.key)
    server.post("/incident/ack", ids, cast.alice.key)
    server.post("/incident/unack", ids, cast.bob.key)
    assert info(server, cast.bob, incident)["progress"] == "Processing"
    server.post("/incident/unack", ids, cast.alice.key)
    server.restart()
    shown = info(server, cast.charlie, incident)
    assert (shown["progress"], shown["ack_time"]) == ("Triggered", 0)
    entries = timeline(server, cast.charlie, incident)
    assert [entry["detail"]["progress"] for entry in entries[3:]] == ["Processing", "Triggered"]


@pytest.mark.effect("/incident/snooze", seen_by="/incident/info")
def test_a_snooze_ends_by_itself_after_a_restart_and_tells_again(
    server: Server, cast: Cast, database: Database
) -> None:
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    server.post("/incident/ack", {"incident_ids": [incident]}, cast.bob.key)
    wish = {"incident_ids": [incident], "minutes": 10}
    server.post("/incident/snooze", wish, cast.bob.key)
    until = server.clock.now() // 1000 + 10 * MINUTE
    server.restart()
    assert info(server, cast.charlie, incident)["snoozed_before"] == until
    assert listed(server, cast.charlie, is_snoozed=True) == [incident]
    server.clock.advance(10 * MINUTE - 1)
    assert fire_timers(database) == 0
    server.clock.advance(1)
    assert fire_timers(database) == 1
    shown = info(server, cast.charlie, incident)
    assert (shown["snoozed_before"], shown["progress"], shown["ack_time"]) == (0, "Triggered", 0)
    woken, told = timeline(server, cast.charlie, incident)[-2:]
    assert (woken["type"], woken["creator_id"]) == ("i_wake", 0)
    assert woken["detail"] == {"snoozedBefore": until}
    assert (told["type"], told["detail"]["fire_type"]) == ("i_notify", "refire")
    assert told["detail"]["persons"] == [{"person_id": cast.bob.id}]


@pytest.mark.effect("/incident/wake", seen_by="/incident/info")
def test_waking_ends_a_snooze_and_tells_nobody(
    server: Server, cast: Cast, database: Database
) -> None:
    incident = report(server, cast.alice)
    server.post("/incident/snooze", {"incident_ids": [incident], "minutes": 5}, cast.bob.key)
    server.post("/incident/wake", {"incident_ids": [incident]}, cast.bob.key)
    server.restart()
    assert info(server, cast.charlie, incident)["snoozed_before"] == 0
    server.clock.advance(5 * MINUTE)
    assert fire_timers(database) == 0
    assert types(timeline(server, cast.charlie, incident)) == ["i_new", "i_snooze", "i_wake"]


@pytest.mark.parametrize("minutes", [0, -1, 1441])
def test_a_snooze_lasts_a_minute_to_a_day(server: Server, cast: Cast, minutes: int) -> None:
    wish = {"incident_ids": [report(server, cast.bob)], "minutes": minutes}
    assert server.post("/incident/snooze", wish, cast.bob.key).code == "InvalidParameter"


@pytest.mark.effect("/incident/resolve", seen_by="/incident/info")
def test_resolving_closes_and_writes_down_why(server: Server, cast: Cast) -> None:
    both = [report(server, cast.alice), report(server, cast.alice)]
    wish = {"incident_ids": both, "root_cause": "A leak", "resolution": "Restarted"}
    server.post("/incident/resolve", wish, cast.bob.key)
    server.post("/incident/resolve", {"incident_ids": both}, cast.alice.key)
    server.restart()
    for incident in both:
        shown = info(server, cast.charlie, incident)
        assert (shown["progress"], shown["incident_status"]) == ("Closed", "Warning")
        assert (shown["root_cause"], shown["resolution"]) == ("A leak", "Restarted")
        assert shown["closer"]["person_name"] == "Bob"
        assert shown["close_time"] == server.clock.now() // 1000
        entries = timeline(server, cast.charlie, incident)
        assert types(entries) == ["i_new", "i_r_rc", "i_r_rsltn", "i_rslv"]
        assert entries[-1]["detail"] == {"from": "console"}


def test_what_still_fires_goes_on_in_a_reopened_incident(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)
    incident = sends(database, cast, channel, "cpu")
    ids = {"incident_ids": [incident]}
    assert server.post("/incident/resolve", ids, cast.bob.key).status == 200
    assert server.post("/incident/reopen", ids, cast.bob.key).status == 200
    assert sends(database, cast, channel, "cpu", EventStatus.CRITICAL) == incident
    assert info(server, cast.bob, incident)["progress"] == "Triggered"
    assert sends(database, cast, channel, "cpu", EventStatus.OK) == incident
    assert info(server, cast.bob, incident)["progress"] == "Closed"


def test_an_incident_reopened_beside_its_successor_leaves_that_its_alerts(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)
    first = sends(database, cast, channel, "cpu")
    ids = {"incident_ids": [first]}
    assert server.post("/incident/resolve", ids, cast.bob.key).status == 200
    second = sends(database, cast, channel, "cpu")
    assert second != first
    assert server.post("/incident/reopen", ids, cast.bob.key).status == 200
    assert sends(database, cast, channel, "cpu", EventStatus.OK) == second
    assert info(server, cast.bob, first)["progress"] == "Triggered"


@pytest.mark.effect("/incident/reopen", seen_by="/incident/info")
def test_reopening_hands_it_back_to_those_who_had_it(server: Server, cast: Cast) -> None:
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    ids = {"incident_ids": [incident]}
    server.post("/incident/ack", ids, cast.bob.key)
    server.post("/incident/resolve", ids, cast.bob.key)
    refused = server.post("/incident/ack", ids, cast.bob.key)
    assert (refused.code, "reopen it first" in refused.message) == ("BadRequest", True)
    server.post("/incident/reopen", {**ids, "reason": "Still full"}, cast.alice.key)
    server.restart()
    shown = info(server, cast.charlie, incident)
    assert (shown["progress"], shown["close_time"], shown["closer_id"]) == ("Triggered", 0, 0)
    assert shown["assigned_to"]["type"] == "reopen"
    assert [(r["person_name"], r["acknowledged_at"]) for r in shown["responders"]] == [("Bob", 0)]
    entries = timeline(server, cast.charlie, incident)
    assert types(entries)[-3:] == ["i_reopen", "i_assign", "i_notify"]
    assert entries[-3]["detail"] == {"reason": "Still full"}


@pytest.mark.effect("/incident/remove", seen_by="/incident/list-by-ids")
def test_removing_leaves_nothing(server: Server, cast: Cast, database: Database) -> None:
    gone, kept = report(server, cast.alice), report(server, cast.alice)
    server.post("/incident/snooze", {"incident_ids": [gone], "minutes": 5}, cast.bob.key)
    server.post("/incident/remove", {"incident_ids": [gone]}, cast.bob.key)
    server.restart()
    wish = {"incident_ids": [gone, kept]}
    page = server.post("/incident/list-by-ids", wish, cast.charlie.key).data
    assert [item["incident_id"] for item in page["items"]] == [kept]
    for path in ("/incident/info", "/incident/feed"):
        assert server.post(path, {"incident_id": gone}, cast.bob.key).code == "ResourceNotFound"
    server.clock.advance(5 * MINUTE)
    assert fire_timers(database) == 0


def test_one_unknown_incident_stops_all(server: Server, cast: Cast) -> None:
    incident = report(server, cast.alice)
    answer = server.post("/incident/ack", {"incident_ids": [incident, "0" * 24]}, cast.bob.key)
    assert (answer.status, answer.code) == (400, "ResourceNotFound")
    assert info(server, cast.bob, incident)["progress"] == "Triggered"


def test_a_recovery_closes_and_stays_the_alerts_own(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)
    incident = sends(database, cast, channel, labels={"host": "db7"})
    shown = info(server, cast.alice, incident)
    assert (shown["channel_name"], shown["labels"]) == ("Payments", {"host": "db7"})
    assert (shown["dedup_key"], shown["alert_cnt"], shown["frequency"]) == ("cpu", 1, "rare")
    server.clock.advance(60)
    assert sends(database, cast, channel, status=EventStatus.CRITICAL) == incident
    shown = info(server, cast.alice, incident)
    assert (shown["incident_severity"], shown["incident_status"]) == ("Critical", "Critical")
    server.clock.advance(60)
    sends(database, cast, channel, status=EventStatus.OK)
    shown = info(server, cast.alice, incident)
    assert (shown["progress"], shown["incident_status"]) == ("Closed", "Ok")
    assert (shown["incident_severity"], shown["closer_id"]) == ("Critical", 0)
    assert shown["end_time"] == shown["close_time"] == shown["start_time"] + 120
    entries = timeline(server, cast.alice, incident)
    assert types(entries) == ["i_new", "i_notify", "i_r_severity", "i_rslv"]
    why = "nobody is told: the channel has no escalation rule in force"
    assert entries[1]["detail"]["failed_reason"] == why
    assert entries[2]["detail"] == {"from": "Warning", "to": "Critical"}
    assert entries[3]["detail"] == {"from": "event"}
    again = sends(database, cast, channel)
    assert again != incident
    assert info(server, cast.alice, again)["frequency"] == "frequent"


def test_a_channel_may_leave_recovered_incidents_open(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast, disable_auto_close=True)
    incident = sends(database, cast, channel)
    sends(database, cast, channel, status=EventStatus.OK)
    shown = info(server, cast.alice, incident)
    assert (shown["progress"], shown["incident_status"]) == ("Triggered", "Ok")
    assert (shown["active_alert_cnt"], shown["end_time"] > 0) == (0, True)


def test_closing_by_hand_lets_a_later_event_begin_anew(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)
    incident = sends(database, cast, channel)
    server.post("/incident/resolve", {"incident_ids": [incident]}, cast.bob.key)
    assert sends(database, cast, channel) != incident


@pytest.mark.parametrize(("mode", "closes_after"), [("trigger", 600), ("update", 900)])
def test_time_closes_by_a_timer_that_outlives_the_server(
    server: Server, cast: Cast, database: Database, mode: str, closes_after: int
) -> None:
    channel = make_channel(server, database, cast, auto_resolve_timeout=600, auto_resolve_mode=mode)
    incident = sends(database, cast, channel)
    server.clock.advance(300)
    sends(database, cast, channel, description="still")
    server.restart()
    server.clock.advance(closes_after - 301)
    fire_timers(database)
    assert info(server, cast.alice, incident)["progress"] == "Triggered"
    server.clock.advance(1)
    fire_timers(database)
    assert info(server, cast.alice, incident)["progress"] == "Closed"
    last = timeline(server, cast.alice, incident)[-1]
    assert (last["type"], last["detail"], last["creator_id"]) == ("i_rslv", {"from": "autorslv"}, 0)


def test_a_reopened_incident_has_its_whole_time_again(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast, auto_resolve_timeout=600)
    # A new channel has its coverage checked, which is no timer of the incident's.
    server.clock.advance(60)
    fire_timers(database)
    incident = report(server, cast.alice, channel_id=channel)
    server.clock.advance(600)
    assert fire_timers(database) == 1
    server.post("/incident/reopen", {"incident_ids": [incident]}, cast.alice.key)
    server.clock.advance(599)
    assert fire_timers(database) == 0
    server.clock.advance(1)
    assert fire_timers(database) == 1
    assert info(server, cast.alice, incident)["progress"] == "Closed"


def test_only_those_who_manage_incidents_may_change_them(server: Server, cast: Cast) -> None:
    incident = report(server, cast.bob)
    bodies: dict[str, Any] = {
        "/incident/ack": {"incident_ids": [incident]},
        "/incident/reset": {"incident_id": incident, "title": "Mine now"},
        "/incident/remove": {"incident_ids": [incident]},
        "/incident/create": {"title": "x", "incident_severity": "Info"},
    }
    for path, body in bodies.items():
        refused = server.post(path, body, cast.charlie.key)
        assert (refused.status, refused.code) == (403, "AccessDenied")
    assert info(server, cast.charlie, incident)["title"] == "Disk full on db7"
