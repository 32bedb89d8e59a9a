"""The running product, as its callers see it."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, TypeVar

import httpx

from tests.cli.program import Running
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.units import DAY, seconds

T = TypeVar("T")
PATIENCE_SECONDS = 40


class Product:
    """A real `tocsin serve` and the key its first start printed."""

    def __init__(self, running: Running, folder: Path) -> None:
        self.running = running
        self.folder = folder
        self.url = running.url
        self.key = running.key

    def call(self, path: str, body: Any = None, key: str = "") -> httpx.Response:
        """A call of the Open API."""
        query = {"app_key": key or self.key}
        return httpx.post(self.url + path, json=body or {}, params=query, timeout=20)

    def post(self, path: str, body: Any = None) -> Any:
        """The data of a call that succeeds."""
        answer = self.call(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def issues(self, application_id: str) -> list[Any]:
        """The application's issues."""
        now = SystemClock().now()
        window = {"start_time": now - DAY, "end_time": now + DAY}
        query = {**window, "application_ids": [application_id], "limit": 100}
        return list(self.post("/rum/issue/list", query)["items"])

    def issue(self, issue_id: str) -> Any:
        return self.post("/rum/issue/info", {"issue_id": issue_id})


def today() -> dict[str, int]:
    """A window of seconds around now."""
    now = SystemClock().now()
    return {"start_time": seconds(now - DAY), "end_time": seconds(now + DAY)}


def eventually(question: Callable[[], T | None], what: str) -> T:
    """Ask another process until it answers with something; which has no signal to wait for."""
    pause, end = Event(), monotonic() + PATIENCE_SECONDS
    while monotonic() < end:
        if answer := question():
            return answer
        pause.wait(0.1)
    raise AssertionError(f"after {PATIENCE_SECONDS} s still not so: {what}")
