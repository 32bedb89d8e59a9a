"""For every door requests that it takes, beginning with what real senders send."""

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from tests.senders.amazon import Signer, confirmation, notification
from tests.sources.senders import FIXTURES, senders
from tocsin.sources.door import Door
from tocsin.sources.doors import DOORS

CLOUD = {
    "/event/push/alert/azure-monitor": "azure",
    "/event/push/alert/google-cloud-monitoring": "gcp",
    "/event/push/alert/datadog": "datadog",
    "/event/push/alert/sentry": "sentry",
}
SENTRY = ("event_alert", "metric_alert", "issue", "error", "comment", "installation", "")
ASKED = {
    "POST snooze": {"endTime": "2026-04-03T20:05:50Z", "user": "Ada", "note": "later"},
    "POST assign": {"owner": {"username": "ada@acme.example"}},
    "POST responders": {"responder": {"type": "team", "name": "ops"}},
    "POST tags": {"tags": ["a", "b"], "note": "tagged"},
    "POST details": {"details": {"rack": "7"}},
    "PUT priority": {"priority": "P2"},
    "DELETE tags": {"tags": "a,b"},
}
CLOUD_EVENT = {"specversion": "1.0", "id": "1", "source": "s", "type": "a.b", "data": {"a": 1}}


class Sample(Struct, frozen=True):
    """A request that a door takes."""

    door: Door
    body: Any
    headers: dict[str, str] = {}
    path: str = ""
    method: str = "POST"
    segments: dict[str, str] = {}

    @property
    def content(self) -> bytes:
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return text.encode("utf-8", "replace")


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
