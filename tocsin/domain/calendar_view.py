"""What a calendar shows of a span of days: entries, holidays, and days off that come every week."""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from tocsin.domain.calendar import Calendar, DaysOff, Span, overlapping
from tocsin.domain.public_holiday import Holiday, PublicCalendar
from tocsin.domain.wall_clock import weekday

WEEKLY_PREFIX: Final = "non_work."
WEEKDAYS: Final = (
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
)


class ShownDay(Struct, frozen=True):
    """Days off, or extra workdays, from `start_at` until before `end_at`.

    `account_id` and `creator_id` are 0 for what nobody wrote, and so are the instants (ms).
    """

    calendar_id: str
    id: str
    summary: str
    description: str
    start_at: date
    end_at: date
    is_off: bool
    account_id: int = 0
    creator_id: int = 0
    created_at: int = 0
    updated_at: int = 0


def of_public(public: PublicCalendar, of: Span) -> list[ShownDay]:
    """The holidays of a country, and the weekend days that people work on to make up for them."""
    return [_holiday(public, holiday) for holiday in public.between(of.start, of.end)]


def of_own(calendar: Calendar, days: DaysOff, of: Span) -> list[ShownDay]:
    """Everything special about the days of the span, in their order."""
    shown = [
        ShownDay(
            calendar_id=entry.calendar_id,
            id=entry.id,
            summary=entry.summary,
            description=entry.description,
            start_at=entry.start_at,
            end_at=entry.end_at,
            is_off=entry.is_off,
            account_id=entry.account_id,
            creator_id=entry.created_by,
            created_at=entry.created_at,
            updated_at=entry.updated_at,
        )
        for entry in overlapping(days.entries, of)
    ]
    for public in days.linked:
        shown += of_public(public, of)
    shown += [
        _weekly(calendar, day)
        for day in of.days()
        if days.special(day) is None and weekday(day) not in days.workdays
    ]
    return sorted(shown, key=lambda one: (one.start_at, one.id))


def _holiday(public: PublicCalendar, holiday: Holiday) -> ShownDay:
    return ShownDay(
        calendar_id=public.id,
        id=f"{public.id}.{holiday.day:%Y%m%d}",
        summary=holiday.name,
        description="",
        start_at=holiday.day,
        end_at=holiday.day + timedelta(days=1),
        is_off=holiday.is_off,
    )


def _weekly(calendar: Calendar, day: date) -> ShownDay:
    return ShownDay(
        calendar_id=calendar.id,
        id=f"{WEEKLY_PREFIX}{day:%Y%m%d}",
        summary=f"non-working day ({WEEKDAYS[weekday(day)]})",
        description="",
        start_at=day,
        end_at=day + timedelta(days=1),
        is_off=True,
        account_id=calendar.account_id,
        creator_id=calendar.account_id,
    )
