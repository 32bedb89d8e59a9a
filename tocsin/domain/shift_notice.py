"""Telling people of their shifts: what a schedule asks for, who is to be told when, and the words.

A person's own time counts: who goes on being on call while others change is told once, at its
beginning. Instants and lengths are ms.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final

from msgspec import Struct

from tocsin.domain.escalation import Robot
from tocsin.domain.interval import Interval, merged
from tocsin.domain.member import Locale
from tocsin.domain.preference import check_methods
from tocsin.domain.robot import check_robot
from tocsin.domain.schedule import Shift
from tocsin.domain.wall_clock import days, instant, later, midnight, wall_time
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import DAY, MINUTE, from_seconds

ADVANCE_MS_MAX: Final = 30 * DAY
ROBOTS_MAX: Final = 20
LISTED_MAX: Final = 10
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class ShiftNotify(Struct, frozen=True):
    """What a schedule asks for. None is off; `fixed_ms` counts from midnight, of every day.
    Without `methods` each person's own choice decides."""

    advance_ms: int | None = None
    fixed_ms: int | None = None
    methods: tuple[str, ...] = ()
    robots: tuple[Robot, ...] = ()

    @property
    def is_on(self) -> bool:
        """Whether anybody is ever told."""
        return self.advance_ms is not None or self.fixed_ms is not None


class Beginning(Struct, frozen=True, order=True):
    """A person's time on call, about to begin or just begun."""

    span: Interval
    person_id: int


def wanted(notify: Mapping[str, Any] | None) -> ShiftNotify:
    """What is asked for, as it was sent; InvalidParameter for what cannot be meant."""
    if not notify:
        return ShiftNotify()
    advance = notify.get("advance_in_time")
    if advance is not None and from_seconds(advance) > ADVANCE_MS_MAX:
        raise InvalidParameter(
            "{field} may be at most {maximum} days",
            field="notify.advance_in_time",
            maximum=ADVANCE_MS_MAX // DAY,
        )
    by = notify.get("by") or {}
    robots = robots_of(notify)
    if len(robots) > ROBOTS_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} entries",
            field="notify.webhooks",
            maximum=ROBOTS_MAX,
        )
    return ShiftNotify(
        advance_ms=None if advance is None else from_seconds(advance),
        fixed_ms=_fixed(notify.get("fixed_time")),
        methods=() if by.get("follow_preference") else tuple(by.get("personal_channels") or ()),
        robots=robots,
    )


def check_notify(notify: Mapping[str, Any]) -> None:
    """Raise InvalidParameter for methods that there are not, and chats that could not be told."""
    by = notify.get("by") or {}
    check_methods(by.get("personal_channels") or (), "notify.by.personal_channels")
    for type_, token in (notify.get("im") or {}).items():
        check_robot(type_, {"token": token}, f"notify.im.{type_}")
    for position, one in enumerate(notify.get("webhooks") or ()):
        check_robot(one["type"], one["settings"], f"notify.webhooks[{position}]")


def robots_of(notify: Mapping[str, Any]) -> tuple[Robot, ...]:
    """The chats that are told; `im` is the older way to name one by its type and token."""
    older = ((type_, {"token": token}) for type_, token in (notify.get("im") or {}).items())
    named = ((one["type"], one["settings"]) for one in notify.get("webhooks") or ())
    return tuple(Robot(type_, settings) for type_, settings in (*older, *named))


def own_time(shifts: Iterable[Shift]) -> dict[int, list[Interval]]:
    """When each person is on call, whoever else is."""
    spans: dict[int, list[Interval]] = {}
    for one in shifts:
        for person_id in one.group.person_ids:
            spans.setdefault(person_id, []).append(one.span)
    return {person_id: merged(found) for person_id, found in spans.items()}


def beginnings(
    time: Mapping[int, Sequence[Interval]], advance_ms: int, since: int, now: int
) -> list[Beginning]:
    """Whose time begins after `since` and is to be told of by now; what is over is not told."""
    return sorted(
        Beginning(span, person_id)
        for person_id, spans in time.items()
        for span in spans
        if since < span.start <= now + advance_ms and span.end > now
    )


def next_beginning(time: Mapping[int, Sequence[Interval]], advance_ms: int, now: int) -> int | None:
    """When somebody is to be told next, as far as is known."""
    starts = [span.start for spans in time.values() for span in spans]
    return min((each - advance_ms for each in starts if each - advance_ms > now), default=None)


def fixed_times(fixed_ms: int, since: int, until: int, zone: tzinfo) -> list[int]:
    """The daily instants after `since`, up to and with `until`."""
    found = (instant(later(midnight(day), fixed_ms), zone) for day in days(since, until, zone))
    return [at for at in found if since < at <= until]


def title(schedule_name: str, locale: str) -> str:
    """The subject of a message."""
    return f"值班提醒：{schedule_name}" if _is_chinese(locale) else f"On call: {schedule_name}"


def own_words(
    spans: Sequence[Interval], schedule_name: str, zone: tzinfo, locale: str, horizon: int
) -> str:
    """What a person is told of their own time; what lasts until the `horizon` has no known end."""
    parts = [_span(one, zone, locale, horizon) for one in spans[:LISTED_MAX]]
    if _is_chinese(locale):
        return f"您在值班表“{schedule_name}”中值班：{'；'.join(parts)}（{zone}）。"
    return f"You are on call by schedule {schedule_name}: {'; '.join(parts)} ({zone})."


def group_words(
    names: Sequence[tuple[str, Interval]],
    schedule_name: str,
    zone: tzinfo,
    locale: str,
    horizon: int,
) -> str:
    """What a chat is told."""
    shown = [f"{who}: {_span(span, zone, locale, horizon)}" for who, span in names[:LISTED_MAX]]
    if not shown:
        empty = "接下来一天没有人值班。", "Nobody is on call within the next day."
        return f"{schedule_name}: {empty[0] if _is_chinese(locale) else empty[1]}"
    more = [f"… +{len(names) - LISTED_MAX}"] if len(names) > LISTED_MAX else []
    return "\n".join([f"{schedule_name} ({zone})", *shown, *more])


def _span(span: Interval, zone: tzinfo, locale: str, horizon: int) -> str:
    start = _moment(span.start, zone)
    if span.end >= horizon:
        return f"{start} 起" if _is_chinese(locale) else f"from {start} on"
    end = _moment(span.end, zone)
    return f"{start} 至 {end}" if _is_chinese(locale) else f"from {start} until {end}"


def _moment(at: int, zone: tzinfo) -> str:
    return wall_time(at, zone).strftime("%Y-%m-%d %H:%M")


def _is_chinese(locale: str) -> bool:
    return locale == Locale.CHINESE


def _fixed(sent: Mapping[str, Any] | None) -> int | None:
    if not sent:
        return None
    if sent.get("cycle") not in ("day", ""):
        raise InvalidParameter(
            "{field} must be day, not {value}",
            field="notify.fixed_time.cycle",
            value=sent.get("cycle"),
        )
    clock = _CLOCK.fullmatch(str(sent.get("start")))
    if clock is None:
        raise InvalidParameter(
            "{field}: {value} is no time of day, such as 08:00",
            field="notify.fixed_time.start",
            value=sent.get("start"),
        )
    return (int(clock[1]) * 60 + int(clock[2])) * MINUTE
