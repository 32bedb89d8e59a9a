"""For every door in the registry a request to begin with, and the key that opens it."""

import re

import httpx
from msgspec import Struct, field

from tests.e2e.product import Product
from tests.sources.senders import senders
from tocsin.sources.doors import DOORS

_ANYTHING = b'{"title": "disk", "event_status": "Info", "alert_key": "a", "labels": {"a": "b"}}'
_SEGMENT = re.compile(r"\{\w+\}")


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


def push_seeds(product: Product) -> list[Seed]:
    """One for each push door; what real senders send where a fixture has it."""
    team = product.post("/team/upsert", {"team_name": "Operations"})["team_id"]
    channel = product.post("/channel/create", {"channel_name": "All", "team_id": team})
    keys: dict[str, str] = {}
    for kind in {door.plugin.type for door in DOORS}:
        wish = {"plugin_type": kind, "name": kind, "channel_id": channel["channel_id"]}
        keys[kind] = product.post("/datasource/upsert", wish)["integration_key"]
    known = {sender.door: sender for sender in senders().values()}
    found = []
    for door in DOORS:
        key = keys[door.plugin.type]
        if sender := known.get(door.path):
            sent = sender.fire
            headers = {name: value.replace("KEY", key) for name, value in sent.headers.items()}
            path = sent.path.replace("KEY", key)
            found.append(Seed(path, sent.content(key), sent.method, headers))
        else:
            path = _SEGMENT.sub(key, door.path) + f"?integration_key={key}"
            found.append(Seed(path, _ANYTHING, door.methods[0], good=False))
    return found
