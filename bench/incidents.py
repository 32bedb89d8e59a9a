"""Listing incidents from few and from many: calls a second of one thread, and their p99."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Final

import msgspec
from sqlalchemy import text

from bench.report import Figure
from tests.cast import Cast, assemble
from tocsin import ops
from tocsin.edge.dispatch import Asked, Dispatcher
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.kernel.operation import OPERATIONS
from tocsin.kernel.units import DAY, seconds
from tocsin.store import schema
from tocsin.store.database import Database

FEW: Final = 10_000
MANY: Final = 1_000_000
CALLS: Final = 1_500
_BATCH: Final = 50_000
_SPAN_MS: Final = 30 * DAY


def measure(folder: Path, many: int = MANY) -> Iterator[Figure]:
    """Fill a database to FEW incidents and then to `many`, measuring at both."""
    ops.load()
    clock = SystemClock()
    database = Database.open(f"sqlite:///{folder}/list.db", clock, Ids(clock, system_chance()))
    schema.migrate(database)
    cast = assemble(database)
    dispatcher = Dispatcher(database, None, None, lambda *_: None, lambda *_: None)
    first = {"title": "Disk full", "incident_severity": "Critical"}
    dispatcher.answer(_asked(cast, "/incident/create", first))
    p99 = []
    for rows in (FEW, many):
        _fill(database, rows)
        latencies = _latencies(dispatcher, cast, clock.now())
        p99.append(latencies[int(len(latencies) * 0.99)])
        rate = len(latencies) / (sum(latencies) / 1000)
        yield Figure(f"list 20 of {rows:,}, calls a second", rate, 1000, at_most=False)
        yield Figure(f"list 20 of {rows:,}, p99", p99[-1], unit=" ms")
    yield Figure("p99 at the larger over p99 at the smaller", p99[1] / p99[0], 1.5)
    database.close()


def _asked(cast: Cast, path: str, body: object) -> Asked:
    return Asked(
        operation=OPERATIONS[path],
        request_id="bench",
        body=msgspec.json.encode(body),
        oversized=False,
        app_key=cast.alice.key,
        session="",
        ip="",
        language="en",
        params=[],
    )


def _latencies(dispatcher: Dispatcher, cast: Cast, now: int) -> list[float]:
    window = {"start_time": seconds(now - _SPAN_MS), "end_time": seconds(now) + 60}
    asked = _asked(cast, "/incident/list", {**window, "limit": 20})
    dispatcher.answer(asked)
    found = []
    for _ in range(CALLS):
        began = perf_counter()
        dispatcher.answer(asked)
        found.append((perf_counter() - began) * 1000)
    return sorted(found)


def _fill(database: Database, rows: int) -> None:
    """Copy the first incident until there are `rows`, spread evenly over the last 30 days."""
    with database.read() as tx:
        have = int(tx.value(text("SELECT count(*) FROM incident")))
        names = [row[1] for row in tx.tuples(text("PRAGMA table_info(incident)"))]
    own = {
        "incident_id": "printf('%024x', :first + value)",
        "num": "printf('%06X', (:first + value) & 16777215)",
        "start_time": f"start_time - (:first + value) * {_SPAN_MS} / :rows",
    }
    columns = ", ".join(own.get(name, name) for name in names)
    statement = text(
        "WITH RECURSIVE copy(value) AS"
        " (SELECT 0 UNION ALL SELECT value + 1 FROM copy WHERE value < :count - 1)"
        f" INSERT INTO incident ({', '.join(names)}) SELECT {columns} FROM copy,"
        " (SELECT * FROM incident ORDER BY incident_id DESC LIMIT 1)"
    )
    for first in range(have, rows, _BATCH):
        count = min(_BATCH, rows - first)
        with database.write() as tx:
            tx.connection.execute(statement, {"first": first, "count": count, "rows": rows})
    with database.write() as tx:
        tx.connection.execute(text("ANALYZE"))
