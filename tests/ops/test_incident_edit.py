"""Writing on incidents and folding them together, over HTTP, read back after a restart."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.incidents import info, make_channel, report, sends, timeline, types
from tests.server import Server
from tocsin.domain.severity import EventStatus
from tocsin.store.database import Database


@pytest.mark.effect("/incident/reset", seen_by="/incident/info")
def test_each_edited_field_is_an_entry_and_an_override(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)
    incident = sends(database, cast, channel, status=EventStatus.CRITICAL)
    changes = {
        "title": "Checkout is down",
        "description": "Since noon",
        "impact": "No sales",
        "root_cause": "A leak",
        "resolution": "None yet",
        "incident_severity": "Info",
    }
    server.post("/incident/reset", {"incident_id": incident, **changes}, cast.bob.key)
    sends(database, cast, channel, status=EventStatus.CRITICAL, description="again")
    server.restart()
    shown = info(server, cast.alice, incident)
    assert {name: shown[name] for name in changes} == changes
    assert set(shown["manual_overrides"]) == {
        "title",
        "description",
        "impact",
        "root_cause",
        "resolution",
        "severity",
    }
    entries = timeline(server, cast.alice, incident)[2:]
    assert set(types(entries)) == {
        "i_r_title",
        "i_r_desc",
        "i_r_impact",
        "i_r_rc",
        "i_r_rsltn",
        "i_r_severity",
    }
    details = {entry["type"]: entry["detail"] for entry in entries}
    assert details["i_r_title"] == {"from": "cpu high", "to": "Checkout is down"}
    assert details["i_r_severity"] == {"from": "Critical", "to": "Info"}
    assert {entry["creator_id"] for entry in entries} == {cast.bob.id}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "ab"},
        {"title": "  a "},
        {"title": "x" * 201},
        {"description": "ab"},
        {"impact": "x" * 6145},
        {"incident_severity": "Ok"},
        {"incident_severity": "critical"},
    ],
)
def test_an_edit_out_of_bounds_changes_nothing(
    server: Server, cast: Cast, changes: dict[str, Any]
) -> None:
    incident = report(server, cast.bob)
    before = info(server, cast.bob, incident)
    refused = server.post("/incident/reset", {"incident_id": incident, **changes}, cast.bob.key)
    assert refused.code == "InvalidParameter"
    assert info(server, cast.bob, incident) == before


@pytest.mark.effect("/incident/field/reset", seen_by="/incident/info")
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_custom_field_takes_what_its_definition_allows(
    server: Server, cast: Cast, wrapped: bool
) -> None:
    definition = {
        "field_name": "region",
        "display_name": "Region",
        "field_type": "single_select",
        "value_type": "string",
        "options": ["eu", "us"],
        "default_value": "us",
    }
    server.post("/field/create", definition, cast.alice.key)
    incident = report(server, cast.bob)
    assert info(server, cast.bob, incident)["fields"] == {"region": "us"}
    wish = {"incident_id": incident, "field_name": "region"}
    value = {"value": "eu"} if wrapped else "eu"
    server.post("/incident/field/reset", {**wish, "field_value": value}, cast.bob.key)
    for bad in ("mars", 3, {"value": "eu", "more": 1}):
        refused = server.post("/incident/field/reset", {**wish, "field_value": bad}, cast.bob.key)
        assert refused.code == "InvalidParameter"
    unknown = {**wish, "field_name": "planet", "field_value": "x"}
    assert "planet" in server.post("/incident/field/reset", unknown, cast.bob.key).message
    server.restart()
    assert info(server, cast.charlie, incident)["fields"] == {"region": "eu"}
    entry = timeline(server, cast.charlie, incident)[-1]
    assert (entry["type"], entry["creator_id"]) == ("i_r_field", cast.bob.id)
    assert entry["detail"] == {"field_name": "region", "from": "us", "to": "eu"}
    server.post("/incident/field/reset", {**wish, "field_value": None}, cast.bob.key)
    assert info(server, cast.charlie, incident)["fields"] == {}


@pytest.mark.effect("/incident/comment", seen_by="/incident/feed")
def test_a_remark_is_kept_word_for_word(server: Server, cast: Cast) -> None:
    incident = report(server, cast.bob)
    words = "正在处理 — look at «db7»\n\tsoon"
    server.post(
        "/incident/comment", {"incident_ids": [incident], "comment": f" {words} "}, cast.bob.key
    )
    server.restart()
    (entry,) = timeline(server, cast.charlie, incident, types=["i_comm"])
    assert entry["detail"] == {"comment": words, "mute_reply": False}
    empty = {"incident_ids": [incident], "comment": " \n "}
    assert server.post("/incident/comment", empty, cast.bob.key).code == "InvalidParameter"


@pytest.mark.effect("/incident/merge", seen_by="/incident/info")
def test_merging_moves_alerts_and_people_and_closes_the_sources(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)
    target = sends(database, cast, channel, "cpu")
    source = sends(database, cast, channel, "disk", EventStatus.CRITICAL)
    wish = {"incident_id": source, "person_ids": [cast.charlie.id]}
    server.post("/incident/responder/add", wish, cast.bob.key)
    wish = {
        "target_incident_id": target,
        "source_incident_ids": [source, target, source],
        "title": "Host is sick",
        "comment": "Same host",
        "owner_id": cast.bob.id,
    }
    server.post("/incident/merge", wish, cast.alice.key)
    server.restart()
    shown = info(server, cast.alice, target)
    assert (shown["title"], shown["incident_severity"]) == ("Host is sick", "Critical")
    assert (shown["alert_cnt"], shown["owner"]["person_name"]) == (2, "Bob")
    assert [one["person_name"] for one in shown["responders"]] == ["Charlie"]
    folded = info(server, cast.alice, source)
    assert (folded["progress"], folded["alert_cnt"]) == ("Closed", 0)
    for incident in (target, source):
        (entry,) = timeline(server, cast.alice, incident, types=["i_merge"])
        detail = entry["detail"]
        assert (detail["comment"], detail["title"]) == ("Same host", "Host is sick")
        assert [one["incident_id"] for one in detail["source_incidents"]] == [source]
        assert detail["source_responders"] == [cast.charlie.id]
    sends(database, cast, channel, "disk", EventStatus.OK)
    assert info(server, cast.alice, target)["active_alert_cnt"] == 1
    sends(database, cast, channel, "cpu", EventStatus.OK)
    assert info(server, cast.alice, target)["progress"] == "Closed"


def test_merged_sources_are_erased_on_demand(server: Server, cast: Cast) -> None:
    target, source = report(server, cast.alice), report(server, cast.alice)
    wish = {
        "target_incident_id": target,
        "source_incident_ids": [source],
        "remove_source_incidents": True,
    }
    server.post("/incident/merge", wish, cast.bob.key)
    gone = server.post("/incident/info", {"incident_id": source}, cast.bob.key)
    assert gone.code == "ResourceNotFound"
    (entry,) = timeline(server, cast.bob, target, types=["i_merge"])
    assert entry["detail"]["remove_source_incidents"] is True


def test_an_incident_does_not_merge_into_itself_or_a_closed_one(server: Server, cast: Cast) -> None:
    target, source = report(server, cast.alice), report(server, cast.alice)
    wish = {"target_incident_id": target, "source_incident_ids": [target]}
    assert server.post("/incident/merge", wish, cast.bob.key).code == "InvalidParameter"
    server.post("/incident/resolve", {"incident_ids": [target]}, cast.bob.key)
    wish = {"target_incident_id": target, "source_incident_ids": [source]}
    assert server.post("/incident/merge", wish, cast.bob.key).code == "BadRequest"
    assert info(server, cast.bob, source)["progress"] == "Triggered"
    wish = {"target_incident_id": source, "source_incident_ids": [target]}
    refused = server.post("/incident/merge", wish, cast.bob.key)
    assert (refused.code, target in refused.message) == ("BadRequest", True)


@pytest.mark.effect("/incident/disable-merge", seen_by="/incident/info")
def test_an_incident_is_exempted_from_merging(server: Server, cast: Cast) -> None:
    incident = report(server, cast.alice)
    server.post("/incident/disable-merge", {"incident_ids": [incident]}, cast.bob.key)
    server.restart()
    assert info(server, cast.bob, incident)["merge_disabled"] is True
