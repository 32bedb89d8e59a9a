"""Go's way with time: layouts written as one example moment, and durations like 1h30m."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from tocsin.domain.go_template.failure import FunctionError

_LAYOUT: Final = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|_2(?!006)|002|01|02|03|04|05|06|15|PM|pm"
    r"|Z07:00|Z0700|Z07|-07:00|-0700|-07|[.,](?:0+|9+)(?![0-9])|1|2|3|4|5"
)
_UNITS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_DURATION: Final = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+")
_PART: Final = re.compile(r"([0-9]*\.?[0-9]*)(ns|us|µs|μs|ms|s|m|h)")
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NANOSECONDS_MAX: Final = (1 << 63) - 1

_WRITTEN: Final[dict[str, Callable[[datetime], str]]] = {
    "January": lambda at: _MONTHS[at.month - 1],
    "Jan": lambda at: _MONTHS[at.month - 1][:3],
    "Monday": lambda at: _DAYS[at.weekday()],
    "Mon": lambda at: _DAYS[at.weekday()][:3],
    "MST": lambda at: _zone_name(at),
    "2006": lambda at: f"{at.year:04d}",
    "06": lambda at: f"{at.year % 100:02d}",
    "01": lambda at: f"{at.month:02d}",
    "1": lambda at: str(at.month),
    "02": lambda at: f"{at.day:02d}",
    "2": lambda at: str(at.day),
    "_2": lambda at: f"{at.day:2d}",
    "002": lambda at: f"{at.timetuple().tm_yday:03d}",
    "15": lambda at: f"{at.hour:02d}",
    "03": lambda at: f"{(at.hour - 1) % 12 + 1:02d}",
    "3": lambda at: str((at.hour - 1) % 12 + 1),
    "04": lambda at: f"{at.minute:02d}",
    "4": lambda at: str(at.minute),
    "05": lambda at: f"{at.second:02d}",
    "5": lambda at: str(at.second),
    "PM": lambda at: "AM" if at.hour < 12 else "PM",
    "pm": lambda at: "am" if at.hour < 12 else "pm",
    "-0700": lambda at: _offset(at, ""),
    "-07:00": lambda at: _offset(at, ":"),
    "-07": lambda at: _offset(at, "")[:3],
    "Z0700": lambda at: _offset(at, "") if at.utcoffset() else "Z",
    "Z07:00": lambda at: _offset(at, ":") if at.utcoffset() else "Z",
    "Z07": lambda at: _offset(at, "")[:3] if at.utcoffset() else "Z",
}
_READ: Final = {
    "January": "%B",
    "Jan": "%b",
    "Monday": "%A",
    "Mon": "%a",
    "MST": "%Z",
    "2006": "%Y",
    "06": "%y",
    "01": "%m",
    "1": "%m",
    "02": "%d",
    "2": "%d",
    "_2": "%d",
    "002": "%j",
    "15": "%H",
    "03": "%I",
    "3": "%I",
    "04": "%M",
    "4": "%M",
    "05": "%S",
    "5": "%S",
    "PM": "%p",
    "pm": "%p",
}


def written(layout: str, at: datetime) -> str:
    """The moment as the layout writes 15:04:05 on Monday, 2 January 2006, seven hours before UTC."""

    def part(found: "re.Match[str]") -> str:
        text = found.group()
        return _fraction(text, at) if text[0] in ".," else _WRITTEN[text](at)

    return _LAYOUT.sub(part, layout)


def read(layout: str, text: str) -> datetime:
    """The moment that a text in that layout names, UTC unless it says. Raises FunctionError."""
    pattern = "".join(_reading(layout))
    try:
        at = datetime.strptime(text, pattern)  # noqa: DTZ007
    except ValueError:
        raise FunctionError(f"{text[:40]!r} is not written like {layout[:40]!r}") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _reading(layout: str) -> Iterator[str]:
    position = 0
    for found in _LAYOUT.finditer(layout):
        yield layout[position : found.start()].replace("%", "%%")
        text = found.group()
        yield text[0] + "%f" if text[0] in ".," else _READ.get(text, "%z")
        position = found.end()
    yield layout[position:].replace("%", "%%")


def _fraction(text: str, at: datetime) -> str:
    digits = f"{at.microsecond:06d}000"[: len(text) - 1].ljust(len(text) - 1, "0")
    if text[1] == "9":
        digits = digits.rstrip("0")
    return text[0] + digits if digits else ""


def _offset(at: datetime, between: str) -> str:
    minutes = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}{between}{abs(minutes) % 60:02d}"


def _zone_name(at: datetime) -> str:
    return at.tzname() or "UTC"


def duration(text: str) -> int:
    """A duration like -1h30m or 1.5s in nanoseconds. Raises FunctionError."""
    if text == "0":
        return 0
    if not _DURATION.fullmatch(text):
        raise FunctionError(f"bad duration {text[:40]!r}")
    total = sum(float(count) * _UNITS[unit] for count, unit in _PART.findall(text))
    if total > _NANOSECONDS_MAX:
        raise FunctionError(f"bad duration {text[:40]!r}")
    return -round(total) if text.startswith("-") else round(total)


def shown(seconds: int) -> str:
    """A duration as 1h2m3s."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, minutes = rest // 3600, rest // 60 % 60
    parts = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{sign}{parts}{rest % 60}s"
