"""Sentry's webhooks at the door: signatures, alerts, issues, and the older plug-in."""

import hmac
from hashlib import sha256

import pytest
from sqlalchemy import select

from tests.cast import Cast
from tests.push import engine
from tests.senders.sending import Sending, fixture
from tests.server import Server
from tocsin.store.database import Database
from tocsin.store.tables.channel import integration
from tocsin.store.tables.platform import audit

PATH = "/event/push/alert/sentry"
SECRET = "d6f1c0ffee00d6f1c0ffee00"  # gitleaks:allow


@pytest.fixture
def sentry(server: Server, database: Database, cast: Cast) -> Sending:
    return Sending(server, database, cast, "sentry.alert", PATH)


@pytest.fixture
def signing(server: Server, database: Database, cast: Cast) -> Sending:
    return Sending(server, database, cast, "sentry.alert", PATH, signing_secret=SECRET)


def hook(resource: str, body: bytes = b"", secret: str = "") -> dict[str, str]:
    signed = hmac.new(secret.encode(), body, sha256).hexdigest() if secret else ""
    return {"Sentry-Hook-Resource": resource, "Sentry-Hook-Signature": signed}


@pytest.mark.door(
    "/event/push/alert/sentry",
    "fire",
    "resolve",
    sender="Sentry integration platform (after its docs)",
)
def test_an_issue_alert_an_issue_and_its_resolution_are_one_alert(sentry: Sending) -> None:
    sentry.fire(fixture("sentry/event_alert.json"), hook("event_alert"))
    alert = sentry.alert()
    assert (alert["title"], alert["alert_severity"]) == (
        "ReferenceError: heck is not defined",
        "Warning",
    )
    assert alert["labels"]["rule"] == "Very Important Alert Rule!"
    sentry.fire(fixture("sentry/issue_created.json"), hook("issue"))
    assert len(sentry.alerts()) == 1
    sentry.fire(fixture("sentry/issue_resolved.json"), hook("issue"))
    assert sentry.incidents()[0]["progress"] == "Closed"


def test_a_metric_alert_fires_and_recovers(sentry: Sending) -> None:
    sentry.fire(fixture("sentry/metric_critical.json"), hook("metric_alert"))
    alert = sentry.alert()
    assert (alert["title"], alert["alert_severity"]) == ("Critical: Too many errors", "Critical")
    sentry.fire(fixture("sentry/metric_resolved.json"), hook("metric_alert"))
    assert sentry.incidents()[0]["progress"] == "Closed"


def test_what_people_do_there_opens_and_closes_nothing_here(sentry: Sending) -> None:
    sentry.fire(fixture("sentry/issue_assigned.json"), hook("issue"))
    assert sentry.incidents() == []
    sentry.fire(fixture("sentry/issue_created.json"), hook("issue"))
    sentry.fire(fixture("sentry/issue_assigned.json"), hook("issue"))
    assert [one["progress"] for one in sentry.incidents()] == ["Triggered"]


@pytest.mark.door(
    "/event/push/alert/sentry", "fire", sender="Sentry WebHooks plug-in (after its docs)"
)
def test_the_older_plug_in_is_understood(sentry: Sending) -> None:
    sentry.fire(fixture("sentry/plugin.json"))
    alert = sentry.alert()
    assert (alert["title"], alert["labels"]["issue_id"]) == (
        "This is an example Python exception",
        "27379932",
    )


def test_an_installation_and_an_unknown_resource_make_no_alert(sentry: Sending) -> None:
    sentry.fire('{"action": "created", "data": {"installation": {}}}', hook("installation"))
    assert sentry.send('{"action": "x", "data": {"y": 1}}', hook("seer")).status_code == 400
    assert sentry.incidents() == []


def test_with_a_secret_only_what_is_signed_with_it_is_let_in(
    signing: Sending, database: Database
) -> None:
    body = fixture("sentry/issue_created.json")
    for wrong in (hook("issue"), hook("issue", body, "another"), hook("issue", b"{}", SECRET)):
        response = signing.send(body, wrong)
        assert (response.status_code, "Sentry-Hook-Signature" in response.text) == (400, True)
    engine(database)
    assert (len(signing.rejected()), signing.incidents()) == (3, [])
    signing.fire(body, hook("issue", body, SECRET))
    assert len(signing.incidents()) == 1


def test_a_secret_is_sealed_in_the_database_and_shown_to_nobody(
    server: Server, database: Database, cast: Cast, signing: Sending
) -> None:
    with database.read() as tx:
        sealed = tx.value(select(integration.c.signing_secret))
        bodies = tx.values(select(audit.c.body))
    assert SECRET.encode() not in sealed
    assert not any(SECRET in str(body) for body in bodies)
    found = server.post("/datasource/desc", {"integration_id": signing.id}, cast.alice.key)
    assert SECRET not in found.response.text
    assert found.data["has_signing_secret"] is True


def test_a_secret_survives_a_restart_and_other_changes_and_can_be_taken_away(
    server: Server, cast: Cast, signing: Sending
) -> None:
    body = fixture("sentry/issue_created.json")
    change = {"integration_id": signing.id, "name": "Sentry of Acme"}
    server.post("/datasource/upsert", change, cast.bob.key)
    server.restart()
    assert signing.send(body, hook("issue")).status_code == 400
    assert signing.send(body, hook("issue", body, SECRET)).status_code == 200
    server.post("/datasource/upsert", {**change, "signing_secret": ""}, cast.bob.key)
    server.clock.advance(5)
    assert signing.send(body, hook("issue")).status_code == 200
