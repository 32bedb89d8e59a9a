"""What applications send and nobody keeps, counted by day: sessions, drops, skipped items."""

from collections.abc import Mapping

from msgspec import Struct
from sqlalchemy import delete, select

from tocsin.kernel.units import DAY
from tocsin.store.database import Tx
from tocsin.store.tables.application import error_tally
from tocsin.store.upsert import add_up


class Tally(Struct, frozen=True):
    """A count of one day; `day` is its first ms (UTC)."""

    day: int
    kind: str
    name: str
    count: int


def add(
    tx: Tx, account_id: int, application_id: str, at: int, counts: Mapping[tuple[str, str], int]
) -> None:
    """Add `counts`, by (kind, name), to those of the day of `at` (ms)."""
    rows = [
        {
            "account_id": account_id,
            "application_id": application_id,
            "day": at - at % DAY,
            "kind": kind,
            "name": name,
            "count": amount,
        }
        for (kind, name), amount in sorted(counts.items())
        if amount
    ]
    if not rows:
        return
    add_up(tx, error_tally, rows)


def since(tx: Tx, account_id: int, application_id: str, start: int) -> list[Tally]:
    """An application's counts from the day of `start` (ms) on, oldest first."""
    found = select(error_tally.c.day, error_tally.c.kind, error_tally.c.name, error_tally.c.count)
    mine = found.where(
        error_tally.c.account_id == account_id,
        error_tally.c.application_id == application_id,
        error_tally.c.day >= start - start % DAY,
    )
    ordered = mine.order_by(error_tally.c.day, error_tally.c.kind, error_tally.c.name)
    return tx.rows(ordered, Tally)


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget the counts of days that ended before `before` (ms), a day and about `limit` of
    them at a time; how many."""
    old = select(error_tally.c.day).where(error_tally.c.day < before - DAY)
    days = tx.values(old.order_by(error_tally.c.day).limit(limit))
    return tx.run(delete(error_tally).where(error_tally.c.day.in_(set(days)))) if days else 0
