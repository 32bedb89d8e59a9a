"""Lists whose rows are few and known by key: gathered first, then put in order.

Left to itself a planner that is asked for the first rows in order may walk the whole order in
search of them; a materialised gathering takes that way from it, on both databases.
"""

from typing import Any, Final

from msgspec import Struct
from sqlalchemy import CTE, ColumnElement, Select, TextClause, func, literal, select

from tocsin.kernel.units import HOUR
from tocsin.store.database import Tx

Condition = ColumnElement[bool] | TextClause

HOURS_MAX: Final = 4_000
"""In up to so many hours rows are looked for by key, one step through an index each."""
FEW_MAX: Final = 10_000
"""Up to so many rows are gathered by key. Of more, a page is full soon in the list's own order."""


class Narrowed(Struct, frozen=True):
    """What rows must meet, and whether a condition leaves but few, which an index knows."""

    conditions: tuple[Condition, ...] = ()
    is_few: bool = False

    def __add__(self, other: "Narrowed") -> "Narrowed":
        return Narrowed(self.conditions + other.conditions, self.is_few or other.is_few)


def gathered(found: Select[Any]) -> CTE:
    """The rows of a query, gathered before anything else is done with them."""
    return found.cte("few").prefix_with("MATERIALIZED")


def is_few(tx: Tx, found: Select[Any]) -> bool:
    """Whether a query for keys finds at most FEW_MAX."""
    return count_few(tx, found) <= FEW_MAX


def count_few(tx: Tx, found: Select[Any]) -> int:
    """How many keys a query finds, counted to one more than FEW_MAX."""
    some = found.with_only_columns(literal(1).label("one")).limit(FEW_MAX + 1).subquery()
    return int(tx.value(select(func.count()).select_from(some)))


def hour_of(instant: int) -> int:
    """The hour an instant lies in, by which keys are filed."""
    return instant // HOUR


def hours(since: int, until: int) -> range | None:
    """The hours of a span of time, None where it has too many to look into each."""
    found = range(hour_of(since), hour_of(until) + 1)
    return found if len(found) <= HOURS_MAX else None
