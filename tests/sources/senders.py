"""What monitoring systems send, one file a sender in `fixtures/`, and what must come of it.

`fire`, `ack` and `resolve` are requests with the answer each must get: `status`, and where it
matters `answer`. KEY stands for the integration's key. `origin` says who made the requests.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
from httpx import Response
from msgspec import UNSET, Struct, UnsetType

from tests.server import Server

FIXTURES = Path(__file__).parent / "fixtures"


class Request(Struct, frozen=True):
    method: str
    path: str
    headers: dict[str, str]
    body: str | dict[str, Any] | list[Any]
    status: int
    answer: str | dict[str, Any] | UnsetType = UNSET

    def content(self, key: str) -> bytes:
        """The body with the key in its place."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return text.replace("KEY", key).encode()

    def send(self, server: Server, key: str) -> Response:
        """Knock at the door, and hold the answer to what the sender needs."""
        path = self.path.replace("KEY", key)
        content = self.content(key)
        headers = {name: value.replace("KEY", key) for name, value in self.headers.items()}
        answer = server.request(self.method, path, headers=headers, content=content)
        assert answer.status_code == self.status, answer.text
        if isinstance(self.answer, dict):
            assert answer.json() == self.answer
        elif self.answer is not UNSET:
            assert answer.text == self.answer
        return answer


class Sender(Struct, frozen=True, forbid_unknown_fields=True):
    """A sender and its alert; `labels` are some of those the alert must have."""

    sender: str
    origin: str
    plugin: str
    door: str
    severity: str
    title: str
    key: str
    fire: Request
    resolve: Request | None = None
    ack: Request | None = None
    labels: dict[str, str] = {}

    @property
    def shows(self) -> list[str]:
        """Which of fire, resolve and ack it shows."""
        return [name for name in ("fire", "resolve", "ack") if getattr(self, name)]


def senders() -> dict[str, Sender]:
    """Every sender by the name of its file."""
    return {
        file.stem: msgspec.json.decode(file.read_bytes(), type=Sender)
        for file in sorted(FIXTURES.glob("*.json"))
    }
