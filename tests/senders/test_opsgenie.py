"""Opsgenie's alert API by its own SDK: what is asked for happens, and is told of after a restart."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.push import engine
from tests.senders.opsgenie import Genie
from tests.server import Server
from tocsin.store.database import Database

# The SDK calls what urllib3 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def genie(server: Server, database: Database, cast: Cast) -> Genie:
    return Genie(server, database, cast)


@pytest.mark.door("/v2/alerts", "fire", sender="`opsgenie-sdk` 2 from PyPI")
@pytest.mark.door(
    "/v2/alerts/{identifier}/{action}", "resolve", "ack", sender="`opsgenie-sdk` 2 from PyPI"
)
def test_its_own_sdk_creates_acknowledges_and_closes(genie: Genie) -> None:
    made = genie.create(description="91 % used", tags=["db", "prod"], details={"use": "91"})
    assert (made.is_success, made.action, made.alias) == (True, "Create", "disk")
    assert made.status == "Created alert"
    assert genie.incident["incident_severity"] == "Critical"
    taken = genie.act(
        "acknowledge_alert", acknowledge_alert_payload={"user": "Ada", "note": "mine"}
    )
    assert (taken.is_success, taken.alert_id) == (True, made.alert_id)
    assert genie.incident["progress"] == "Processing"
    genie.server.restart()
    shown = genie.alert()
    assert (shown.status, shown.acknowledged, shown.priority) == ("open", True, "P1")
    assert (shown.tags, shown.details) == (["db", "prod"], {"use": "91"})
    assert genie.alerts.get_request_status(genie.request_id).data == taken
    closed = genie.act("close_alert", close_alert_payload={"user": "Ada", "note": "cleaned"})
    genie.server.restart()
    assert closed.is_success
    assert genie.incident["progress"] == "Closed"
    assert genie.alert().status == "closed"
    assert genie.remarks == [
        "Ada acknowledged it in opsgenie: mine",
        "Closed by Ada in opsgenie: cleaned",
    ]


def test_a_closed_alias_opens_another_alert(genie: Genie) -> None:
    first = genie.create()
    genie.server.clock.advance(60)
    repeated = genie.create(description="again")
    assert (repeated.status, repeated.alert_id) == ("Alert count incremented", first.alert_id)
    assert genie.alert().count == 2
    genie.act("close_alert")
    genie.server.clock.advance(60)
    second = genie.create()
    assert first.alert_id != second.alert_id
    assert [one["progress"] for one in genie.sender.incidents()] == ["Closed", "Triggered"]
    assert genie.alert().id == second.alert_id


def test_an_alert_is_known_by_id_number_alias_and_the_request_that_made_it(genie: Genie) -> None:
    accepted = genie.alerts.create_alert({"message": "No alias"})
    made = genie.done(accepted)
    by_id = genie.alerts.get_alert(made.alert_id).data
    assert (by_id.id, by_id.alias) == (made.alert_id, accepted.request_id)
    by_number = genie.alerts.get_alert(by_id.tiny_id, identifier_type="tiny").data
    by_request = genie.alerts.get_alert(accepted.request_id, identifier_type="id").data
    assert by_number == by_id == by_request
    assert genie.act("close_alert", alias=by_id.tiny_id, identifier_type="tiny").is_success
    long = "x" * 400
    genie.create(alias=long)
    assert genie.alert(long).alias == long
    assert genie.act("close_alert", alias=long).is_success


def test_what_is_asked_for_changes_the_alert_and_its_incident(genie: Genie) -> None:
    genie.create(tags=["a"])
    by = {"user": "Ada"}
    for verb, said in (
        ("add_tags", {"tags": ["b", "c"], **by}),
        ("add_details", {"details": {"zone": "eu", "rack": "7"}, **by}),
        ("update_alert_message", {"message": "Disk is nearly full"}),
        ("update_alert_description", {"description": "90 %"}),
        ("update_alert_priority", {"priority": "P4"}),
        ("add_note", {"note": "looking", **by}),
    ):
        assert genie.act(verb, said).is_success, verb
    assert genie.act("remove_tags", ["a", "b"]).is_success
    assert genie.act("remove_details", ["rack"]).is_success
    genie.server.restart()
    shown = genie.alert()
    assert (shown.message, shown.description) == ("Disk is nearly full", "90 %")
    assert (shown.tags, shown.details, shown.priority) == (["c"], {"zone": "eu"}, "P4")
    incident = genie.incident
    assert (incident["title"], incident["incident_severity"]) == ("Disk is nearly full", "Info")
    assert incident["description"] == "90 %"
    assert genie.remarks == [
        "Tags added (b, c) by Ada in opsgenie",
        "Details set (zone, rack) by Ada in opsgenie",
        "Message changed in opsgenie",
        "Description changed in opsgenie",
        "Priority set (P4) in opsgenie",
        "looking (Ada, opsgenie)",
        "Tags removed (a, b) in opsgenie",
        "Details removed (rack) in opsgenie",
    ]
    notes = genie.alerts.list_notes("disk", identifier_type="alias", order="asc").data
    assert [one.note for one in notes] == genie.remarks
    logs = genie.alerts.list_logs("disk", identifier_type="alias").data
    assert logs[-1].log == "Alert created"


def test_people_are_given_the_incident_by_email_and_by_team(genie: Genie) -> None:
    genie.create()
    owner = {"owner": {"username": genie.cast.charlie.email}, "user": "Ada"}
    assert genie.act("assign_alert", owner).is_success
    team = {"team": {"name": "For opsgenie team"}}
    assert genie.act("add_team", team).is_success
    genie.server.restart()
    responders = [one["person_id"] for one in genie.incident["responders"]]
    assert responders == [genie.cast.charlie.id, genie.cast.bob.id]
    assert genie.alert().owner == "Charlie"
    found = genie.alerts.list_recipients("disk", identifier_type="alias").data
    assert [one.user.username for one in found] == [genie.cast.charlie.email, genie.cast.bob.email]
    nobody = genie.act("assign_alert", {"owner": {"username": "x@nowhere.example"}})
    assert not nobody.is_success
    assert nobody.status.startswith("nobody here is known as user x@nowhere.example")
    wish = {"escalation": {"name": "Managers"}, "user": "Ada"}
    assert not genie.act("escalate_alert", wish).is_success
    assert genie.remarks[-1] == "Escalation asked for (escalation Managers) by Ada in opsgenie"


def test_a_snooze_is_quiet_until_it_ends_and_an_acknowledgement_can_be_withdrawn(
    genie: Genie,
) -> None:
    genie.create()
    now = datetime.fromtimestamp(genie.server.clock.now() / 1000, UTC)
    end = now + timedelta(hours=1)
    assert genie.act("snooze_alert", {"endTime": end.isoformat()}).is_success
    assert genie.act("acknowledge_alert").is_success
    assert (genie.alert().snoozed, genie.alert().snoozed_until) == (True, end)
    assert genie.act("un_acknowledge_alert").is_success
    genie.server.restart()
    assert (genie.alert().acknowledged, genie.incident["progress"]) == (False, "Triggered")
    genie.server.clock.advance(3601)
    engine(genie.database)
    assert genie.alert().snoozed is False
    past = genie.act("snooze_alert", {"endTime": now.isoformat()})
    assert (past.is_success, past.status) == (False, "endTime must lie ahead")


@pytest.mark.door("/v2/alerts/{identifier}", "resolve", sender="`opsgenie-sdk` 2 from PyPI")
def test_deleting_closes_and_leaves_a_record(genie: Genie) -> None:
    genie.create()
    gone = genie.act("delete_alert", user="Ada")
    assert (gone.action, gone.status) == ("Delete", "Closed alert, which stays on record")
    assert genie.incident["progress"] == "Closed"
    assert genie.remarks == ["Deleted by Ada in opsgenie"]


def test_what_cannot_be_done_is_accepted_and_its_outcome_says_why(genie: Genie) -> None:
    unknown = genie.act("close_alert", alias="nothing")
    assert (unknown.is_success, unknown.status) == (False, "Alert does not exist")
    genie.create()
    genie.act("close_alert")
    again = genie.act("acknowledge_alert")
    assert (again.is_success, again.status) == (False, "the alert is closed")
    assert genie.act("add_note", {"note": "for the record"}).is_success
    assert genie.remarks == ["for the record (opsgenie)"]


def test_a_list_finds_what_a_query_asks_for(genie: Genie) -> None:
    for number in range(4):
        alias, priority = f"disk/{number}", f"P{number + 1}"
        genie.server.clock.advance(1)
        genie.create(alias=alias, priority=priority, tags=[f"t{number}", "all"], entity="db 1")
    genie.act("close_alert", alias="disk/0")
    genie.act("acknowledge_alert", alias="disk/1")
    genie.server.restart()
    now = genie.server.clock.now()

    def found(query: str, **more: Any) -> list[str]:
        page = genie.alerts.list_alerts(query=query, **more).data
        assert genie.alerts.count_alerts(query=query).data.count >= len(page)
        return [one.alias[-1] for one in page]

    assert found("status: open") == ["3", "2", "1"]
    assert found("status=closed") == ["0"]
    assert found("acknowledged: true AND status: open") == ["1"]
    assert found("priority: (P3 OR P4)", order="asc") == ["2", "3"]
    assert found("tag: t2 tag: all") == ["2"]
    assert found('entity: "db 1" AND alias: (disk/1 OR "disk/3")') == ["3", "1"]
    assert found(f"createdAt >= {now - 1000} AND createdAt < {now}") == ["2"]
    assert found("nearly") == []
    assert found("full", limit=2, sort="alias", order="asc") == ["0", "1"]
    page = genie.alerts.list_alerts(query="full", limit=2, offset=2)
    assert "offset=0" in page.paging.first
    assert page.paging.next is None
