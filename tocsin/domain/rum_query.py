"""Questions about what applications sent: what they may be about, and in which steps of time."""

from enum import StrEnum
from typing import Final

from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import DAY, HOUR, MINUTE, SECOND

WINDOW_DAYS_MAX: Final = 183
ROWS_DEFAULT: Final = 1226
ROWS_MAX: Final = 10_000
POINTS_MAX: Final = 1266
GROUPS_MAX: Final = 50

_STEPS: Final = (
    *(1, 2, 5, 10, 20, 50, 100, 200, 500),
    *(count * SECOND for count in (1, 2, 5, 10, 15, 30)),
    *(count * MINUTE for count in (1, 2, 5, 10, 15, 30)),
    *(count * HOUR for count in (1, 2, 3, 6, 12)),
    *(count * DAY for count in (1, 2, 3, 7, 30, 60, 90, 180)),
)


class Scope(StrEnum):
    """What a question is about."""

    SESSION = "session"
    VIEW = "view"
    ACTION = "action"
    ERROR = "error"
    RESOURCE = "resource"
    LONG_TASK = "long_task"
    VITAL = "vital"
    ISSUE = "issue"


class FieldKind(StrEnum):
    """What the values of a field are; a time is in ms, a text "" where it is not known."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"


def scope_of(table: str) -> Scope:
    """The scope that a table's name means, in the singular or the plural."""
    name = table.lower().removeprefix("rum.")
    for scope in Scope:
        if name in (scope, f"{scope}s"):
            return scope
    raise InvalidParameter(
        "{table} is no table here; use one of {known}",
        table=table,
        known=", ".join(f"{scope}s" for scope in Scope),
    )


def step(span: int, wanted: int, points: int) -> int:
    """The ms between two points: at least what is wanted, so that a span has so many points at
    most, rounded up to a length that people read."""
    most = min(points, POINTS_MAX) if points > 0 else POINTS_MAX
    least = max(wanted, -(-span // most), 1)
    return next((each for each in _STEPS if each >= least), _STEPS[-1])


def check_window(start: int, end: int) -> None:
    """Raise InvalidParameter for a window (ms) that is none, or too long."""
    if start >= end:
        raise InvalidParameter("start_time must lie before end_time")
    if end - start > WINDOW_DAYS_MAX * DAY:
        raise InvalidParameter(
            "start_time and end_time may be at most {maximum} days apart", maximum=WINDOW_DAYS_MAX
        )
