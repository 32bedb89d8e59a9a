"""iCalendar files of others (RFC 5545), read into the entries of a window.

Whatever a file says, reading it takes bounded time and memory: rules that repeat within a day, or
that could be searched for ever, are refused.
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from tocsin.domain import recurrence
from tocsin.domain.ical_source import CalendarEntry
from tocsin.domain.interval import Interval
from tocsin.domain.recurrence import Frequency, Nth, Rule
from tocsin.domain.wall_clock import instant, midnight
from tocsin.kernel.text import cut

FILE_BYTES_MAX: Final = 2 * 1024 * 1024
COMPONENTS_MAX: Final = 5_000
RULES_MAX: Final = 100
ENTRIES_MAX: Final = 3_000
DATES_MAX: Final = 5_000
WORK_MAX: Final = 200_000
OCCURRENCES_MAX: Final = 2 * ENTRIES_MAX
CHANGES_MAX: Final = 400
SHORTEST_MONTH: Final = 28
PEOPLE_MAX: Final = 50
TEXT_MAX: Final = 200
_FINE_PARTS: Final = frozenset(("BYHOUR", "BYMINUTE", "BYSECOND"))
_ANY: Final = _FINE_PARTS | {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH"}
_BY_MONTHS: Final = _ANY | {"BYMONTHDAY", "BYSETPOS"}
# Other parts can say what never comes, and a search for that goes on to the year 9999.
_PARTS: Final = {"DAILY": _ANY, "WEEKLY": _ANY, "MONTHLY": _BY_MONTHS, "YEARLY": _BY_MONTHS}
_DAYS_OF: Final = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FIRST_YEAR: Final = 1970
_OF_A_ZONE: Final = frozenset(("FREQ", "UNTIL", "BYMONTH", "BYDAY", "BYMONTHDAY"))
_WEEKDAY: Final = re.compile(r"([+-]?[1-4])?(MO|TU|WE|TH|FR|SA|SU)")
# What the libraries raise at files that are not what they say.
_BROKEN: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class _Refused(ValueError):
    """A file that may be in order, but would cost too much to read."""


class Reading(Struct, frozen=True):
    """What a file came to: the entries of a window, and why others are left out, for people."""

    entries: tuple[CalendarEntry, ...]
    skipped: tuple[str, ...] = ()


def read(body: bytes, window: Interval, zone: tzinfo) -> Reading:
    """The entries that lie in a window. Days, and times without a zone, are of `zone`.

    ValueError says, for people, why the file is not to be had.
    """
    import recurring_ical_events  # noqa: PLC0415 - loads slowly, few servers read one
    from icalendar import Calendar  # noqa: PLC0415 - as above

    if len(body) > FILE_BYTES_MAX:
        raise ValueError(f"the calendar is larger than {FILE_BYTES_MAX // 1024 // 1024} MB")
    try:
        calendar = Calendar.from_ical(body)
    except _BROKEN as failure:
        raise ValueError(f"this is no iCalendar file: {cut(str(failure), TEXT_MAX)}") from None
    try:
        events = calendar.walk("VEVENT")
        if len(events) > COMPONENTS_MAX:
            raise _Refused(f"the calendar has more than {COMPONENTS_MAX} entries")
        skipped = _left_out(calendar, events)
        _expand(calendar, window, zone)
        found = recurring_ical_events.of(calendar).between(
            datetime.fromtimestamp(window.start // 1000, UTC),
            datetime.fromtimestamp(window.end // 1000, UTC),
        )
        entries = [one for event in found if (one := _entry(event, zone)) is not None]
    except _Refused:
        raise
    except _BROKEN as failure:
        raise ValueError(
            f"an entry of the calendar is broken: {cut(str(failure), TEXT_MAX)}"
        ) from None
    if len(entries) > ENTRIES_MAX:
        raise ValueError(f"more than {ENTRIES_MAX} entries lie in the window of half a year")
    return Reading(tuple(entries), tuple(skipped))


def _left_out(calendar: Any, events: list[Any]) -> list[str]:
    """Take what cannot be understood out of a calendar, and say why."""
    odd_zones = {
        str(one.get("TZID", "")) for one in calendar.walk("VTIMEZONE") if not _is_plain(one)
    }
    bad: dict[int, str] = {}
    for event in events:
        why = _flaw(event, odd_zones)
        if why:
            title = cut(str(event.get("SUMMARY", "")).strip() or "an entry", TEXT_MAX)
            bad[id(event)] = f"{title} ({_written(event)}): {why}"
    calendar.subcomponents = [one for one in calendar.subcomponents if id(one) not in bad]
    return list(bad.values())


def _flaw(event: Any, odd_zones: set[str]) -> str:
    """Why an entry cannot be understood; empty for one that can."""
    for name in ("DTSTART", "DTEND"):
        if name not in event:
            continue
        zone_name = str(event[name].params.get("TZID", ""))
        value = event[name].dt
        if zone_name in odd_zones and not isinstance(getattr(value, "tzinfo", None), ZoneInfo):
            return f"its time zone {zone_name} changes in a way that is not understood"
        if zone_name and isinstance(value, datetime) and value.tzinfo is None:
            return f"its time zone {zone_name} is unknown, and the calendar does not define it"
    start = event["DTSTART"].dt if "DTSTART" in event else None
    end = event["DTEND"].dt if "DTEND" in event else None
    if start is not None and end is not None:
        if _is_day(start) is not _is_day(end):
            return "it begins on a day and ends at an instant, or the other way round"
        if _at(end, UTC) < _at(start, UTC):
            return "it ends before it begins"
    length = event["DURATION"].dt if "DURATION" in event else timedelta()
    return "it ends before it begins" if length < timedelta() else ""


def _is_plain(zone: Any) -> bool:
    """Whether a definition of a time zone says one day a year for each change, as all do."""
    changes = zone.subcomponents
    return len(changes) <= CHANGES_MAX and all(
        _is_yearly(rule) for one in changes for rule in _rules(one)
    )


def _is_yearly(rule: Any) -> bool:
    if set(rule) - _OF_A_ZONE or list(rule.get("FREQ", ())) != ["YEARLY"]:
        return False
    days = [str(one) for one in rule.get("BYDAY", ())]
    dates = [int(one) for one in rule.get("BYMONTHDAY", ())]
    return (
        len(rule.get("BYMONTH", ())) == 1
        and len(days) + len(dates) > 0
        and all(_WEEKDAY.fullmatch(one) for one in days)
        and all(0 < one <= SHORTEST_MONTH for one in dates)
    )


def _written(event: Any) -> str:
    """When an entry begins, as the file has it."""
    return cut(event["DTSTART"].to_ical().decode(), TEXT_MAX) if "DTSTART" in event else "no start"


def _expand(calendar: Any, window: Interval, zone: tzinfo) -> None:
    """Put in place of every series the dates it has in a window, found at bounded cost. _Refused
    for what would still cost too much."""
    events = calendar.walk("VEVENT")
    series = [(event, rule) for event in events for rule in _rules(event)]
    if len(series) > RULES_MAX:
        raise _Refused(f"more than {RULES_MAX} entries of the calendar repeat")
    listed = sum(_count(event, name) for event in events for name in ("EXDATE", "RDATE"))
    if listed > DATES_MAX:
        raise _Refused(f"the series of the calendar list more than {DATES_MAX} dates")
    work = 0
    found: dict[int, tuple[Any, list[date]]] = {}
    for event, given in series:
        start = event["DTSTART"].dt if "DTSTART" in event else None
        if start is None or start.year < _FIRST_YEAR:
            raise _Refused(f"an entry that repeats begins before {_FIRST_YEAR}")
        span = _reach(event, given, window, zone)
        work += recurrence.cost(_rule(given), _day(start), *span)
        if work > WORK_MAX:
            raise _Refused("the series of the calendar take too long to be read")
        dates = found.setdefault(id(event), (event, []))[1]
        dates += _dates(given, start, span)
    if sum(len(dates) for _, dates in found.values()) > OCCURRENCES_MAX:
        raise _Refused(f"more than {ENTRIES_MAX} entries lie in the window of half a year")
    empty = {id(event) for event, dates in found.values() if not _listed(event, dates)}
    calendar.subcomponents = [one for one in calendar.subcomponents if id(one) not in empty]


def _listed(event: Any, dates: list[date]) -> bool:
    """Have an entry come at dates in place of its rules; False if it comes at none."""
    del event["RRULE"]
    if not dates:
        return "RDATE" in event
    first, *others = sorted(set(dates))
    start = event["DTSTART"].dt
    if "DTEND" in event:
        event["DTEND"].dt = first + (event["DTEND"].dt - start)
    event["DTSTART"].dt = first
    if others:
        event.add("RDATE", others)
    return True


def _reach(event: Any, given: Any, window: Interval, zone: tzinfo) -> tuple[date, date]:
    """The first and the last day on which an entry of a series may touch a window."""
    length = event["DURATION"].dt if "DURATION" in event else timedelta(days=1)
    if "DTEND" in event:
        length = event["DTEND"].dt - event["DTSTART"].dt
    first = datetime.fromtimestamp(window.start // 1000, zone) - length - timedelta(days=2)
    last = datetime.fromtimestamp(window.end // 1000, zone) + timedelta(days=2)
    until = next(iter(given.get("UNTIL", ())), None)
    ends = min(last.date(), _day(until) + timedelta(days=1)) if until else last.date()
    return first.date(), ends


def _dates(given: Any, start: date, span: tuple[date, date]) -> list[date]:
    """When an entry of a series begins: days, or instants at the time of day it has."""
    found = recurrence.days(_rule(given), _day(start), *span)
    until = next(iter(given.get("UNTIL", ())), None)
    if not isinstance(start, datetime):
        return [day for day in found if until is None or day <= _day(until)]
    at = start.timetz()
    at = at.replace(
        hour=_said(given, "BYHOUR", at.hour),
        minute=_said(given, "BYMINUTE", at.minute),
        second=_said(given, "BYSECOND", at.second),
    )
    each = [datetime.combine(day, at) for day in found]
    return [one for one in each if one >= start and (until is None or not _is_after(one, until))]


def _said(given: Any, part: str, otherwise: int) -> int:
    return int(next(iter(given.get(part, ())), otherwise))


def _is_after(one: datetime, until: date) -> bool:
    if not isinstance(until, datetime):
        return one.date() > until
    if until.tzinfo and one.tzinfo:
        return one > until
    return one.replace(tzinfo=None) > until.replace(tzinfo=None)


def _rule(given: Any) -> Rule:
    """A rule as it is understood; _Refused for one that is not."""
    _check_rule(given)
    count = _said(given, "COUNT", 0)
    if count < 0:
        raise _Refused("an entry repeats a negative number of times")
    return Rule(
        Frequency(_frequency(given)),
        _interval(given),
        count,
        tuple(int(one) for one in given.get("BYMONTH", ())),
        tuple(int(one) for one in given.get("BYMONTHDAY", ())),
        tuple(_nth(str(one)) for one in given.get("BYDAY", ())),
        tuple(int(one) for one in given.get("BYSETPOS", ())),
        _WEEKDAYS.index(str(next(iter(given.get("WKST", ("MO",)))))),
    )


def _nth(written: str) -> Nth:
    return Nth(_WEEKDAYS.index(written[-2:]), int(written[:-2] or 0))


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _count(event: Any, name: str) -> int:
    found = event.get(name, [])
    return sum(len(one.dts) for one in (found if isinstance(found, list) else [found]))


def _check_rule(rule: Any) -> None:
    frequency = _frequency(rule)
    if frequency not in _PARTS or any(len(rule.get(part, ())) > 1 for part in _FINE_PARTS):
        raise _Refused("an entry repeats within a day; days, weeks, months and years can be")
    if _interval(rule) < 1:
        raise _Refused("an entry repeats without end at one instant; INTERVAL must be at least 1")
    skips_days = frequency == "DAILY" and _interval(rule) > 1
    if set(rule) - _PARTS[frequency] or (skips_days and "BYDAY" in rule):
        raise _Refused(f"an entry repeats {frequency.lower()} in a way that is not understood")
    months, days = rule.get("BYMONTH", ()), rule.get("BYMONTHDAY", ())
    lengths = [_DAYS_OF.get(int(month), 31) for month in months]
    if lengths and days and min(abs(int(day)) for day in days) > max(lengths):
        raise _Refused("an entry repeats on a day that no month has")


def _frequency(rule: Any) -> str:
    return str(next(iter(rule.get("FREQ", ())), ""))


def _interval(rule: Any) -> int:
    return _said(rule, "INTERVAL", 1)


def _rules(event: Any) -> list[Any]:
    rules = event.get("RRULE", [])
    return rules if isinstance(rules, list) else [rules]


def _entry(event: Any, zone: tzinfo) -> CalendarEntry | None:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    span = Interval(_at(event["DTSTART"].dt, zone), _at(event["DTEND"].dt, zone))
    if span.start >= span.end:
        return None
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    people = [text for one in attendees[:PEOPLE_MAX] if (text := _person(one))]
    organizer = event.get("ORGANIZER")
    return CalendarEntry(
        span,
        cut(str(event.get("SUMMARY", "")).strip(), TEXT_MAX),
        tuple(dict.fromkeys(people)),
        _person(organizer) if organizer is not None else "",
    )


def _person(address: Any) -> str:
    """A mail address, else a name; nothing for who declined, and for rooms."""
    params = getattr(address, "params", {})
    if str(params.get("PARTSTAT", "")).upper() == "DECLINED":
        return ""
    if str(params.get("CUTYPE", "INDIVIDUAL")).upper() in ("ROOM", "RESOURCE"):
        return ""
    text = str(address)
    if text.lower().startswith("mailto:"):
        return cut(text[len("mailto:") :].strip(), TEXT_MAX)
    return cut(str(params.get("CN", "")).strip(), TEXT_MAX)


def _at(value: date, zone: tzinfo) -> int:
    if not isinstance(value, datetime):
        return instant(midnight(value), zone)
    if value.tzinfo is None:
        return instant(value, zone)
    return int(value.timestamp()) * 1000


def _is_day(value: date) -> bool:
    return not isinstance(value, datetime)
