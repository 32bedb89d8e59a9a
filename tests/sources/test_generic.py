"""The door for any JSON: how a mapping and, without one, usual names make events of a request."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import Cast
from tests.push import engine, make_channel, make_integration
from tests.server import Server
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.event_mapping import EventMapping
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources.door import Kept
from tocsin.sources.generic import Problem, events
from tocsin.store.database import Database

NOW = 1_790_000_000_000
BATCH = {
    "team": "web",
    "data": {
        "alerts": [
            {"name": "CPU", "level": 1, "id": 7, "at": NOW // 1000 - 60, "host": {"name": "a"}},
            {"name": "Disk", "level": 3, "id": 8, "at": NOW - 1000, "over": True},
        ]
    },
}
MAPPING = EventMapping(
    events="data.alerts",
    title="{{.name}} on {{.host.name | default `?`}}",
    description="of {{body.team}}",
    severity="{{.level}}",
    severities={"1": EventStatus.CRITICAL, "3": EventStatus.INFO},
    resolved="{{.over}}",
    alert_key="{{.id}}",
    event_time="{{.at}}",
    labels={"host": "{{.host.name}}", "team": "{{body.team}}"},
)


def read(body: Any, mapping: EventMapping | None = None) -> list[AlertEvent | Problem]:
    return list(events(Kept(msgspec.json.encode(body), {}, NOW), mapping))


def one(body: Any, mapping: EventMapping | None = None) -> AlertEvent:
    [event] = read(body, mapping)
    assert isinstance(event, AlertEvent)
    return event


def test_a_mapping_reads_every_event_of_a_list() -> None:
    cpu, disk = read(BATCH, MAPPING)
    assert isinstance(cpu, AlertEvent)
    assert isinstance(disk, AlertEvent)
    assert (cpu.title, cpu.status, cpu.alert_key) == ("CPU on a", EventStatus.CRITICAL, "7")
    assert (cpu.description, cpu.happened_at) == ("of web", NOW - 60_000)
    assert cpu.labels == {"host": "a", "team": "web"}
    assert (disk.title, disk.status, disk.happened_at) == ("Disk on ?", EventStatus.OK, NOW - 1000)
    assert disk.labels == {"team": "web"}


def test_an_event_that_cannot_be_read_costs_no_other() -> None:
    mapping = msgspec.structs.replace(MAPPING, title="a\n{{upper .name}}")
    body = {"team": "web", "data": {"alerts": [{"name": 5}, {"name": "fine"}]}}
    problem, fine = read(body, mapping)
    assert isinstance(problem, Problem)
    assert (problem.position, problem.field, problem.line) == (0, "title", 2)
    assert problem.message == "upper: wants text, not int"
    assert msgspec.json.decode(problem.excerpt) == {
        "team": "web",
        "data": {"alerts": [{"name": 5}]},
    }
    assert isinstance(fine, AlertEvent)


def test_a_list_that_is_not_there_is_a_problem() -> None:
    [problem] = read({"data": {}}, MAPPING)
    assert isinstance(problem, Problem)
    assert (problem.field, problem.message) == ("events", "there is nothing at data.alerts")


@pytest.mark.parametrize(
    ("body", "title", "status", "alert_key"),
    [
        ({"message": "boom"}, "boom", EventStatus.WARNING, "boom"),
        ({"title": "A", "status": "firing", "severity": "P1"}, "A", EventStatus.CRITICAL, "A"),
        ({"title": "A", "status": "Resolved"}, "A", EventStatus.OK, "A"),
        ({"Title": "A", "Fingerprint": "f"}, "A", EventStatus.WARNING, "f"),
        ({"labels": {"alertname": "N", "severity": "info"}}, "N", EventStatus.INFO, "N"),
        ({"alerts": [{"name": "B", "level": "error"}]}, "B", EventStatus.CRITICAL, "B"),
        ([{"name": "C"}], "C", EventStatus.WARNING, "C"),
        (["just text"], "just text", EventStatus.WARNING, "just text"),
        ({"payload": '{"text": "in a form"}'}, "in a form", EventStatus.WARNING, "in a form"),
        ({"x": {"y": 1}}, "Untitled alert", EventStatus.WARNING, '{"x":{"y":1}}'),
    ],
)
def test_without_a_mapping_usual_names_are_understood(
    body: Any, title: str, status: EventStatus, alert_key: str
) -> None:
    event = one(body)
    assert (event.title, event.status, event.alert_key) == (title, status, alert_key)


def test_what_a_mapping_leaves_out_is_guessed() -> None:
    event = one({"title": "A", "level": "info", "host": "h"}, EventMapping(title="[{{.title}}]"))
    assert (event.title, event.status, event.labels) == (
        "[A]",
        EventStatus.INFO,
        {"level": "info", "host": "h"},
    )


def test_a_request_of_too_many_events_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="at most 500 events, not 501"):
        read([{"title": "A"}] * 501)


@pytest.mark.parametrize("mapping", [None, {"events": "alerts"}])
def test_a_sender_of_too_many_events_is_told_at_once(
    server: Server, cast: Cast, mapping: dict[str, str] | None
) -> None:
    settings = {"mapping": mapping} if mapping else {}
    made = make_integration(server, cast, plugin_type="generic", settings=settings)
    found = [{"title": "A"}] * 501
    path = f"/event/push/alert/generic?integration_key={made['integration_key']}"
    answer = server.request("POST", path, json={"alerts": found} if mapping else found)
    assert answer.status_code == 400
    assert "at most 500 events, not 501" in answer.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=8), JSON) | st.lists(JSON, max_size=5))
def test_any_json_becomes_events_or_problems(body: Any) -> None:
    for mapping in (None, MAPPING, EventMapping(events="0.a", title="{{.}}{{.a.b}}")):
        for found in read(body, mapping):
            assert isinstance(found, AlertEvent | Problem)


def test_what_a_mapping_fails_on_is_kept_for_people_to_see(
    server: Server, database: Database, cast: Cast
) -> None:
    channel_id = make_channel(server, database, cast)
    made = make_integration(
        server,
        cast,
        plugin_type="generic",
        channel_id=channel_id,
        settings={"mapping": {"events": "items", "title": "{{upper .t}}"}},
    )
    address = f"/event/push/alert/generic?integration_key={made['integration_key']}"
    answer = server.request("POST", address, json={"items": [{"t": "up"}, {"t": 5}]})
    assert answer.status_code == 200
    engine(database)
    asked = {"integration_id": made["integration_id"]}
    [kept] = server.post("/datasource/rejected-event/list", asked, cast.bob.key).data["items"]
    assert kept["reason"] == "event 1, title, line 1: upper: wants text, not int"
    assert '"t":5' in kept["excerpt"]


def test_what_is_no_json_is_refused_with_the_reason(
    server: Server, database: Database, cast: Cast
) -> None:
    channel_id = make_channel(server, database, cast)
    made = make_integration(server, cast, plugin_type="generic", channel_id=channel_id)
    address = f"/event/push/alert/generic?integration_key={made['integration_key']}"
    for body, message in ((b"{nope", "not valid JSON"), (b"", "says nothing")):
        answer = server.request("POST", address, content=body)
        assert answer.status_code == 400
        assert message in answer.json()["error"]["message"]


def test_a_mapping_with_a_bad_template_is_not_saved(server: Server, cast: Cast) -> None:
    wish = {
        "plugin_type": "generic",
        "name": "Mine",
        "settings": {"mapping": {"labels": {"host": "{{.host"}}},
    }
    answer = server.post("/datasource/upsert", wish, cast.bob.key)
    assert answer.status == 400
    assert "labels.host is not a template, line 1: an action is not closed" in answer.message
