"""Somebody's phone with ntfy on it: what its owner is shown, message by message."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from queue import SimpleQueue
from typing import Any

from tests.e2e.product import PATIENCE_SECONDS
from tests.outbound.servers import http_server, reply


class Phone:
    """`topic` is what its owner subscribed to, as the address of a contact."""

    def __init__(self) -> None:
        self.topic = ""
        self._shown: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def _ring(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["Content-Length"])
        self._shown.put(json.loads(handler.rfile.read(length)))
        reply(handler, 200, b"{}")

    def shows(self, words: str) -> dict[str, Any]:
        """The next message that has these words; the others are swiped away."""
        while True:
            message = self._shown.get(timeout=PATIENCE_SECONDS)
            if words in message["title"] + message["message"]:
                return message

    @classmethod
    @contextmanager
    def on(cls) -> Iterator["Phone"]:
        phone = cls()
        with http_server(phone._ring) as port:
            phone.topic = f"http://127.0.0.1:{port}/alice"
            yield phone
