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
from typing import Any, TypeAlias

import httpx
import msgspec
from msgspec import Struct

from tests.cli.program import Running, serving, until
from tests.edge.test_datakit_door import as_protobuf
from tests.minidumps import minidump
from tests.outbound.servers import reply
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.units import MINUTE
from tocsin.outbound.webhook import MAY_REPEAT_HEADER
from tocsin.sources import otlp, sentry_security
from tocsin.sources.otlp_wire import Encoding, Signal
from tocsin.sources.sentry_security import Policed

SENDERS = 4
Ids: TypeAlias = tuple[str, ...]
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
    """An address errors are sent to, and how one is written there: of an id and a kind, what httpx
    sends and the ids of which the store will know it by one."""

    address: str
    write: Callable[[str, str], tuple[dict[str, Any], Ids]]
    headers: dict[str, str] = {}


def error_doors(url: str, dsn: httpx.URL, token: str) -> tuple[ErrorDoor, ...]:
    """Every way an error comes in: of Sentry's SDKs, browsers' policies, native programs, RUM SDKs,
    OpenTelemetry and DataKit."""
    bearer = {"Authorization": f"Bearer {token}"}
    key = f"?sentry_key={dsn.username}"
    return (
        ErrorDoor(f"{url}/api{dsn.path}/store/{key}", _of_sentry),
        ErrorDoor(f"{url}/api{dsn.path}/envelope/{key}", _of_envelope),
        ErrorDoor(f"{url}/api{dsn.path}/security/{key}", _of_policy),
        ErrorDoor(f"{url}/api{dsn.path}/minidump/{key}", _of_minidump),
        ErrorDoor(f"{url}/api/v2/rum?dd-api-key={token}", _of_rum),
        ErrorDoor(f"{url}/v1/logs", _of_log, bearer),
        ErrorDoor(f"{url}/v1/traces", _of_span, bearer),
        ErrorDoor(f"{url}/v1/write/rum?token={token}", _of_datakit),
        ErrorDoor(
            f"{url}/v1/write/logging?token={token}",
            _of_protobuf,
            {"Content-Type": "application/protobuf; proto=com.guance.Point"},
        ),
    )


class Load:
    """Threads that push alerts and report errors, and remember which were answered with 2xx."""

    def __init__(self, targets: Targets, pause_seconds: float) -> None:
        self._targets = targets
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self.alerts: set[str] = set()
        self.errors: set[Ids] = set()
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
                if self._accepted(client, self._targets.push, {"json": alert}):
                    self.alerts.add(title)
                if not self._targets.errors:
                    continue
                door = self._targets.errors[count % len(self._targets.errors)]
                kind = f"Error{count // 25}"
                said, event_ids = door.write(f"{number:016x}{count:016x}", kind)
                if self._accepted(client, door.address, said, door.headers):
                    self.errors.add(event_ids)

    def _accepted(
        self,
        client: httpx.Client,
        address: str,
        said: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> bool:
        try:
            return client.post(address, headers=headers, **said).is_success
        except httpx.TransportError:
            self.unanswered += 1
            return False


def _event(event_id: str, kind: str) -> dict[str, Any]:
    """Of few enough of a kind that the store keeps every one."""
    frame = {"function": "total", "filename": "cart.py", "lineno": 3, "in_app": True}
    thrown = {"type": kind, "value": "price", "stacktrace": {"frames": [frame]}}
    return {"event_id": event_id, "platform": "python", "exception": {"values": [thrown]}}


def _of_sentry(event_id: str, kind: str) -> tuple[dict[str, Any], Ids]:
    return {"json": _event(event_id, kind)}, (event_id,)


def _of_envelope(event_id: str, kind: str) -> tuple[dict[str, Any], Ids]:
    """With somebody's words to it, of which the store keeps as many."""
    words = {"event_id": event_id, "comments": event_id}
    lines = ({}, {"type": "event"}, _event(event_id, kind), {"type": "user_report"}, words)
    return {"content": b"\n".join(map(msgspec.json.encode, lines))}, (event_id,)


def _of_policy(event_id: str, kind: str) -> tuple[dict[str, Any], Ids]:
    """The store's id goes by the minute of the arrival."""
    said = {
        "effective-directive": "img-src",
        "blocked-uri": f"http://{kind.lower()}.example",
        "document-uri": f"http://shop.example/{event_id}",
    }
    body = msgspec.json.encode({"csp-report": said})
    now = SystemClock().now()
    arrivals = (Policed(received_at=now + minute * MINUTE) for minute in range(3))
    read = [sentry_security.read(body, each).events[0].event.event_id for each in arrivals]
    return {"content": body}, tuple(read)


def _of_minidump(event_id: str, kind: str) -> tuple[dict[str, Any], Ids]:
    dump = minidump(code=100 + int(kind.removeprefix("Error")))
    files = {"upload_file_minidump": ("crash.dmp", dump)}
    return {"files": files, "data": {"sentry[event_id]": event_id}}, (event_id,)


def _of_rum(event_id: str, kind: str) -> tuple[dict[str, Any], Ids]:
    thrown = {"id": event_id, "type": kind, "message": "price", "source": "source", "stack": _STACK}
    said = {"type": "error", "session": {"id": event_id}, "error": thrown}
    return {"json": said}, (event_id,)


def _exception(kind: str) -> list[dict[str, Any]]:
    named = {"exception.type": kind, "exception.message": "price", "exception.stacktrace": _STACK}
    return [{"key": key, "value": {"stringValue": value}} for key, value in named.items()]


def _of_log(event_id: str, kind: str) -> tuple[dict[str, Any], Ids]:
    record = {"traceId": event_id, "attributes": _exception(kind)}
    said = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
    return _of_otlp(said, Signal.LOGS)


def _of_span(event_id: str, kind: str) -> tuple[dict[str, Any], Ids]:
    thrown = {"name": "exception", "attributes": _exception(kind)}
    span = {"traceId": event_id, "spanId": event_id[:16], "name": "pay", "events": [thrown]}
    said = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    return _of_otlp(said, Signal.TRACES)


def _of_otlp(said: dict[str, Any], signal: Signal) -> tuple[dict[str, Any], Ids]:
    (read,) = otlp.read(msgspec.json.encode(said), signal, Encoding.JSON, 1).events
    return {"json": said}, (read.event.event_id,)


def _point(event_id: str, kind: str) -> dict[str, Any]:
    tags = {"error_id": event_id, "error_type": kind, "error_source": "source"}
    fields = {"error_message": "price", "error_stack": _STACK}
    return {"measurement": "error", "tags": tags, "fields": fields, "time": 0}


def _of_datakit(event_id: str, kind: str) -> tuple[dict[str, Any], Ids]:
    return {"json": [_point(event_id, kind)]}, (event_id,)


def _of_protobuf(event_id: str, kind: str) -> tuple[dict[str, Any], Ids]:
    return {"content": as_protobuf([_point(event_id, kind)])}, (event_id,)


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
