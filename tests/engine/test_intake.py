"""From a push to alerts and incidents, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import Cast
from tests.push import CHANGES, engine, make_channel, make_integration, push
from tests.server import Server
from tocsin.domain.alert import Alert
from tocsin.domain.change import Change, ChangeStatus
from tocsin.domain.incident import Incident, Progress
from tocsin.domain.severity import EventStatus, Severity
from tocsin.domain.trace import Outcome, Trace
from tocsin.store import alert as alerts
from tocsin.store import change as changes
from tocsin.store import incident as incidents
from tocsin.store import rejected
from tocsin.store.database import Database
from tocsin.store.tables.alert import alert
from tocsin.store.tables.change import change
from tocsin.store.tables.trace import trace


class Desk:
    """A channel Payments with a sender of its own, on a server that runs."""

    def __init__(self, server: Server, database: Database, cast: Cast) -> None:
        self.server = server
        self.database = database
        self.cast = cast
        self.channel_id = make_channel(server, database, cast)
        self.key = make_integration(server, cast, channel_id=self.channel_id)["integration_key"]

    def send(self, key: str = "", **fields: Any) -> None:
        """Push an event and let the engine digest it."""
        assert push(self.server, key or self.key, **{"alert_key": "disk", **fields}).status == 200
        engine(self.database)

    @property
    def alerts(self) -> list[Alert]:
        with self.database.read() as tx:
            return tx.rows(select(alert).order_by(alert.c.id), Alert)

    @property
    def traces(self) -> list[Trace]:
        with self.database.read() as tx:
            return tx.rows(select(trace).order_by(trace.c.id), Trace)

    def incident(self, of: Alert) -> Incident:
        with self.database.read() as tx:
            return incidents.get(tx, self.cast.account_id, of.incident_id)

    def statuses(self, of: Alert) -> list[str]:
        """What the events kept with an alert said, oldest first."""
        with self.database.read() as tx:
            found = alerts.events(tx, self.cast.account_id, of.id, limit=20)
        return [event.status for event in reversed(found)]

    def rejections(self) -> list[str]:
        with self.database.read() as tx:
            return [each.reason for each in rejected.newest(tx, self.cast.account_id, 20)]


@pytest.fixture
def desk(server: Server, database: Database, cast: Cast) -> Desk:
    return Desk(server, database, cast)


def test_a_pushed_alert_opens_an_incident_in_its_channel(desk: Desk) -> None:
    began = desk.server.clock.now() - 60_000
    desk.send(
        title_rule="[TPL]${check} on ${host}",
        labels={"check": "cpu", "host": "db1"},
        description="90 %",
        event_time=began // 1000,
    )
    [found] = desk.alerts
    assert (found.title, found.channel_id) == ("cpu on db1", desk.channel_id)
    assert (found.start_time, found.severity) == (began, Severity.CRITICAL)
    opened = desk.incident(found)
    assert (opened.title, opened.channel_id) == ("cpu on db1", desk.channel_id)
    assert (opened.severity, opened.progress) == (Severity.CRITICAL, Progress.TRIGGERED)
    assert opened.labels == {"check": "cpu", "host": "db1"}
    assert desk.statuses(found) == ["Critical"]


def test_events_of_one_key_are_one_alert_whose_incident_follows(desk: Desk) -> None:
    desk.send(event_status="Warning")
    desk.server.clock.advance(60)
    desk.send(event_status="Critical", labels={"host": "db2"})
    desk.send(event_status="Info", labels={"host": "db2"})
    [found] = desk.alerts
    assert (found.severity, found.status) == (Severity.CRITICAL, EventStatus.INFO)
    followed = desk.incident(found)
    assert (followed.severity, followed.status) == (Severity.CRITICAL, EventStatus.INFO)
    assert (followed.alert_event_cnt, followed.labels) == (3, {"host": "db2"})
    assert followed.last_time == desk.server.clock.now()
    assert desk.statuses(found) == ["Warning", "Critical", "Info"]


def test_a_repeat_refreshes_the_alert_and_leaves_no_event(desk: Desk) -> None:
    desk.send()
    desk.server.clock.advance(60)
    desk.send(labels={"host": "db2"})
    [found] = desk.alerts
    assert found.labels == {"host": "db2"}
    assert desk.statuses(found) == ["Critical"]
    assert found.last_time == desk.server.clock.now()
    assert len(desk.traces) == 1


def test_a_recovery_ends_alert_and_incident_and_the_next_event_opens_both_anew(
    desk: Desk,
) -> None:
    desk.send()
    desk.server.clock.advance(60)
    desk.send(event_status="Ok")
    [ended] = desk.alerts
    assert ended.end_time == desk.server.clock.now()
    over = desk.incident(ended)
    assert (over.progress, over.status) == (Progress.CLOSED, EventStatus.OK)
    desk.send()
    first, second = desk.alerts
    assert first.incident_id != second.incident_id
    assert desk.incident(second).progress is Progress.TRIGGERED


def test_a_recovery_of_something_unknown_creates_nothing(desk: Desk) -> None:
    desk.send(event_status="Ok")
    assert desk.alerts == []
    assert [one.outcome for one in desk.traces] == [Outcome.NOTHING_TO_RECOVER]


def test_a_burst_is_digested_in_its_order(desk: Desk) -> None:
    for status in ("Warning", "Critical", "Ok", "Info"):
        for key in ("a", "b"):
            push(desk.server, desk.key, alert_key=key, event_status=status)
    engine(desk.database)
    found = desk.alerts
    assert [(one.alert_key, one.severity) for one in found] == [
        ("a", "Critical"),
        ("b", "Critical"),
        ("a", "Info"),
        ("b", "Info"),
    ]
    assert [bool(one.end_time) for one in found] == [True, True, False, False]


def test_a_shared_integration_delivers_to_the_channels_it_names(desk: Desk) -> None:
    other = make_channel(desk.server, desk.database, desk.cast, "Search")
    both = {"channel_ids": [desk.channel_id, other]}
    shared = make_integration(desk.server, desk.cast, settings=both)["integration_key"]
    desk.send(shared)
    assert {one.channel_id for one in desk.alerts} == {desk.channel_id, other}
    assert len({one.incident_id for one in desk.alerts}) == 2


def test_the_channel_in_the_address_outranks_those_of_a_shared_integration(desk: Desk) -> None:
    named = {"channel_ids": [desk.channel_id]}
    shared = make_integration(desk.server, desk.cast, settings=named)["integration_key"]
    other = make_channel(desk.server, desk.database, desk.cast, "Search")
    push(desk.server, shared, query=f"&channel_id={other}")
    engine(desk.database)
    assert [one.channel_id for one in desk.alerts] == [other]


def test_a_disabled_channel_receives_nothing_and_the_push_is_not_lost_from_sight(
    desk: Desk,
) -> None:
    body = {"channel_id": desk.channel_id}
    assert desk.server.post("/channel/disable", body, desk.cast.bob.key).status == 200
    desk.send()
    assert desk.alerts == []
    [found] = desk.traces
    assert (found.outcome, found.channel_id) == (Outcome.UNROUTED, 0)
    assert desk.server.post("/channel/enable", body, desk.cast.bob.key).status == 200
    desk.send()
    assert len(desk.alerts) == 1


def test_a_push_whose_integration_is_deleted_meanwhile_is_kept_as_rejected(desk: Desk) -> None:
    push(desk.server, desk.key)
    found = {"integration_key": desk.key}
    made = desk.server.post("/datasource/desc", found, desk.cast.bob.key).data
    gone = {"integration_id": made["integration_id"], "status": "deleted"}
    desk.server.post("/datasource/upsert", gone, desk.cast.bob.key)
    engine(desk.database)
    assert desk.alerts == []
    assert ["integration was deleted" in why for why in desk.rejections()] == [True]


def test_what_the_door_refused_is_seen_with_its_reason(desk: Desk) -> None:
    assert push(desk.server, desk.key, event_status="Bad").status == 400
    engine(desk.database)
    assert ["event_status" in why for why in desk.rejections()] == [True]


def test_after_its_incident_was_closed_by_hand_a_key_opens_anew(desk: Desk) -> None:
    desk.send()
    [first] = desk.alerts
    with desk.database.write() as tx:
        alerts.close_of_incidents(tx, desk.cast.account_id, [first.incident_id], tx.now)
    desk.send()
    assert len({one.incident_id for one in desk.alerts}) == 2


def test_changes_are_kept_with_every_report_about_them(desk: Desk) -> None:
    key = make_integration(
        desk.server, desk.cast, plugin_type="change.standard", channel_id=desk.channel_id
    )["integration_key"]
    report = {"title": "Deploy", "change_key": "deploy-7"}
    for status in ("Ready", "Processing", "Done"):
        desk.server.clock.advance(60)
        push(desk.server, key, CHANGES, **report, change_status=status)
    engine(desk.database)
    with desk.database.read() as tx:
        [found] = tx.rows(select(change), Change)
        reports = changes.events(tx, desk.cast.account_id, found.id, limit=10)
    assert (found.status, found.channel_id) == (ChangeStatus.DONE, desk.channel_id)
    assert found.end_time - found.start_time == 120_000
    assert [each.status for each in reports] == ["Done", "Processing", "Ready"]


def test_a_change_that_no_channel_takes_is_kept_outside_channels(desk: Desk) -> None:
    key = make_integration(desk.server, desk.cast, plugin_type="change.standard")["integration_key"]
    push(desk.server, key, CHANGES, title="Deploy", change_key="d", change_status="Done")
    engine(desk.database)
    with desk.database.read() as tx:
        assert [one.channel_id for one in tx.rows(select(change), Change)] == [0]


def test_everything_in_a_deleted_channel_goes(desk: Desk) -> None:
    for number in range(120):
        push(desk.server, desk.key, alert_key=f"k{number}")
    engine(desk.database)
    [*found] = desk.alerts
    assert len(found) == 120
    body = {"channel_id": desk.channel_id}
    assert desk.server.post("/channel/delete", body, desk.cast.bob.key).status == 200
    engine(desk.database)
    assert desk.alerts == []
    with desk.database.read() as tx:
        left = incidents.find(tx, desk.cast.account_id, [one.incident_id for one in found])
    assert left == []


def test_an_alert_is_read_back_through_the_api_after_a_restart(desk: Desk) -> None:
    images = [{"src": "https://graphs.example/cpu.png", "alt": "CPU"}]
    desk.send(labels={"host": "db1"}, description="90 %", images=images)
    desk.server.restart()
    now = desk.server.clock.now() // 1000
    window = {"start_time": now - 3600, "end_time": now + 1}
    key = desk.cast.charlie.key
    [found] = desk.server.post("/incident/list", window, key).data["items"]
    assert (found["title"], found["channel_name"]) == ("Disk full", "Payments")
    assert (found["alert_cnt"], found["progress"]) == (1, "Triggered")
    of_it = {"incident_id": found["incident_id"]}
    [shown] = desk.server.post("/incident/alert/list", of_it, key).data["items"]
    assert (shown["alert_key"], shown["labels"]) == ("disk", {"host": "db1"})
    assert (shown["integration_name"], shown["integration_type"]) == ("Scripts", "standard.alert")
    assert shown["images"][0]["src"] == images[0]["src"]
    assert (shown["start_time"], shown["end_time"]) == (now, 0)
