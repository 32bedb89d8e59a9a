"""Alerts by Alertmanager's own API, pushed to us and to Alertmanager itself: the same bodies."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from threading import Event
from time import perf_counter
from typing import Any, Final, Protocol

from msgspec import Struct

from bench import load
from bench.report import Figure

BATCH: Final = 100
CONCURRENCY: Final = 32
PUSHERS: Final = 4
LISTINGS: Final = 5
_HEADERS: Final = "Content-Type: application/json"
_pause = Event()


class Server(Protocol):
    """What takes alerts."""

    port: int
    path: str

    def backlog(self) -> int: ...

    def list_some(self) -> float: ...

    def memory_mb(self) -> float: ...


class Size(Struct, frozen=True):
    """How much is pushed: alerts that are new, rounds in which all are repeated in batches,
    repeats one a request, and how many are active in the end."""

    new: int = 20_000
    rounds: int = 4
    single: int = 20_000
    active: int = 100_000


QUICK: Final = Size(new=4_000, rounds=2, single=4_000, active=8_000)


class Pace(Struct, frozen=True):
    """Alerts a second: answered with 2xx, and digested."""

    accepted: float
    digested: float


class Came(Struct, frozen=True):
    """What one server came to."""

    new: Pace
    batched: Pace
    single: Pace
    listing: float
    memory: float


def run(servers: Mapping[str, Server], size: Size) -> dict[str, Came]:
    """New alerts, the same again in batches and one by one, and more until enough are active.

    Each step is taken by one server after the other, so that a busy machine wrongs none of them.
    """
    fresh = _batches(0, size.new, ends_in=60)
    again = _batches(0, size.new, ends_in=61) * size.rounds
    alone = [json.dumps([_alert(n, 62)]).encode() for n in range(min(size.new, size.single))]
    singles = (alone * -(-size.single // len(alone)))[: size.single]
    rest = _batches(size.new, size.active, ends_in=60)
    new = {name: _pushed(one, fresh, PUSHERS, BATCH) for name, one in servers.items()}
    batched = {name: _pushed(one, again, PUSHERS, BATCH) for name, one in servers.items()}
    single = {name: _pushed(one, singles, CONCURRENCY, 1) for name, one in servers.items()}
    for one in servers.values():
        _pushed(one, rest, PUSHERS, BATCH)
    listing = {
        name: median(one.list_some() for _ in range(LISTINGS)) for name, one in servers.items()
    }
    return {
        name: Came(new[name], batched[name], single[name], listing[name], one.memory_mb())
        for name, one in servers.items()
    }


def compare(ours: Came, theirs: Came, active: int) -> Iterator[Figure]:
    """Our figures beside theirs, as ratios with their bounds."""
    for name, mine, its, accepted, digested in (
        ("new, 100 a request", ours.new, theirs.new, None, 0.25),
        ("repeats, 100 a request", ours.batched, theirs.batched, None, 1.0),
        ("repeats, one a request", ours.single, theirs.single, 0.5, None),
    ):
        yield Figure(f"{name}: Alertmanager", its.accepted, unit="/s")
        yield Figure(f"{name}: accepted", mine.accepted, unit="/s")
        yield _ratio(f"{name}: accepted over its", mine.accepted / its.accepted, accepted)
        yield Figure(f"{name}: digested", mine.digested, unit="/s")
        yield _ratio(f"{name}: digested over its", mine.digested / its.accepted, digested)
    yield Figure(f"Alertmanager lists its {active:,}", theirs.listing * 1000, unit=" ms")
    yield Figure(f"list 20 of {active:,} active", ours.listing * 1000, unit=" ms")
    yield Figure("listing over its", ours.listing / theirs.listing, 1 / 20)
    yield Figure(f"Alertmanager's memory at {active:,} active", theirs.memory, unit=" MB")
    yield Figure(f"memory at {active:,} active", ours.memory, unit=" MB")
    yield Figure("memory over its", ours.memory / theirs.memory, 0.5)


def _ratio(name: str, value: float, bound: float | None) -> Figure:
    return Figure(name, value, bound, at_most=False)


def _pushed(server: Server, bodies: Sequence[bytes], pushers: int, alerts: int) -> Pace:
    ready = load.requests(server.path, server.port, bodies, _HEADERS)
    started = perf_counter()
    ran = load.drive(server.port, ready, len(ready), pushers)
    if ran.refused:
        raise SystemExit(f"{ran.refused} requests of {len(ready)} were refused")
    while server.backlog() > 0:
        _pause.wait(0.02)
    count = len(bodies) * alerts
    return Pace(count / ran.seconds, count / (perf_counter() - started))


def _batches(first: int, last: int, ends_in: int) -> list[bytes]:
    return [
        json.dumps([_alert(n, ends_in) for n in range(start, min(start + BATCH, last))]).encode()
        for start in range(first, last, BATCH)
    ]


_began = datetime.now(UTC)  # noqa: TID251 - real servers judge it by their real clocks


def _alert(number: int, ends_in: int) -> dict[str, Any]:
    """As Prometheus posts it: `endsAt` moves with each repeat, all else stays."""
    return {
        "labels": {
            "alertname": f"Rule{number % 50}",
            "cluster": f"c{number % 4}",
            "instance": f"host-{number}.example.com:9100",
            "job": "node",
            "severity": "critical" if number % 10 == 0 else "warning",
        },
        "annotations": {
            "summary": f"Instance host-{number} is under high load",
            "description": f"The load of host-{number}.example.com has been high for 10 minutes.",
        },
        "startsAt": _instant(timedelta(minutes=-5)),
        "endsAt": _instant(timedelta(minutes=ends_in)),
        "generatorURL": f"http://prometheus.example.com:9090/graph?g0.expr=rule{number % 50}",
    }


def _instant(later: timedelta) -> str:
    return (_began + later).isoformat().replace("+00:00", "Z")
