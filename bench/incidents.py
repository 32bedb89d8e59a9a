"""Listing incidents from few and from many: calls a second of one thread, and their p99."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import text

from bench.inside import Inside
from bench.report import Figure
from tocsin.kernel.units import DAY, seconds
from tocsin.store.database import Database

FEW: Final = 10_000
MANY: Final = 1_000_000
CALLS: Final = 1_500
_BATCH: Final = 50_000
_SPAN_MS: Final = 30 * DAY


def measure(folder: Path, many: int = MANY) -> Iterator[Figure]:
    """Fill a database to FEW incidents and then to `many`, measuring at both."""
    inside = Inside(folder)
    database = inside.database
    first = {"title": "Disk full", "incident_severity": "Critical"}
    inside.call("/incident/create", first)
    p99 = []
    for rows in (FEW, many):
        fill(database, rows)
        latencies = _latencies(inside)
        p99.append(latencies[int(len(latencies) * 0.99)])
        rate = len(latencies) / (sum(latencies) / 1000)
        yield Figure(f"list 20 of {rows:,}, calls a second", rate, 1000, at_most=False)
        yield Figure(f"list 20 of {rows:,}, p99", p99[-1], unit=" ms")
    yield Figure("p99 at the larger over p99 at the smaller", p99[1] / p99[0], 1.5)
    database.close()


def _latencies(inside: Inside) -> list[float]:
    now = inside.clock.now()
    window = {"start_time": seconds(now - _SPAN_MS), "end_time": seconds(now) + 60}
    return inside.latencies("/incident/list", {**window, "limit": 20}, CALLS)


def fill(database: Database, rows: int) -> None:
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
