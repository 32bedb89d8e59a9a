"""Who has an incident, over HTTP, and the mail and webhooks that tell of it."""

import json
from base64 import b64decode
from typing import Any

import msgspec
import pytest

from tests.cast import Cast
from tests.incidents import info, make_channel, report, timeline, types
from tests.server import Server
from tocsin.domain.delivery import Delivery
from tocsin.store import delivery
from tocsin.store.database import Database


def owed(database: Database, cast: Cast, incident: str, method: str) -> list[Delivery]:
    with database.read() as tx:
        kept = delivery.of(tx, cast.account_id, incident)
    return [one for one in kept if one.method == method]


def body(sent: Delivery) -> Any:
    return msgspec.json.decode(sent.payload)


@pytest.mark.effect("/incident/assign", seen_by="/incident/info")
def test_assigning_replaces_those_who_had_it(server: Server, cast: Cast) -> None:
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    server.post("/incident/ack", {"incident_ids": [incident]}, cast.bob.key)
    wish = {
        "incident_id": incident,
        "assigned_to": {"person_ids": [cast.charlie.id, cast.alice.id], "type": ""},
    }
    server.post("/incident/assign", wish, cast.alice.key)
    server.restart()
    shown = info(server, cast.charlie, incident)
    assert [one["person_name"] for one in shown["responders"]] == ["Charlie", "Alice"]
    assert (shown["progress"], shown["ack_time"]) == ("Triggered", 0)
    held = shown["assigned_to"]
    assert (held["type"], held["person_ids"]) == ("reassign", [cast.charlie.id, cast.alice.id])
    assert (len(held["id"]), held["assigned_at"]) == (22, server.clock.now() // 1000)
    entries = [one for one in timeline(server, cast.bob, incident) if one["type"] == "i_assign"]
    assert [one["detail"]["to"] for one in entries] == [[cast.bob.id], held["person_ids"]]
    assert [one["detail"]["type"] for one in entries] == ["assign", "reassign"]


def test_who_acknowledged_and_is_assigned_again_keeps_it_in_hand(
    server: Server, cast: Cast
) -> None:
    incident = report(server, cast.alice)
    server.post("/incident/ack", {"incident_ids": [incident]}, cast.bob.key)
    wish = {
        "incident_ids": [incident],
        "incident_id": "0" * 24,
        "assigned_to": {"person_ids": [cast.bob.id, cast.alice.id]},
    }
    server.post("/incident/assign", wish, cast.alice.key)
    assert info(server, cast.bob, incident)["progress"] == "Processing"


@pytest.mark.effect("/incident/responder/add", seen_by="/incident/info")
def test_people_are_called_in_once(server: Server, cast: Cast, database: Database) -> None:
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    for people in ([cast.charlie.id, cast.bob.id], [cast.charlie.id]):
        wish = {"incident_id": incident, "person_ids": people}
        server.post("/incident/responder/add", wish, cast.bob.key)
    server.restart()
    shown = info(server, cast.charlie, incident)
    assert [one["person_name"] for one in shown["responders"]] == ["Bob", "Charlie"]
    added = [one for one in timeline(server, cast.bob, incident) if one["type"] == "i_a_rspd"]
    assert [one["detail"] for one in added] == [{"to": [cast.charlie.id]}]
    told = [one.target for one in owed(database, cast, incident, "email")]
    assert told == ["bob@acme.example", "charlie@acme.example"]


def test_each_person_and_address_gets_one_mail(
    server: Server, cast: Cast, database: Database
) -> None:
    wish = {"person_ids": [cast.bob.id, cast.bob.id], "emails": ["desk@partner.example"]}
    incident = report(server, cast.alice, "<b>Disk</b> full", assigned_to=wish)
    sent = owed(database, cast, incident, "email")
    assert [one.target for one in sent] == ["bob@acme.example", "desk@partner.example"]
    mail = body(sent[0])
    num = incident[-6:].upper()
    assert mail["subject"] == f"[Warning] #{num} <b>Disk</b> full"
    assert f"/app/incidents/{incident}" in mail["text"]
    assert "&lt;b&gt;Disk&lt;/b&gt; full" in mail["html"]
    assert (mail["recipient_name"], mail["thread"]) == ("Bob", incident)
    told = timeline(server, cast.bob, incident, types=["i_notify"])
    assert [one["detail"]["rid"] for one in told] == [one.id for one in sent]
    assert [one["detail"]["by"] for one in told] == ["email", "email"]
    assert told[1]["detail"]["emails"] == ["desk@partner.example"]


def test_the_timeline_says_who_could_not_be_told(
    server: Server, cast: Cast, database: Database
) -> None:
    wish = {"person_ids": [cast.bob.id], "notify": {"personal_channels": ["sms", "email"]}}
    incident = report(server, cast.alice, assigned_to=wish)
    with database.write() as tx:
        claimed = delivery.claim_due(tx, "email")
        assert claimed is not None
        delivery.give_up(tx, claimed, "no such mailbox")
    told = timeline(server, cast.bob, incident, types=["i_notify"])
    assert [(one["detail"]["by"], one["detail"]["persons"]) for one in told] == [
        ("sms", [{"person_id": cast.bob.id, "failed_reason": "has no verified contact for sms"}]),
        ("email", [{"person_id": cast.bob.id, "failed_reason": "no such mailbox"}]),
    ]


def test_a_message_that_may_repeat_is_marked_on_the_timeline(
    server: Server, cast: Cast, database: Database
) -> None:
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    for _ in range(2):
        with database.write() as tx:
            assert delivery.claim_due(tx, "email") is not None
        server.clock.advance(60)
    (told,) = timeline(server, cast.bob, incident, types=["i_notify"])
    assert told["detail"]["may_repeat"] is True


@pytest.mark.parametrize(
    ("assigned_to", "code"),
    [
        ({"person_ids": [1]}, "InvalidParameter"),
        ({"type": "assign"}, "InvalidParameter"),
        ({"emails": ["nobody"]}, "InvalidParameter"),
        ({"escalate_rule_id": "a" * 24}, "ResourceNotFound"),
    ],
)
def test_an_assignment_must_name_somebody_known(
    server: Server, cast: Cast, assigned_to: dict[str, Any], code: str
) -> None:
    wish = {"title": "Disk", "incident_severity": "Info", "assigned_to": assigned_to}
    assert server.post("/incident/create", wish, cast.bob.key).code == code
    handing = {"incident_id": report(server, cast.bob), "assigned_to": assigned_to}
    assert server.post("/incident/assign", handing, cast.bob.key).code == code


def hook(server: Server, cast: Cast, **settings: Any) -> None:
    wish = {
        "plugin_id": 302,
        "name": "Chat",
        "settings": {"endpoint": "https://chat.example/hook", **settings},
    }
    assert server.post("/datasource/upsert", wish, cast.alice.key).status == 200


def test_a_webhook_hears_what_it_asked_for(server: Server, cast: Cast, database: Database) -> None:
    channel = make_channel(server, database, cast)
    hook(server, cast, event_types=["i_ack", "i_comm"], channel_ids=[channel], headers={"X": "y"})
    outside = report(server, cast.alice)
    inside = report(server, cast.alice, channel_id=channel)
    both = {"incident_ids": [outside, inside]}
    server.post("/incident/ack", both, cast.bob.key)
    server.post("/incident/comment", {**both, "comment": "On it", "mute_reply": True}, cast.bob.key)
    assert owed(database, cast, outside, "webhook") == []
    (sent,) = owed(database, cast, inside, "webhook")
    call = body(sent)
    assert sent.target == "https://chat.example/hook"
    assert call["headers"] == {}
    door = server.database.site.seal.open(b64decode(call["door"]))
    assert json.loads(door) == {"endpoint": sent.target, "headers": {"X": "y"}}
    event = call["body"]
    assert (event["event_type"], event["event_time"]) == ("i_ack", server.clock.now())
    assert len(event["event_id"]) == 32
    assert event["person"]["email"] == "bob@acme.example"
    seen = info(server, cast.alice, inside)
    assert event["incident"] == seen


def test_a_webhook_hears_everything_unless_it_asked_for_less(
    server: Server, cast: Cast, database: Database
) -> None:
    hook(server, cast)
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    server.post("/incident/resolve", {"incident_ids": [incident]}, cast.bob.key)
    heard = [body(one)["body"]["event_type"] for one in owed(database, cast, incident, "webhook")]
    assert heard == ["i_new", "i_assign", "i_rslv"]
    entries = types(timeline(server, cast.bob, incident))
    assert entries == ["i_new", "i_assign", "i_notify", "i_rslv"]
