"""Holds `door` marks to the truth: what a test claims a sender said must have left its trace."""

from collections.abc import Iterable
from typing import Any, Protocol

OUTCOMES = {"fire": "opened", "resolve": "recovered", "ack": "acknowledged"}
"""How the way of an event ends that does what the kind says: the incident opened, closed …"""


class Caller(Protocol):
    """Calls an operation as somebody who sees everything; its data."""

    def __call__(self, path: str, body: dict[str, Any]) -> Any: ...


def check(call: Caller, now_seconds: int, path: str, kinds: Iterable[str]) -> None:
    """Fail unless traces tell of these kinds through the door at that path."""
    window = {"start_time": now_seconds - 29 * 86_400, "end_time": now_seconds + 60}
    if "/change/" in path:
        assert call("/change/list", window)["items"], f"no change came through {path}"
        return
    for kind in kinds:
        wanted = {**window, "outcomes": OUTCOMES[kind], "limit": 100}
        traces = call("/event/trace/list", wanted)["items"]
        came = {step["detail"].get("path") for each in traces for step in each["steps"][:1]}
        assert path in came, f"nothing {OUTCOMES[kind]} came through {path}: {came}"
