"""For every door in the registry a request to begin with, and the key that opens it."""

import re
from collections.abc import Callable
from typing import Any, Final, Protocol

import httpx
from msgspec import Struct, field

from tests.sources.samples import SAMPLES, Sample
from tests.sources.senders import Sender, senders
from tocsin.sources.door import Door
from tocsin.sources.doors import DOORS

_ANYTHING: Final = (
    b'{"title": "disk", "event_status": "Info", "alert_key": "a", "labels": {"a": "b"},'
    b' "change_key": "a", "change_status": "Done"}'
)
_SEGMENT: Final = re.compile(r"\{\w+\}")


class Caller(Protocol):
    """A running server, called by its owner."""

    def post(self, path: str, body: Any) -> Any: ...


class Seed(Struct, frozen=True):
    """`good` is whether the body is one that the door accepts."""

    path: str
    body: bytes
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    good: bool = True

    def send(self, client: httpx.Client, content: bytes, encoding: str = "") -> httpx.Response:
        coded = {"Content-Encoding": encoding} if encoding else {}
        headers = {**self.headers, **coded}
        return client.request(self.method, self.path, content=content, headers=headers)


def make_channel(product: Caller) -> int:
    """A channel of a team of its own; its id."""
    team = product.post("/team/upsert", {"team_name": "Operations"})["team_id"]
    channel = {"channel_name": "All", "team_id": team}
    return int(product.post("/channel/create", channel)["channel_id"])


def push_seeds(product: Caller) -> list[Seed]:
    """One for each push door; what real senders send where a fixture has it."""
    channel_id = make_channel(product)
    keys: dict[str, str] = {}
    for kind in {door.plugin.type for door in DOORS}:
        wish = {"plugin_type": kind, "name": kind, "channel_id": channel_id}
        keys[kind] = product.post("/datasource/upsert", wish)["integration_key"]
    return [seed(door)(keys[door.plugin.type]) for door in DOORS]


def seed(door: Door) -> Callable[[str], Seed]:
    """What makes a request of an integration's key: of the best example that there is."""
    for sender in senders().values():
        if sender.door == door.path:
            return lambda key: _of_sender(sender, key)
    same = [one for one in SAMPLES if one.door.path == door.path]
    kin = [one for one in SAMPLES if one.door.plugin == door.plugin]
    for sample in (*same, *kin):
        return lambda key: _of_sample(door, sample, key)
    return lambda key: _of_nothing(door, key)


def _of_sender(sender: Sender, key: str) -> Seed:
    sent = sender.fire
    headers = {name: value.replace("KEY", key) for name, value in sent.headers.items()}
    return Seed(sent.path.replace("KEY", key), sent.content(key), sent.method, headers)


def _of_sample(door: Door, sample: Sample, key: str) -> Seed:
    headers = {"content-type": "application/json", **sample.headers}
    headers = {name: value.replace("KEY", key) for name, value in headers.items()}
    content = sample.content.replace(b"KEY", key.encode())
    path = _SEGMENT.sub(lambda found: sample.segments.get(found[0][1:-1], key), door.path)
    method = sample.method if sample.method in door.methods else door.methods[0]
    return Seed(f"{path}?integration_key={key}", content, method, headers)


def _of_nothing(door: Door, key: str) -> Seed:
    path = _SEGMENT.sub(key, door.path) + f"?integration_key={key}"
    return Seed(path, _ANYTHING, door.methods[0], good=False)
