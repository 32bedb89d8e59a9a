"""Calendars of an account: which days are days off, for rules that tell them apart.

An entry of the calendar's own comes first, then the public holidays it is linked to, then the
days of the week on which people work.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from tocsin.domain.public_holiday import PublicCalendar
from tocsin.domain.wall_clock import weekday
from tocsin.kernel.errors import InvalidParameter

NAME_MAX: Final = 39
TEXT_MAX: Final = 499
PER_ACCOUNT_MAX: Final = 5
ENTRIES_MAX: Final = 1_000
LINKS_MAX: Final = 20
ENTRY_DAYS_MAX: Final = 366
EVERY_DAY: Final = tuple(range(7))


class CalendarKind(StrEnum):
    OFFICIAL = "region.official.holiday"
    PERSONAL = "personal"


class Calendar(Struct, frozen=True):
    """A calendar that people of the account keep. `workdays` count from 0, Sunday;
    `extra_cal_ids` are public calendars it is linked to."""

    id: str
    account_id: int
    team_id: int
    name: str
    description: str
    time_zone: str
    workdays: tuple[int, ...]
    extra_cal_ids: tuple[str, ...]
    created_at: int
    created_by: int
    updated_at: int
    updated_by: int


class Entry(Struct, frozen=True):
    """Days off, or extra workdays, from `start_at` until before `end_at`."""

    id: str
    account_id: int
    calendar_id: str
    summary: str
    description: str
    start_at: date
    end_at: date
    is_off: bool
    created_at: int
    created_by: int
    updated_at: int

    def covers(self, day: date) -> bool:
        return self.start_at <= day < self.end_at


class DaysOff(Struct, frozen=True):
    """What a calendar says of each day. Of entries that overlap, the one written last counts;
    of linked calendars, the first that knows the day."""

    workdays: tuple[int, ...]
    entries: tuple[Entry, ...]
    linked: tuple[PublicCalendar, ...]

    def is_off(self, day: date) -> bool:
        """Whether nobody works on that day."""
        special = self.special(day)
        return weekday(day) not in self.workdays if special is None else special

    def special(self, day: date) -> bool | None:
        """Whether an entry or a holiday makes the day one off, None where none speaks of it."""
        for entry in reversed(self.entries):
            if entry.covers(day):
                return entry.is_off
        for public in self.linked:
            holiday = public.on(day)
            if holiday is not None:
                return holiday.is_off
        return None


class Span(Struct, frozen=True):
    """Days from `start` until before `end`."""

    start: date
    end: date

    def days(self) -> Iterator[date]:
        day = self.start
        while day < self.end:
            yield day
            day += timedelta(days=1)


def span(year: int, month: int, day: int) -> Span:
    """A year, one month of it, or one day; InvalidParameter for a day that is none."""
    if day and not month:
        raise InvalidParameter("{field} is needed with {other}", field="month", other="day")
    try:
        if day:
            start = date(year, month, day)
            return Span(start, start + timedelta(days=1))
        if month:
            start = date(year, month, 1)
            return Span(start, (start + timedelta(days=31)).replace(day=1))
        return Span(date(year, 1, 1), date(year + 1, 1, 1))
    except (ValueError, OverflowError):
        raise InvalidParameter(
            "{year}-{month}-{day} is no day of the calendar", year=year, month=month, day=day
        ) from None


def check_entry(start: date, end: date) -> None:
    """Raise InvalidParameter for days that no entry can have."""
    if start >= end:
        raise InvalidParameter(
            "end_at is the first day after the entry: it must lie after start_at, {start}",
            start=start.isoformat(),
        )
    if (end - start).days > ENTRY_DAYS_MAX:
        raise InvalidParameter("an entry lasts at most {maximum} days", maximum=ENTRY_DAYS_MAX)


def overlapping(entries: Sequence[Entry], of: Span) -> list[Entry]:
    """The entries with a day in the span."""
    return [one for one in entries if one.start_at < of.end and of.start < one.end_at]
