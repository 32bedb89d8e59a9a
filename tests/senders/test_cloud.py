"""Azure Monitor, Google Cloud Monitoring and Datadog, as their own documents say they send."""

import json

import pytest

from tests.cast import Cast
from tests.push import engine
from tests.senders.sending import Sending, fixture
from tests.server import Server
from tocsin.sources.datadog import TEMPLATE
from tocsin.store.database import Database

# plugin, path's last part, what fires, what recovers, severity, title, a label
LIVES = {
    "azure common": (
        "azure-monitor",
        "azure/fired.json",
        "azure/resolved.json",
        ("Warning", "cpu-over-90", ("signal_type", "Metric")),
    ),
    "azure metric v2": (
        "azure-monitor",
        "azure/metric_activated.json",
        "azure/metric_deactivated.json",
        ("Info", "storage", ("resource_group", "acme")),
    ),
    "gcp": (
        "google-cloud-monitoring",
        "gcp/open.json",
        "gcp/closed.json",
        ("Critical", "CPU is high", ("team", "web")),
    ),
    "datadog": (
        "datadog",
        "datadog/triggered.json",
        "datadog/recovered.json",
        ("Critical", "[P2] [Triggered on {host:web1}] CPU is high", ("team", "web")),
    ),
}


def sending(server: Server, database: Database, cast: Cast, plugin: str) -> Sending:
    return Sending(server, database, cast, plugin, f"/event/push/alert/{plugin}")


@pytest.mark.parametrize(
    "life",
    [
        pytest.param(
            "azure common",
            marks=pytest.mark.door(
                "/event/push/alert/azure-monitor",
                "fire",
                "resolve",
                sender="Azure Monitor, common schema (after its docs)",
            ),
        ),
        pytest.param(
            "azure metric v2",
            marks=pytest.mark.door(
                "/event/push/alert/azure-monitor",
                "fire",
                "resolve",
                sender="Azure Monitor, metric alert v2 (after its docs)",
            ),
        ),
        pytest.param(
            "gcp",
            marks=pytest.mark.door(
                "/event/push/alert/google-cloud-monitoring",
                "fire",
                "resolve",
                sender="Google Cloud Monitoring 1.2 (after its docs)",
            ),
        ),
        pytest.param(
            "datadog",
            marks=pytest.mark.door(
                "/event/push/alert/datadog",
                "fire",
                "resolve",
                sender="Datadog, the payload above (after its docs)",
            ),
        ),
    ],
)
def test_what_fires_opens_an_incident_once_and_what_resolves_closes_it(
    server: Server, database: Database, cast: Cast, life: str
) -> None:
    plugin, fires, resolves, (severity, title, (label, value)) = LIVES[life]
    sender = sending(server, database, cast, plugin)
    sender.fire(fixture(fires))
    sender.fire(fixture(fires))
    alert = sender.alert()
    assert (alert["alert_severity"], alert["title"]) == (severity, title)
    assert alert["labels"][label] == value
    [incident] = sender.incidents()
    assert (incident["progress"], incident["incident_severity"]) == ("Triggered", severity)
    sender.fire(fixture(resolves))
    [incident] = sender.incidents()
    assert (incident["progress"], incident["incident_status"]) == ("Closed", "Ok")
    sender.fire(fixture(fires))
    assert len(sender.incidents()) == 2


@pytest.mark.parametrize("plugin", ["azure-monitor", "google-cloud-monitoring", "datadog"])
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"incident":{},"schemaId":5}', b"\xff{"])
def test_what_cannot_be_read_is_refused_at_once_and_kept_for_people(
    server: Server, database: Database, cast: Cast, plugin: str, body: bytes
) -> None:
    sender = sending(server, database, cast, plugin)
    response = sender.send(body)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "InvalidParameter")
    engine(database)
    assert [one["reason"] for one in sender.rejected()] == [error["message"]] * bool(body)


@pytest.mark.door(
    "/event/push/alert/azure-monitor", "fire", sender="Azure Monitor, activity log (after its docs)"
)
def test_an_activity_log_alert_fires_without_ever_recovering(
    server: Server, database: Database, cast: Cast
) -> None:
    sender = sending(server, database, cast, "azure-monitor")
    sender.fire(fixture("azure/activity_log.json"))
    alert = sender.alert()
    assert alert["title"] == "Microsoft.Compute/virtualMachines/deallocate/action"
    assert (alert["alert_severity"], alert["labels"]["resource_group"]) == ("Info", "acme")


def test_the_consoles_test_message_of_google_is_read_too(
    server: Server, database: Database, cast: Cast
) -> None:
    sender = sending(server, database, cast, "google-cloud-monitoring")
    sender.fire(fixture("gcp/console_test.json"))
    alert = sender.alert()
    assert (alert["title"], alert["alert_severity"]) == ("Example condition", "Info")
    assert "Test documentation" in alert["description"]


@pytest.mark.parametrize("way", ["auth_token", "basic"])
def test_google_may_bring_the_key_as_auth_token_or_as_password(
    server: Server, database: Database, cast: Cast, way: str
) -> None:
    sender = sending(server, database, cast, "google-cloud-monitoring")
    body = fixture("gcp/open.json")
    if way == "basic":
        found = server.request("POST", sender.path, content=body, auth=("any", sender.key))
    else:
        found = sender.send(body, address=f"{sender.path}?auth_token={sender.key}")
    assert found.status_code == 200


@pytest.mark.parametrize(
    ("changed", "severity"),
    [
        ({"alert_priority": "P3"}, "Warning"),
        ({"alert_priority": "P5"}, "Info"),
        ({"alert_priority": "", "alert_type": "error"}, "Critical"),
        ({"alert_priority": "$ALERT_PRIORITY", "alert_type": "info"}, "Info"),
        ({"alert_transition": "No Data"}, "Warning"),
        ({"alert_transition": "Re-Warn", "alert_priority": ""}, "Warning"),
        ({"alert_transition": "Renotify"}, "Critical"),
    ],
)
def test_the_severity_of_datadog_follows_its_priority_then_its_type(
    server: Server, database: Database, cast: Cast, changed: dict[str, str], severity: str
) -> None:
    sender = sending(server, database, cast, "datadog")
    sender.fire(json.dumps({**json.loads(fixture("datadog/triggered.json")), **changed}))
    assert sender.alert()["alert_severity"] == severity


def test_a_monitor_without_a_cycle_is_told_apart_by_its_scope(
    server: Server, database: Database, cast: Cast
) -> None:
    sender = sending(server, database, cast, "datadog")
    warn = json.loads(fixture("datadog/warn.json"))
    sender.fire(json.dumps(warn))
    sender.fire(json.dumps({**warn, "alert_scope": "host:web2,env:prod"}))
    sender.fire(json.dumps({**warn, "alert_transition": "Recovered"}))
    ended = [bool(one["end_time"]) for one in sender.alerts()]
    assert sorted(ended) == [False, True]


def test_what_our_template_did_not_write_names_the_page_to_read(
    server: Server, database: Database, cast: Cast
) -> None:
    sender = sending(server, database, cast, "datadog")
    assert "page on Datadog" in sender.send('{"title": "x"}').text
    assert "page on Datadog" in sender.send(json.dumps(TEMPLATE)).text
