"""How people are reached, over HTTP: contacts, preferences, quiet hours, waits and fallbacks."""

import re
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from tests.cast import Cast, Person
from tests.incidents import fire_timers, report, timeline
from tests.server import Server
from tocsin.domain.delivery import Delivery
from tocsin.engine import page_follow
from tocsin.outbound.post import Post, words
from tocsin.store import delivery
from tocsin.store import page as pages
from tocsin.store.database import Database
from tocsin.store.tables.platform import audit

NTFY = {"service": "ntfy", "target": "https://push.example/bob", "name": "Phone", "token": "tk"}


def sent(database: Database, cast: Cast, ref: str) -> list[Delivery]:
    with database.read() as tx:
        return delivery.of(tx, cast.account_id, ref)


def code_in(server: Server, told: Delivery) -> str:
    """The code in a message, which lies sealed."""
    post = msgspec.json.decode(told.payload, type=Post)
    said = words(lambda: server.database.site.seal, post)
    # Voices spell it.
    return re.findall(r"\b\d(?: ?\d){5}\b", said)[0].replace(" ", "")


def add(server: Server, database: Database, cast: Cast, who: Person, **wish: Any) -> str:
    """The id of a contact that was proved to be theirs."""
    made = server.post("/preference/contact/create", {**NTFY, **wish}, who.key).data
    (told,) = sent(database, cast, made["contact_id"])
    code = code_in(server, told)
    proof = {"contact_id": made["contact_id"], "code": code}
    assert server.post("/preference/contact/verify", proof, who.key).data["is_verified"]
    return str(made["contact_id"])


def prefer(server: Server, who: Person, methods: list[str], **more: Any) -> None:
    told = {"critical": methods, "warning": methods, "info": methods}
    answer = server.post("/preference/update", {"trigger_notify": told, **more}, who.key)
    assert answer.status == 200, answer.body


def ways(server: Server, who: Person, incident: str) -> list[tuple[str, str]]:
    told = timeline(server, who, incident, types=["i_notify"])
    return [(one["detail"]["by"], one["reason"]) for one in told]


@pytest.mark.effect("/preference/contact/create", seen_by="/preference/contact/list")
@pytest.mark.effect("/preference/contact/code/send", seen_by="/preference/contact/list")
@pytest.mark.effect("/preference/contact/verify", seen_by="/preference/contact/list")
@pytest.mark.effect("/preference/contact/list", seen_by="/preference/contact/list")
@pytest.mark.effect("/preference/contact/delete", seen_by="/preference/contact/list")
def test_a_contact_is_proved_by_the_code_that_arrives_there(
    server: Server, cast: Cast, database: Database
) -> None:
    made = server.post("/preference/contact/create", NTFY, cast.bob.key).data
    assert (made["label"], made["method"], made["is_verified"]) == (
        "ntfy at push.example",
        "push",
        False,
    )
    (told,) = sent(database, cast, made["contact_id"])
    assert b"push.example/bob" not in told.payload
    this = {"contact_id": made["contact_id"]}
    wrong = {**this, "code": "no"}
    assert not server.post("/preference/contact/verify", wrong, cast.bob.key).data["is_verified"]
    assert server.post("/preference/contact/verify", wrong, cast.alice.key).code == (
        "ResourceNotFound"
    )
    again = server.post("/preference/contact/code/send", this, cast.bob.key)
    assert again.code == "RequestTooFrequently"
    server.clock.advance(61)
    server.post("/preference/contact/code/send", this, cast.bob.key)
    second = sent(database, cast, made["contact_id"])[-1]
    code = code_in(server, second)
    assert code not in second.payload.decode()
    server.post("/preference/contact/verify", {**this, "code": code}, cast.bob.key)
    with database.read() as tx:
        told = str(tx.tuples(select(audit.c.operation, audit.c.body)))
    assert "contact:write:verify" in told
    assert code not in told
    assert str(NTFY["target"]) not in told
    other = add(server, database, cast, cast.bob, name="Old")
    server.post("/preference/contact/delete", {"contact_id": other}, cast.bob.key)
    server.post("/preference/contact/list", {}, cast.bob.key)
    server.restart()
    (kept,) = server.post("/preference/contact/list", {}, cast.bob.key).data["items"]
    assert (kept["name"], kept["is_verified"]) == ("Phone", True)


def test_a_code_is_guessed_five_times_at_most(server: Server, cast: Cast) -> None:
    made = server.post("/preference/contact/create", NTFY, cast.bob.key).data
    wish = {"contact_id": made["contact_id"], "code": "x"}
    for _ in range(5):
        assert server.post("/preference/contact/verify", wish, cast.bob.key).status == 200
    assert server.post("/preference/contact/verify", wish, cast.bob.key).code == "BadRequest"


@pytest.mark.parametrize(
    "wish",
    [
        {"service": "email", "target": "nobody"},
        {"service": "sms", "target": "030 123"},
        {"service": "ntfy", "target": "ftp://x.example/y"},
        {"service": "telegram", "target": "1", "token": ""},
        {"service": "gotify", "target": "https://x.example", "token": ""},
        {"service": "smoke", "target": "hill"},
    ],
)
def test_a_contact_must_be_one_that_can_be_reached(
    server: Server, cast: Cast, wish: dict[str, str]
) -> None:
    answer = server.post("/preference/contact/create", {**NTFY, **wish}, cast.bob.key)
    assert answer.code == "InvalidParameter"


