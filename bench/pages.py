"""How soon somebody hears: alerts under load, ten thousand incidents at once, and many schedules."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic_ns, perf_counter
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from bench import load
from bench.product import Product
from bench.report import Figure
from bench.sink import Sink
from tocsin.domain.interval import Interval
from tocsin.domain.rotation import Rotation, Unit
from tocsin.domain.schedule import Group, Layer, Members, Mode, Restriction, duty
from tocsin.kernel.units import DAY, HOUR, MINUTE

CHANNELS: Final = 50
PER_SECOND: Final = 500
ALERTS_AN_INCIDENT: Final = 10
CONNECTIONS: Final = 16
LOOPBACK: Final = {"TOCSIN_OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8"}
ALONE: Final = 50
SETTLING_NS: Final = 1_000_000_000
SCHEDULES: Final = 100
_HEADERS: Final = "Content-Type: application/json"
_pause = Event()


class Size(Struct, frozen=True):
    """How long alerts are pushed, and how many incidents escalate at once."""

    seconds: int = 20
    incidents: int = 10_000


class Pace(Struct, frozen=True):
    """How alerts are pushed: under which names, how many a second and an incident."""

    name: str
    per_second: float
    alerts_an_incident: int


QUICK: Final = Size(5, 1_000)


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """All three, on fsync'd SQLite."""
    sink = Sink()
    try:
        yield from _latency(folder / "latency", sink, size.seconds)
        yield from _drain(folder / "drain", sink, size.incidents)
    finally:
        sink.close()
    yield from _shifts()


