"""Shifts as an iCalendar file (RFC 5545), for calendars that people have anyway.

Instants are written in UTC: they are exact in every zone, also in the hour that a clock shows
twice.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

OCTETS_MAX: Final = 75
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


class Event(Struct, frozen=True):
    """An entry; instants are ms. Whoever reads the file again knows it by its `uid`."""

    uid: str
    start: int
    end: int
    summary: str
    description: str
    changed_at: int
    sequence: int


def written(name: str, zone_name: str, events: Iterable[Event]) -> str:
    """The file of a calendar. `zone_name` is the zone that readers may show it in."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tocsin//On call//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        f"X-WR-TIMEZONE:{zone_name}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(event: Event) -> list[str]:
    changed = _instant(event.changed_at)
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTART:{_instant(event.start)}",
        f"DTEND:{_instant(event.end)}",
        f"SUMMARY:{_text(event.summary)}",
        *([f"DESCRIPTION:{_text(event.description)}"] if event.description else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    printable = "".join(one for one in value if one >= " " or one in "\n\t")
    return printable.translate(_ESCAPES)


def _folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets, none of which breaks a character."""
    part, octets = "", 0
    for one in line:
        size = len(one.encode())
        if octets + size > OCTETS_MAX:
            yield part
            part, octets = " ", 1
        part += one
        octets += size
    yield part
