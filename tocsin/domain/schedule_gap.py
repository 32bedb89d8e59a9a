"""When a schedule reaches nobody, and why: no shift, one without people, or one of people who
are no members."""

from collections.abc import Collection, Iterable, Iterator
from datetime import tzinfo
from enum import StrEnum
from typing import Final

from msgspec import Struct

from tocsin.domain.interval import Interval, common, merged, without
from tocsin.domain.member import Locale
from tocsin.domain.schedule import Shift
from tocsin.domain.wall_clock import wall_time

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LISTED_MAX: Final = 10


class GapKind(StrEnum):
    """Why nobody is reached."""

    NO_SHIFT = "no shift"
    EMPTY_SHIFT = "empty shift"
    NO_MEMBER = "no member"


_CHINESE: Final = {
    GapKind.NO_SHIFT: "没有班次",
    GapKind.EMPTY_SHIFT: "班次中没有成员",
    GapKind.NO_MEMBER: "班次中的人员均已不是成员",
}


class Gap(Struct, frozen=True):
    """Time that reaches nobody. `text` says why, for people."""

    span: Interval
    kind: GapKind
    text: str


def gaps(final: Iterable[Shift], window: Interval, living: Collection[int]) -> list[Gap]:
    """The gaps within a window, in order; `living` are the ids of those who are members."""
    shifts = list(final)
    reached = [one.span for one in shifts if any(id_ in living for id_ in one.group.person_ids)]
    free = without(window, merged(reached))
    found = (gap for one in free for gap in _explained(one, shifts))
    return sorted(found, key=lambda gap: gap.span)


def pattern(found: Iterable[Gap], window: Interval, zone: tzinfo) -> dict[str, Gap]:
    """Gaps by what stays the same of one that comes back every week: its weekday and time. The
    first of each counts, and one that is on as the window begins is `now`."""
    kinds: dict[str, Gap] = {}
    for gap in found:
        wall = wall_time(gap.span.start, zone)
        name = f"{_WEEKDAYS[wall.weekday()]} {wall:%H:%M}"
        if gap.span.start == window.start:
            name = "now"
        kinds.setdefault(f"{name} {gap.kind}", gap)
    return kinds


def words(schedule_name: str, found: Iterable[Gap], zone: tzinfo, locale: str) -> tuple[str, str]:
    """The subject and the text of a message about gaps."""
    is_chinese = locale == Locale.CHINESE
    lines = [
        f"- {_moment(gap.span.start, zone)} – {_moment(gap.span.end, zone)}:"
        f" {_CHINESE[gap.kind] if is_chinese else gap.text}"
        for gap in found
    ]
    more = [f"… +{len(lines) - LISTED_MAX}"] if len(lines) > LISTED_MAX else []
    subject = f"无人值班：{schedule_name}" if is_chinese else f"Nobody on call: {schedule_name}"
    head = (
        f"值班表“{schedule_name}”在以下时间无人值班（{zone}）："
        if is_chinese
        else f"Schedule {schedule_name} reaches nobody at these times ({zone}):"
    )
    return subject, "\n".join([head, *lines[:LISTED_MAX], *more])


def _explained(free: Interval, shifts: list[Shift]) -> Iterator[Gap]:
    holding = [one for one in shifts if common(free, [one.span])]
    for one in holding:
        [part] = common(free, [one.span])
        if one.group.person_ids:
            yield Gap(
                part, GapKind.NO_MEMBER, f"nobody of {one.group.name or 'a group'} is a member"
            )
        else:
            why = f"{one.group.name} names no member" if one.group.name else "a group has no people"
            yield Gap(part, GapKind.EMPTY_SHIFT, why)
    covered = merged(one.span for one in holding)
    yield from (
        Gap(part, GapKind.NO_SHIFT, "no layer has a shift") for part in without(free, covered)
    )


def _moment(at: int, zone: tzinfo) -> str:
    return wall_time(at, zone).strftime("%Y-%m-%d %H:%M")
