"""A real server under load that is killed again and again, and what must be left of it."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from random import Random  # noqa: TID251 - a test's chances come from its seed
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from tests.cli.program import Running, serving, until
from tests.outbound.servers import reply
from tocsin.outbound.webhook import MAY_REPEAT_HEADER
from tocsin.sources import otlp
from tocsin.sources.otlp_wire import Encoding, Signal

SENDERS = 4
_STACK = "Error: price\n  at total @ http://shop.example/cart.js:3:8"
SETTLED_SECONDS_MAX = 120


class Receiver:
    """Takes webhooks and notes each by its event's id: what it was about, and the repeat mark."""

    def __init__(self) -> None:
        self.events: dict[str, tuple[str, str]] = {}
        self.unmarked_repeats: list[str] = []
        self.repeats = 0

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        told = msgspec.json.decode(handler.rfile.read(int(handler.headers["Content-Length"])))
        event_id = told["event_id"]
        if event_id in self.events:
            self.repeats += 1
            if handler.headers[MAY_REPEAT_HEADER] != "yes":
                self.unmarked_repeats.append(event_id)
        self.events[event_id] = (told["event_type"], told["incident"]["title"])
        reply(handler, 200)

    def about(self, event_type: str) -> set[str]:
        """The titles of incidents that such an event told of."""
        return {title for kind, title in self.events.values() if kind == event_type}


class Victim:
    """A server on one port and one database, over all its lives."""

    def __init__(self, folder: Path, words: list[str], seed: int) -> None:
        self._folder = folder
        self._words = [*words, "--port", str(free_port())]
        self._lives = ExitStack()
        self._rng = Random(seed)
        self.running: Running
        self.kills: list[str] = []
        self.url = ""
        self.key = ""

    def start(self) -> None:
        allowed = {"TOCSIN_OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8"}
        self.running = self._lives.enter_context(
            serving(self._folder, *self._words, TOCSIN_RATE_LIMITS="false", **allowed)
        )
        self.url = self.running.url
        self.key = self.key or self.running.key

    def kill(self) -> None:
        """The engine alone, the server alone, or all at once; whoever is left must cope."""
        kind = self._rng.choice(["engine", "server", "all", "all"])
        engines = self.running.children()
        self.kills.append(kind)
        if kind in ("engine", "all"):
            for engine in engines:
                _kill(engine)
        if kind in ("server", "all"):
            self.running.stop(signal.SIGKILL)
            until(lambda: not any(Path(f"/proc/{engine}").exists() for engine in engines), 40)
            self.start()

    def post(self, path: str, body: Any) -> Any:
        answer = httpx.post(self.url + path, json=body, params={"app_key": self.key}, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def stop(self) -> None:
        assert self.running.stop() == 0
        self._lives.close()


class Targets(Struct, frozen=True):
    """Where load goes: the push address of an integration, and the error doors of an application
    where errors are reported too."""

    push: str
    errors: tuple["ErrorDoor", ...] = ()


class ErrorDoor(Struct, frozen=True):
    """An address errors are sent to, and how one is written there: of an id and a kind, the body
    and the id that the store will know it by."""

    address: str
    write: Callable[[str, str], tuple[Any, str]]
    headers: dict[str, str] = {}


def error_doors(url: str, dsn: httpx.URL, token: str) -> tuple[ErrorDoor, ...]:
    """Every way an error comes in: of Sentry's SDKs, RUM SDKs, OpenTelemetry and DataKit."""
    bearer = {"Authorization": f"Bearer {token}"}
    return (
        ErrorDoor(f"{url}/api{dsn.path}/store/?sentry_key={dsn.username}", _of_sentry),
        ErrorDoor(f"{url}/api/v2/rum?dd-api-key={token}", _of_rum),
        ErrorDoor(f"{url}/v1/logs", _of_otlp, bearer),
        ErrorDoor(f"{url}/v1/write/rum?token={token}", _of_datakit),
    )


class Load:
    """Threads that push alerts and report errors, and remember which were answered with 2xx."""

    def __init__(self, targets: Targets, pause_seconds: float) -> None:
        self._targets = targets
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self.alerts: set[str] = set()
        self.errors: set[str] = set()
        self.unanswered = 0
        self._threads = [
            threading.Thread(target=self._send, args=[number]) for number in range(SENDERS)
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        with httpx.Client(timeout=20) as client:
            count = 0
            while not self._stopping.wait(self._pause_seconds):
                count += 1
                title = f"alert {number}-{count}"
                alert = {"title_rule": title, "event_status": "Critical", "alert_key": title}
                if self._accepted(client, self._targets.push, alert):
                    self.alerts.add(title)
                if not self._targets.errors:
                    continue
                door = self._targets.errors[count % len(self._targets.errors)]
                body, event_id = door.write(f"{number:016x}{count:016x}", f"Error{count // 25}")
                if self._accepted(client, door.address, body, door.headers):
                    self.errors.add(event_id)

    def _accepted(
        self, client: httpx.Client, address: str, body: Any, headers: dict[str, str] | None = None
    ) -> bool:
        try:
            return client.post(address, json=body, headers=headers).is_success
        except httpx.TransportError:
            self.unanswered += 1
            return False


def _of_sentry(event_id: str, kind: str) -> tuple[Any, str]:
    """Of few enough of a kind that the store keeps every one."""
    frame = {"function": "total", "filename": "cart.py", "lineno": 3, "in_app": True}
    thrown = {"type": kind, "value": "price", "stacktrace": {"frames": [frame]}}
    event = {"event_id": event_id, "platform": "python", "exception": {"values": [thrown]}}
    return event, event_id


def _of_rum(event_id: str, kind: str) -> tuple[Any, str]:
    thrown = {"id": event_id, "type": kind, "message": "price", "source": "source", "stack": _STACK}
    return {"type": "error", "session": {"id": event_id}, "error": thrown}, event_id


def _of_otlp(event_id: str, kind: str) -> tuple[Any, str]:
    named = {"exception.type": kind, "exception.message": "price", "exception.stacktrace": _STACK}
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in named.items()]
    record = {"traceId": event_id, "attributes": pairs}
    said = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
    (read,) = otlp.read(msgspec.json.encode(said), Signal.LOGS, Encoding.JSON, 1).events
    return said, read.event.event_id


def _of_datakit(event_id: str, kind: str) -> tuple[Any, str]:
    tags = {"error_id": event_id, "error_type": kind, "error_source": "source"}
    fields = {"error_message": "price", "error_stack": _STACK}
    return [{"measurement": "error", "tags": tags, "fields": fields}], event_id


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
