"""iCalendar files of others (RFC 5545), read into the entries of a window.

Whatever a file says, reading it takes bounded time and memory: rules that repeat within a day, or
that could be searched for ever, are refused.
"""

from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final

from tocsin.domain.ical_source import CalendarEntry
from tocsin.domain.interval import Interval
from tocsin.domain.wall_clock import instant, midnight
from tocsin.kernel.text import cut

FILE_BYTES_MAX: Final = 2 * 1024 * 1024
COMPONENTS_MAX: Final = 5_000
RULES_MAX: Final = 100
ENTRIES_MAX: Final = 3_000
PEOPLE_MAX: Final = 50
TEXT_MAX: Final = 200
_FINE_PARTS: Final = frozenset(("BYHOUR", "BYMINUTE", "BYSECOND"))
_ANY: Final = _FINE_PARTS | {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH"}
_BY_MONTHS: Final = _ANY | {"BYMONTHDAY", "BYSETPOS"}
# Other parts can say what never comes, and a search for that goes on to the year 9999.
_PARTS: Final = {"DAILY": _ANY, "WEEKLY": _ANY, "MONTHLY": _BY_MONTHS, "YEARLY": _BY_MONTHS}
_DAYS_OF: Final = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_FIRST_YEAR: Final = 1970
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


def entries(body: bytes, window: Interval, zone: tzinfo) -> list[CalendarEntry]:
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
        _check_rules(events)
        found = recurring_ical_events.of(calendar).between(
            datetime.fromtimestamp(window.start // 1000, UTC),
            datetime.fromtimestamp(window.end // 1000, UTC),
        )
        read = [one for event in found if (one := _entry(event, zone)) is not None]
    except _Refused:
        raise
    except _BROKEN as failure:
        raise ValueError(
            f"an entry of the calendar is broken: {cut(str(failure), TEXT_MAX)}"
        ) from None
    if len(read) > ENTRIES_MAX:
        raise ValueError(f"more than {ENTRIES_MAX} entries lie in the window of half a year")
    return read


def _check_rules(events: list[Any]) -> None:
    rules = [(event, rule) for event in events for rule in _rules(event)]
    if len(rules) > RULES_MAX:
        raise _Refused(f"more than {RULES_MAX} entries of the calendar repeat")
    for event, rule in rules:
        start = event["DTSTART"].dt if "DTSTART" in event else None
        if start is None or start.year < _FIRST_YEAR:
            raise _Refused(f"an entry that repeats begins before {_FIRST_YEAR}")
        _check_rule(rule)


def _check_rule(rule: Any) -> None:
    frequency = str(next(iter(rule.get("FREQ", ())), ""))
    if frequency not in _PARTS or any(len(rule.get(part, ())) > 1 for part in _FINE_PARTS):
        raise _Refused("an entry repeats within a day; days, weeks, months and years can be")
    interval = int(next(iter(rule.get("INTERVAL", (1,)))))
    if interval < 1:
        raise _Refused("an entry repeats without end at one instant; INTERVAL must be at least 1")
    skips_days = frequency == "DAILY" and interval > 1
    if set(rule) - _PARTS[frequency] or (skips_days and "BYDAY" in rule):
        raise _Refused(f"an entry repeats {frequency.lower()} in a way that is not understood")
    months, days = rule.get("BYMONTH", ()), rule.get("BYMONTHDAY", ())
    lengths = [_DAYS_OF.get(int(month), 31) for month in months]
    if lengths and days and min(abs(int(day)) for day in days) > max(lengths):
        raise _Refused("an entry repeats on a day that no month has")


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
