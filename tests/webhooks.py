"""Webhooks and those who receive them, for tests."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.cast import Cast
from tests.outbound.servers import LOOPBACK, reply
from tests.server import Server
from tocsin.engine import loop, webhook_target
from tocsin.engine.handling import nothing_follows
from tocsin.outbound.webhook import WebhookTransport


class Receiver:
    """Answers with `status` and keeps bodies and headers."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.seen: list[bytes] = []
        self.headers: list[dict[str, str]] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self.seen.append(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.headers.append(dict(handler.headers))
        reply(handler, self.status, b"noted", X_Answer="yes")

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(one) for one in self.seen]


def hook(server: Server, cast: Cast, endpoint: str, plugin_id: int = 302, **settings: Any) -> int:
    """The id of a webhook that Alice made."""
    wish = {
        "plugin_id": plugin_id,
        "name": "Chat",
        "settings": {"endpoint": endpoint, **settings},
    }
    return int(server.post("/datasource/upsert", wish, cast.alice.key).data["integration_id"])


def deliver(server: Server) -> int:
    """Send all that is due; how many there were."""
    transport = WebhookTransport(LOOPBACK, lambda: server.database.site.seal, server.clock)
    sent = 0
    while True:
        turn = loop.send_one(
            server.database, "webhook", transport, nothing_follows, webhook_target.heard
        )
        try:
            while True:
                next(turn)
        except StopIteration as end:
            if not end.value:
                return sent
            sent += 1


def history(server: Server, cast: Cast, **wish: Any) -> Any:
    """The history of the last hours."""
    now = server.clock.now()
    body = {"start_time": now - 100 * 3_600_000, "end_time": now + 1, "limit": 50, **wish}
    return server.post("/webhook/history/list", body, cast.alice.key).data
