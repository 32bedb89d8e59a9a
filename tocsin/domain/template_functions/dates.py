"""Functions about time, which is told to them: a template reads no clock."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.domain.go_template.failure import FunctionError
from tocsin.domain.go_template.functions import Library
from tocsin.domain.template_functions import go_time
from tocsin.domain.template_functions.conversion import whole

_SECOND_NS: Final = 1_000_000_000
_SECONDS_MAX: Final = 253_370_764_800

_ROUNDED: Final = (
    (365 * 86_400, "y"),
    (30 * 86_400, "mo"),
    (86_400, "d"),
    (3_600, "h"),
    (60, "m"),
    (1, "s"),
)


def dates(now: int, zone: str) -> Library:
    """The functions at a moment, in ms since the epoch, where clocks show the time of `zone`."""
    found = Library()
    moment = datetime.fromtimestamp(now / 1000, UTC)
    _add_formats(found, moment, _place(zone))
    _add_spans(found, moment)
    _add_moments(found, moment.astimezone(_place(zone)))
    return found


def _place(zone: str) -> tzinfo:
    try:
        return ZoneInfo(zone)
    except (ValueError, LookupError, OSError):
        return UTC


def _moment(value: object, now: datetime) -> datetime:
    """A moment, or one in seconds since the epoch; anything else is now."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        return now
    if not 0 <= value <= _SECONDS_MAX:
        raise FunctionError("wants seconds since 1970")
    return datetime.fromtimestamp(value, UTC)


def _add_formats(library: Library, now: datetime, here: tzinfo) -> None:
    @library.add("date", '{{date "2006-01-02 15:04" 1700000000}}', "2023-11-14 22:13")
    def date(layout: str, moment: object) -> str:
        """A moment, or seconds since 1970, written like the layout writes 2 January 2006, 15:04."""
        return go_time.written(layout, _moment(moment, now).astimezone(here))

    @library.add(
        "dateInZone date_in_zone",
        '{{dateInZone "15:04 MST" 1700000000 "Asia/Shanghai"}}',
        "06:13 CST",
    )
    def date_in_zone(layout: str, moment: object, zone: str) -> str:
        """The same in a time zone of its own."""
        return go_time.written(layout, _moment(moment, now).astimezone(_place(zone)))

    @library.add("htmlDate", "{{htmlDate 1700000000}}", "2023-11-14")
    def html_date(moment: object) -> str:
        """The day as HTML forms write it."""
        return date("2006-01-02", moment)

    @library.add("htmlDateInZone", '{{htmlDateInZone 1700000000 "Asia/Shanghai"}}', "2023-11-15")
    def html_date_in_zone(moment: object, zone: str) -> str:
        """The same in a time zone of its own."""
        return date_in_zone("2006-01-02", moment, zone)


def _add_spans(library: Library, now: datetime) -> None:
    @library.add("ago", "{{ago 1700000000}}", "1h0m0s")
    def ago(moment: object) -> str:
        """How long ago it was."""
        return go_time.shown(round((now - _moment(moment, now)).total_seconds()))

    @library.add("duration", '{{duration "95"}}', "1m35s")
    def duration(seconds: object) -> str:
        """Seconds as hours, minutes and seconds."""
        return go_time.shown(whole(seconds))

    @library.add("durationRound", '{{durationRound "2h10m5s"}}', "2h")
    def duration_round(span: object) -> str:
        """A duration, or the time since a moment, in its largest unit alone."""
        if isinstance(span, datetime):
            seconds = abs((now - span).total_seconds())
        else:
            seconds = abs(go_time.duration(span)) / _SECOND_NS if isinstance(span, str) else 0
        unit = next((each for each in _ROUNDED if seconds > each[0]), None)
        return f"{int(seconds // unit[0])}{unit[1]}" if unit else "0s"


def _add_moments(library: Library, now: datetime) -> None:
    @library.add("now", '{{now | date "2006-01-02"}}', "2023-11-14")
    def now_() -> object:
        """The moment at which the template runs."""
        return now

    @library.add(
        "dateModify date_modify mustDateModify must_date_modify",
        '{{now | dateModify "-1h" | unixEpoch}}',
        "1700000000",
    )
    def date_modify(span: str, moment: object) -> object:
        """The moment that much later, or earlier for -1h."""
        return _moment(moment, now) + timedelta(microseconds=go_time.duration(span) // 1000)

    @library.add(
        "toDate mustToDate", '{{toDate "2006-01-02" "2023-11-14" | unixEpoch}}', "1699920000"
    )
    def to_date(layout: str, text: str) -> object:
        """The moment that a text in that layout names."""
        return go_time.read(layout, text)

    @library.add("unixEpoch", "{{now | unixEpoch}}", "1700003600")
    def unix_epoch(moment: object) -> str:
        """The seconds from 1970 to the moment."""
        return str(int(_moment(moment, now).timestamp()))
