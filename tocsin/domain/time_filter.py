"""When a rule applies: once from one instant to another, or in windows that come back.

A window is of wall-clock time in the account's zone, so it follows the change to summer time: an
hour that a clock skips is in no window, an hour it shows twice is in its window twice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated, Final, Protocol

from msgspec import Meta, Struct

from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import SECOND

WINDOWS_MAX: Final = 50
DAY_MINUTES: Final = 24 * 60
LAST_MINUTE: Final = DAY_MINUTES - 1
MIDNIGHT: Final = "00:00"

Clock = Annotated[str, Meta(pattern="^[0-2][0-9]:[0-5][0-9]$", description="Hours and minutes.")]
Weekday = Annotated[int, Meta(ge=0, le=6)]


class Calendar(Protocol):
    """Which days are days off."""

    def is_off(self, day: date) -> bool:
        """Whether nobody works on that day."""
        ...


class TimeFilter(Struct, frozen=True):
    """A window that comes back. `end` is the first minute outside it, but `23:59` lasts until
    midnight. An `end` at or before `start` is of the following day.

    Weekdays and the calendar are about the day on which the window begins.
    """

    start: Clock = MIDNIGHT
    end: Clock = MIDNIGHT
    repeat: Annotated[
        tuple[Weekday, ...], Meta(description="0 Sunday to 6 Saturday; none is daily.")
    ] = ()
    cal_id: Annotated[str, Meta(description="A calendar the day must agree with.")] = ""
    is_off: Annotated[bool, Meta(description="Days off of the calendar, else workdays.")] = False


class Moment(Struct, frozen=True):
    """An instant (ms) and what it takes to say what time of which day it is."""

    at: int
    zone: tzinfo
    calendars: Mapping[str, Calendar]


def check(windows: Sequence[TimeFilter], calendars: Collection[str], field: str) -> None:
    """Raise InvalidParameter, naming `field`, for windows that cannot be meant; `calendars` are
    the ids there are."""
    if len(windows) > WINDOWS_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} windows", field=field, maximum=WINDOWS_MAX
        )
    for window in windows:
        for clock in (window.start, window.end):
            if _minutes(clock) > DAY_MINUTES:
                raise InvalidParameter(
                    "{field}: {value} is no time of day; the last is 24:00",
                    field=field,
                    value=clock,
                )
        if window.cal_id and window.cal_id not in calendars:
            raise InvalidParameter(
                "{field}: no calendar has the id {cal_id}", field=field, cal_id=window.cal_id
            )


def covering(windows: Sequence[TimeFilter], moment: Moment) -> int:
    """The position of the first window the moment lies in, -1 for none."""
    local = datetime.fromtimestamp(moment.at // SECOND, moment.zone)
    minute, today = local.hour * 60 + local.minute, local.date()
    for position, window in enumerate(windows):
        if _covers(window, minute, today, moment.calendars):
            return position
    return -1


def _covers(
    window: TimeFilter, minute: int, today: date, calendars: Mapping[str, Calendar]
) -> bool:
    start, end = _minutes(window.start), _minutes(window.end)
    if end == LAST_MINUTE:
        end = DAY_MINUTES
    if start < end:
        return start <= minute < end and _begins_on(window, today, calendars)
    if minute >= start and _begins_on(window, today, calendars):
        return True
    return minute < end and _begins_on(window, today - timedelta(days=1), calendars)


def _begins_on(window: TimeFilter, day: date, calendars: Mapping[str, Calendar]) -> bool:
    if window.repeat and day.isoweekday() % 7 not in window.repeat:
        return False
    if not window.cal_id:
        return True
    calendar = calendars.get(window.cal_id)
    return calendar is not None and calendar.is_off(day) is window.is_off


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