@pytest.mark.effect("/preference/update", seen_by="/preference/info")
@pytest.mark.effect("/preference/info", seen_by="/preference/info")
def test_a_preference_is_kept_and_checked(server: Server, cast: Cast) -> None:
    server.post("/preference/info", {}, cast.bob.key)
    quiet = [{"start": "22:00", "end": "07:00", "repeat": [1]}]
    prefer(server, cast.bob, ["push", "email"], wait_minutes={"email": 5}, quiet_hours=quiet)
    server.restart()
    shown = server.post("/preference/info", {}, cast.bob.key).data
    assert shown["trigger_notify"]["info"] == ["push", "email"]
    assert shown["wait_minutes"] == {"email": 5}
    assert shown["quiet_hours"][0]["start"] == "22:00"
    part = {"trigger_notify": {"critical": ["email"]}, "schedule_shift_notify": {}}
    assert server.post("/preference/update", part, cast.bob.key).status == 200
    server.restart()
    kept = server.post("/preference/info", {}, cast.bob.key).data
    both = ["push", "email"]
    assert kept["trigger_notify"] == {"critical": ["email"], "warning": both, "info": both}
    assert {**kept, "trigger_notify": 0} == {**shown, "trigger_notify": 0}
    for bad in (
        {"trigger_notify": {"critical": ["smoke"]}},
        {"wait_minutes": {"email": 61}},
        {"quiet_hours": [{"start": "25:00", "end": "07:00"}]},
    ):
        assert server.post("/preference/update", bad, cast.bob.key).code == "InvalidParameter"


def test_methods_follow_each_other_until_somebody_answers(
    server: Server, cast: Cast, database: Database
) -> None:
    add(server, database, cast, cast.bob)
    prefer(server, cast.bob, ["push", "email"], wait_minutes={"email": 5})
    left, taken = (
        report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]}) for _ in "12"
    )
    server.post("/incident/ack", {"incident_ids": [taken]}, cast.bob.key)
    assert [by for by, _ in ways(server, cast.bob, left)] == ["push"]
    server.clock.advance(301)
    fire_timers(server.database)
    assert [by for by, _ in ways(server, cast.bob, left)] == ["push", "email"]
    assert [by for by, _ in ways(server, cast.bob, taken)] == ["push"]


def test_a_method_that_fails_gives_way_to_the_next(
    server: Server, cast: Cast, database: Database
) -> None:
    add(server, database, cast, cast.bob)
    prefer(server, cast.bob, ["push"])
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    with database.write() as tx:
        (owed,) = delivery.of(tx, cast.account_id, incident)
        delivery.give_up(tx, owed, "answered 404")
        page_follow.failed(tx, owed)
    server.clock.advance(1)
    fire_timers(server.database)
    told = timeline(server, cast.bob, incident, types=["i_notify"])
    assert [one["detail"]["by"] for one in told] == ["push", "email"]
    assert told[0]["detail"]["persons"][0]["failed_reason"] == "answered 404"
    assert told[1]["reason"].endswith("push failed: answered 404")


def test_a_message_that_gave_way_absorbs_no_repeat(
    server: Server, cast: Cast, database: Database
) -> None:
    prefer(server, cast.bob, ["email"])
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})

    def is_under_way() -> bool:
        with database.read() as tx:
            return pages.is_under_way(tx, cast.account_id, incident, cast.bob.id, "email")

    for _ in range(2):
        assert is_under_way()
        with database.write() as tx:
            owed = delivery.claim_due(tx, "email")
            assert owed
            delivery.fail(tx, owed, "no relay", tx.now, may_have_arrived=False)
    assert not is_under_way()


def test_somebody_without_the_method_asked_for_is_told_all_the_same(
    server: Server, cast: Cast
) -> None:
    wish = {"person_ids": [cast.bob.id], "notify": {"personal_channels": ["sms", "slack_app:7"]}}
    incident = report(server, cast.alice, assigned_to=wish)
    told = timeline(server, cast.bob, incident, types=["i_notify"])
    reasons = [one["detail"]["persons"][0].get("failed_reason", "") for one in told]
    assert reasons == [
        "has no verified contact for sms",
        "has no verified contact for slack_app",
        "",
    ]
    assert told[2]["detail"]["by"] == "email"


def test_quiet_hours_hold_back_what_can_wait_and_never_critical(
    server: Server, cast: Cast, database: Database
) -> None:
    prefer(server, cast.bob, ["email"], quiet_hours=[{"start": "00:00", "end": "23:58"}])
    to = {"person_ids": [cast.bob.id]}
    mild = report(server, cast.alice, assigned_to=to)
    grave = report(server, cast.alice, incident_severity="Critical", assigned_to=to)
    assert len(sent(database, cast, grave)) == 1
    assert sent(database, cast, mild) == []
    assert ways(server, cast.bob, mild)[0][1].endswith("held back by their quiet hours")
    server.clock.advance(86_400)
    fire_timers(server.database)
    assert len(sent(database, cast, mild)) == 1


def test_a_burst_of_new_incidents_is_told_at_first_one_by_one_and_then_together(
    server: Server, cast: Cast, database: Database
) -> None:
    add(server, database, cast, cast.bob)
    server.clock.advance(120)
    prefer(server, cast.bob, ["push"])
    to = {"person_ids": [cast.bob.id]}
    burst = [report(server, cast.alice, f"Disk {n}", assigned_to=to) for n in range(13)]
    assert [len(sent(database, cast, one)) for one in burst] == [1] * 10 + [0] * 3
    server.clock.advance(16)
    fire_timers(server.database)
    (bundle,) = sent(database, cast, burst[10])
    text = msgspec.json.decode(bundle.payload)["text"]
    assert text.startswith("3 new incidents need you\n[Warning] #")
    assert "Disk 12" in text
    told = timeline(server, cast.bob, burst[12], types=["i_notify"])
    assert told[0]["detail"]["rid"] == bundle.id
    assert told[0]["reason"].endswith("told together with 2 others")
