"""Between instants (ms) and what a clock on the wall shows in a zone.

A wall time that is skipped in spring stands for the instant it would have been without the
change, one that comes twice in autumn for its first coming: as RFC 5545 has it.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

EPOCH: Final = datetime.combine(date(1970, 1, 1), time.min)
_MS: Final = timedelta(milliseconds=1)


def wall_time(at: int, zone: tzinfo) -> datetime:
    """What the wall shows at an instant, without a zone."""
    aware = datetime.fromtimestamp(at // 1000, UTC).astimezone(zone)
    return aware.replace(tzinfo=None, fold=0) + timedelta(milliseconds=at % 1000)


def instant(wall: datetime, zone: tzinfo) -> int:
    """The instant of a wall time."""
    offset = wall.replace(tzinfo=zone).utcoffset() or timedelta()
    return (wall - EPOCH - offset) // _MS


def days(since: int, until: int, zone: tzinfo) -> Iterator[date]:
    """The days on the wall that the interval touches, in order."""
    day, last = wall_time(since, zone).date(), wall_time(until, zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def midnight(day: date) -> datetime:
    """How the day begins on the wall."""
    return datetime.combine(day, time.min)


def add_months(wall: datetime, months: int) -> datetime:
    """The same day and time some months later; the month's last day where it has no such day."""
    index = wall.year * 12 + wall.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return wall.replace(year=year, month=month, day=min(wall.day, monthrange(year, month)[1]))


def weekday(day: date) -> int:
    """0 for Sunday to 6 for Saturday, as rules count days."""
    return day.isoweekday() % 7


def later(wall: datetime, by_ms: int) -> datetime:
    """The wall time so much further on the dial."""
    return wall + timedelta(milliseconds=by_ms)