def _latency(folder: Path, sink: Sink, seconds: int) -> Iterator[Figure]:
    """Alerts into many channels, of which every tenth opens an incident that tells a chat, in one
    channel after the other."""
    product = _product(folder)
    try:
        keys = [_channel(product, sink, f"c{n}", 0)[1] for n in range(CHANNELS)]
        alone = asyncio.run(_push(product, keys, ALONE, Pace("alone", 5, 1)))
        _settled(sink, ALONE)
        before = product.cpu_seconds()
        pace = Pace("busy", PER_SECOND, ALERTS_AN_INCIDENT)
        accepted = asyncio.run(_push(product, keys, seconds * PER_SECOND, pace))
        _settled(sink, ALONE + len(accepted))
        computed = product.cpu_seconds() - before
    finally:
        product.stop()
    quiet = _waits(sink, alone)
    yield Figure("one at a time, accepted to handed over, p50", quiet[len(quiet) // 2], unit=" ms")
    # At first every channel opens an incident at once, which is what the next figures are about.
    begun = min(accepted.values()) + SETTLING_NS
    accepted = {title: at for title, at in accepted.items() if at > begun}
    waits = _waits(sink, accepted)
    rate = len(accepted) / (seconds - SETTLING_NS / 1e9)
    yield Figure("alerts accepted a second", PER_SECOND, unit="/s")
    yield Figure("incidents that tell somebody a second", rate, unit="/s")
    yield Figure("cores that server and engine are busy with", computed / seconds, 1)
    yield Figure("told of all incidents", len(waits) / len(accepted), 1, at_most=False)
    yield Figure("accepted to handed over, p50", waits[len(waits) // 2], 10, unit=" ms")
    yield Figure("accepted to handed over, p99", waits[int(len(waits) * 0.99)], 50, unit=" ms")


def _waits(sink: Sink, accepted: dict[str, int]) -> list[float]:
    """How long after it was accepted an incident was first told of (ms), the shortest first."""
    first: dict[str, int] = {}
    for at, title in sink.arrivals():
        first.setdefault(title, at)
    return sorted((first[title] - at) / 1e6 for title, at in accepted.items() if title in first)


def _drain(folder: Path, sink: Sink, incidents: int) -> Iterator[Figure]:
    """Incidents whose first level comes due while nobody is there to tell it."""
    product = _product(folder)
    before = len(sink.arrivals())
    try:
        _, key = _channel(product, sink, "all", 3600)
        asyncio.run(_push(product, [key], 1, Pace("one", 1, 1)))
        _settled(sink, before)
        while product.inbox_depth():
            _pause.wait(0.1)
        _pause.wait(2)
    finally:
        product.stop()
    _copy(folder / "data" / "tocsin.db", incidents)
    product = _product(folder)
    try:
        _settled(sink, before + incidents)
        computed = product.cpu_seconds()
    finally:
        product.stop()
    came = [at for at, _ in sink.arrivals()[before:]]
    rate = len(came) / ((came[-1] - came[0]) / 1e9)
    yield Figure(f"{incidents:,} escalating at once, told a second", rate, 500, at_most=False)
    yield Figure("computed for each, start-up included", computed * 1000 / len(came), 2, unit=" ms")


def _product(folder: Path) -> Product:
    folder.mkdir(exist_ok=True)
    product = Product(folder, settings=LOOPBACK)
    product.start()
    return product


def _channel(product: Product, sink: Sink, name: str, gathers: int) -> tuple[int, str]:
    """A channel that groups alerts by service and tells a chat of each incident; its id, and the
    key of a sender."""
    # A team without members, so that each incident owes one message: to the chat.
    wish = {"team_name": name}
    team_id = product.call("/team/upsert", wish)["team_id"]
    group = {"method": "p", "equals": [["labels.service"]], "all_equals_required": True}
    space = {"channel_name": name, "team_id": team_id, "group": group}
    channel_id = product.call("/channel/create", space)["channel_id"]
    robot = {"type": "slack", "settings": {"token": sink.url}}
    target = {"team_ids": [team_id], "webhooks": [robot]}
    rule = {
        "channel_id": channel_id,
        "rule_name": "Tell",
        "template_id": "000000000000000000000001",
        "layers": [{"target": target}],
        "aggr_window": gathers,
    }
    product.call("/channel/escalate/rule/create", rule)
    sender = {"plugin_type": "standard.alert", "name": name, "channel_id": channel_id}
    return channel_id, product.call("/datasource/upsert", sender)["integration_key"]


async def _push(product: Product, keys: list[str], count: int, pace: Pace) -> dict[str, int]:
    """Push at an even pace; when the first alert of each incident was accepted (ns)."""
    accepted: dict[str, int] = {}
    upcoming = iter(range(count))
    started = perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", product.port)
        for number in upcoming:
            await asyncio.sleep(max(0.0, started + number / pace.per_second - perf_counter()))
            of, nth = number % len(keys), number // len(keys)
            title = f"page {pace.name}{of}-{(nth + of) // pace.alerts_an_incident}"
            path = f"/event/push/alert/standard?integration_key={keys[of]}"
            body = json.dumps(_alert(f"{pace.name} {number}", title)).encode()
            [request] = load.requests(path, product.port, [body], _HEADERS)
            writer.write(request)
            if await load.status(reader) == 200:
                accepted.setdefault(title, monotonic_ns())
        writer.close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return accepted


def _alert(name: str, title: str) -> dict[str, Any]:
    return {
        "title_rule": title,
        "event_status": "Critical",
        "alert_key": f"key {name}",
        "labels": {"service": title, "host": f"host-{name}"},
    }


def _settled(sink: Sink, count: int) -> None:
    """Wait until so many pages came, or none comes any more."""
    had, idle = -1, 0
    while idle < 20:
        now = len(sink.arrivals())
        if now >= count:
            return
        idle = 0 if now > had else idle + 1
        had = now
        _pause.wait(0.5)


def _copy(path: Path, count: int) -> None:
    """Copy the one incident and its timer, due now."""
    connection = sqlite3.connect(path)
    for table, own in (
        ("incident", {"incident_id": "printf('%024x', value)", "num": "printf('%06X', value)"}),
        ("timer", {"subject": "printf('%024x', value)", "due_at": "1"}),
    ):
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        columns = ", ".join(own.get(name, name) for name in names)
        kind = "WHERE kind = 'escalate'" if table == "timer" else ""
        connection.execute(
            "WITH RECURSIVE copy(value) AS"
            " (SELECT 1 UNION ALL SELECT value + 1 FROM copy WHERE value < :count)"
            f" INSERT INTO {table} ({', '.join(names)}) SELECT {columns} FROM copy,"
            f" (SELECT * FROM {table} {kind} LIMIT 1)",
            {"count": count},
        )
    connection.commit()
    connection.close()


def _shifts() -> Iterator[Figure]:
    zone = ZoneInfo("Europe/Berlin")
    start = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1000
    plans = [_plan(start - number * DAY, number) for number in range(SCHEDULES)]
    window = Interval(start, start + 45 * DAY)
    began = perf_counter()
    for plan in plans:
        duty(plan, window, zone)
    took = (perf_counter() - began) * 1000
    yield Figure(f"shifts of {SCHEDULES} schedules over 45 days", took, 200, unit=" ms")


def _plan(start: int, number: int) -> list[Layer]:
    """Days and nights by turns, at weekends somebody else, and one who stands in for an hour."""
    groups = tuple(Group(str(n), (Members(0, (n,)),)) for n in range(number % 5 + 2))
    nights = (Interval(20 * HOUR, 8 * HOUR),)
    weekends = (Interval(4 * DAY + 18 * HOUR, 8 * HOUR),)
    swap = Rotation(start + 60 * DAY + number * MINUTE, Unit.DAY, 1)
    return [
        Layer("day", Rotation(start, Unit.WEEK, 1, 9 * HOUR), groups),
        Layer(
            "night",
            Rotation(start, Unit.DAY, 1),
            groups,
            restriction=Restriction.DAILY,
            restricted_to=nights,
        ),
        Layer(
            "weekend",
            Rotation(start, Unit.WEEK, 1),
            groups,
            restriction=Restriction.WEEKLY,
            restricted_to=weekends,
        ),
        Layer("swap", swap, groups[:1], Mode.OVERRIDE, until=swap.start + HOUR),
    ]
