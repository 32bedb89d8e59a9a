"""Every door against mangled bodies: a door refuses in its own words or takes what it can read."""

import json
from collections.abc import Iterator
from random import Random  # noqa: TID251 - a test's chances come from its seed
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from msgspec import Struct

from tests.senders.amazon import Signer, confirmation, notification
from tests.sources.senders import FIXTURES, senders
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.integration import Integration
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import Failure
from tocsin.sources.door import Door, Kept, Knock
from tocsin.sources.doors import DOORS
from tocsin.sources.push import DESCRIPTION_MAX, KEY_MAX, LABELS_MAX

ROUNDS = 60
SENDER = Integration(1, 1, 0, 0, "Sender", 1, "x", 1, 0, 0)
HOSTILE: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        0,
        1e300,
        10**19,
        "",
        "\x00",
        "x" * 3000,
        "1767225600",
        "0001-01-01T00:00:00Z",
    ),
    *([], {}, [None], [[]], {"": ""}, {"a": {"b": [1]}}, "\ud7ff", "9999-12-31T23:59:59Z", "nan"),
)
CLOUD = {
    "/event/push/alert/azure-monitor": "azure",
    "/event/push/alert/google-cloud-monitoring": "gcp",
    "/event/push/alert/datadog": "datadog",
    "/event/push/alert/sentry": "sentry",
}
SENTRY = ("event_alert", "metric_alert", "issue", "error", "comment", "installation", "")
CLOUD_EVENT = {"specversion": "1.0", "id": "1", "source": "s", "type": "a.b", "data": {"a": 1}}
ASKED = {
    "POST snooze": {"endTime": "2026-04-03T20:05:50Z", "user": "Ada", "note": "later"},
    "POST assign": {"owner": {"username": "ada@acme.example"}},
    "POST responders": {"responder": {"type": "team", "name": "ops"}},
    "POST tags": {"tags": ["a", "b"], "note": "tagged"},
    "POST details": {"details": {"rack": "7"}},
    "PUT priority": {"priority": "P2"},
    "DELETE tags": {"tags": "a,b"},
}


class Sample(Struct, frozen=True):
    """A request that a door takes."""

    door: Door
    body: Any
    headers: dict[str, str] = {}
    path: str = ""
    method: str = "POST"
    segments: dict[str, str] = {}


def samples() -> Iterator[Sample]:
    by_path = {door.path: door for door in DOORS}
    for sender in senders().values():
        sent = sender.fire
        headers = {name.lower(): value for name, value in sent.headers.items()}
        yield Sample(by_path[sender.door], sent.body, headers, sent.path, sent.method)
    for path, folder in CLOUD.items():
        for file in sorted((FIXTURES / folder).glob("*.json")):
            for resource in SENTRY if folder == "sentry" else ("",):
                body = json.loads(file.read_bytes())
                yield Sample(by_path[path], body, {"sentry-hook-resource": resource})
    sns = by_path["/event/push/alert/aws-cloudwatch"]
    alarm = (FIXTURES / "sns/cloudwatch_alarm.json").read_text()
    yield Sample(sns, notification(alarm))
    yield Sample(sns, Signer().signed(confirmation()))
    yield Sample(sns, json.loads(alarm), {"x-amz-sns-rawdelivery": "true"})
    for file in ("sns/eventbridge_alarm.json", "sns/eventbridge_other.json"):
        yield Sample(sns, json.loads((FIXTURES / file).read_bytes()))
    bus = by_path["/event/push/alert/cloudevents"]
    yield Sample(bus, CLOUD_EVENT, {"content-type": "application/cloudevents+json"})
    yield Sample(bus, [CLOUD_EVENT], {"content-type": "application/cloudevents-batch+json"})
    ce = {f"ce-{name}": str(value) for name, value in CLOUD_EVENT.items() if name != "data"}
    yield Sample(bus, {"a": 1}, {**ce, "content-type": "application/json"})
    action = by_path["/v2/alerts/{identifier}/{action}"]
    for name, body in ASKED.items():
        method, _, last = name.partition(" ")
        named = {"identifier": "disk", "action": last}
        yield Sample(action, body, method=method, segments=named)


SAMPLES = list(samples())


def mangled(value: Any, rng: Random) -> Any:
    """The value with something in it replaced, left out or nested."""
    if rng.random() < 0.15:
        return rng.choice(HOSTILE)
    if isinstance(value, dict) and value:
        name = rng.choice(sorted(value))
        if rng.random() < 0.1:
            return {each: value[each] for each in value if each != name}
        return {**value, name: mangled(value[name], rng)}
    if isinstance(value, list) and value:
        place = rng.randrange(len(value))
        return [mangled(each, rng) if n == place else each for n, each in enumerate(value)]
    return value


def knock(sample: Sample, body: Any) -> Knock:
    text = body if isinstance(body, str) else json.dumps(body)
    parts = urlsplit(sample.path)
    return Knock(
        method=sample.method,
        path=parts.path or sample.door.path,
        query=dict(parse_qsl(parts.query)),
        headers=sample.headers,
        body=text.encode("utf-8", "replace"),
        segments=sample.segments or dict.fromkeys(("key", "type", "routing_key"), "k"),
        fresh="fresh",
    )


def hold_to_limits(event: AlertEvent) -> None:
    """An event that the chain and both databases take."""
    assert len(event.alert_key) <= KEY_MAX
    assert 0 < len(event.title) <= 512
    assert len(event.description) <= DESCRIPTION_MAX
    assert len(event.labels) <= LABELS_MAX
    assert isinstance(event.status, EventStatus)
    assert 0 < event.happened_at < 1 << 62
    encoded = msgspec.json.encode(event)
    assert b"\\u0000" not in encoded


@pytest.mark.parametrize(
    "sample", SAMPLES, ids=[f"{n}-{one.door.path}" for n, one in enumerate(SAMPLES)]
)
def test_a_mangled_body_is_refused_or_read_and_never_breaks_a_door(sample: Sample) -> None:
    rng = Random(sample.door.path)
    for round_ in range(ROUNDS):
        body = sample.body if round_ == 0 else mangled(sample.body, rng)
        come = knock(sample, body)
        try:
            meta = sample.door.check(come, SENDER)
        except Failure:
            continue
        assert all(isinstance(value, str) for value in meta.values())
        try:
            reports = sample.door.read(Kept(come.body, meta, 1_767_225_600_000), SENDER)
        except (Failure, ValueError):
            continue
        for report in reports:
            if isinstance(report, AlertEvent):
                hold_to_limits(report)
