"""Whether an incident would reach somebody in time, at every instant of the days to come.

The answer changes only where something it depends on does: a shift, a window of a rule, quiet
hours, the clocks. So it is asked at those instants alone. All instants and lengths are ms.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta, tzinfo
from typing import Final

from msgspec import Struct

from tocsin.domain.contact import Contact
from tocsin.domain.escalation import EscalationRule
from tocsin.domain.escalation_forecast import Course, Level
from tocsin.domain.interval import Interval
from tocsin.domain.preference import Preference, plan, quiet_until
from tocsin.domain.severity import Severity
from tocsin.domain.time_filter import TimeFilter
from tocsin.domain.wall_clock import days, instant, midnight, wall_time
from tocsin.kernel.units import MINUTE, SECOND, seconds

AHEAD_DAYS: Final = 30
WITHIN_MINUTES_DEFAULT: Final = 30
WITHIN_MINUTES_MAX: Final = 720
TRACE_MAX: Final = 60


class Reachable(Struct, frozen=True):
    """A member, and by what they can be reached: their verified contacts, and mail, as far as
    this server is set up to carry them; `unset` are methods of theirs that it is not."""

    name: str
    zone: tzinfo
    preference: Preference
    contacts: tuple[Contact, ...]
    has_mail: bool
    unset: tuple[str, ...] = ()

    @property
    def lack(self) -> str:
        """Why no message would leave for them."""
        if self.unset:
            return f"has only what this server is not set up to send by: {', '.join(self.unset)}"
        return "has no contact to be reached by"

    def first(self, methods: Sequence[str], severity: Severity, at: int) -> tuple[int, str] | None:
        """When the first message would leave that is told at an instant, and by which method."""
        wanted = methods or self.preference.methods(severity)
        stages = plan(wanted, self.preference.waits_ms, self.contacts, self.has_mail).stages
        if not stages:
            return None
        begins = quiet_until(self.preference, severity, at, self.zone) or at
        wait_ms = 0 if stages[0].reserve else stages[0].wait_ms
        return begins + wait_ms, stages[0].method


class Answer(Struct, frozen=True):
    """Whether somebody is reached in time, and the way there, in lines for people."""

    is_covered: bool
    reason: str
    trace: tuple[str, ...]


def reached_at(course: Course, people: Mapping[int, Reachable], severity: Severity) -> int:
    """When the first message leaves that reaches a verified contact of a person, 0 for never."""
    found = (
        people[one.person_id].first(level.methods, severity, level.at)
        for level in course.levels
        for one in level.audience.people
    )
    return min((each[0] for each in found if each), default=0)


def answer(
    course: Course,
    people: Mapping[int, Reachable],
    severity: Severity,
    began_at: int,
    within_ms: int,
) -> Answer:
    """Whether what would come of an incident reaches a verified contact in time. Addresses and
    chats that a rule names are nobody's contact."""
    trace: list[str] = []
    for level in course.levels:
        head = f"level {level.layer_idx + 1} after {_after(level.at, began_at)}"
        lines = []
        for one in level.audience.people:
            person = people[one.person_id]
            found = person.first(level.methods, severity, level.at)
            if found is None:
                lines.append(f"{head}: {person.name} ({one.via}) {person.lack}")
                continue
            at, method = found
            told = _after(at, began_at)
            lines.append(f"{head}: {person.name} ({one.via}) by {method} after {told}")
        lines += [f"{head}: {why}" for why in level.missing]
        trace += lines or [f"{head}: {_others(level)}"]
    earliest = reached_at(course, people, severity)
    minutes = within_ms // MINUTE
    if earliest and earliest - began_at <= within_ms:
        reason = f"somebody is reached after {_after(earliest, began_at)}"
        return Answer(True, reason, tuple(trace[:TRACE_MAX]))
    if earliest:
        reason = f"nobody is reached before {_after(earliest, began_at)}, not within {minutes} min"
    else:
        reason = "no level reaches a verified contact of anybody"
    return Answer(False, reason, tuple(trace[:TRACE_MAX]))


def offsets(rules: Iterable[EscalationRule], within_ms: int) -> frozenset[int]:
    """How long after an incident's beginning any level may be told, in time: levels that reach
    nobody are passed over, so any may be missing from the sum."""
    found: set[int] = set()
    for rule in rules:
        sums = {rule.aggregation_ms}
        for layer in rule.layers:
            sums |= {each + layer.window_ms for each in sums if each + layer.window_ms <= within_ms}
        found |= sums
    return frozenset(found)


def candidates(
    of_rules: Iterable[int], of_people: Iterable[int], late: Iterable[int], window: Interval
) -> list[int]:
    """The instants at which the answer may change, the window's first among them: where the choice
    of a rule does, and so much before a person's time or quiet does as they are told later."""
    edges = set(of_people)
    found = {window.start, *of_rules, *(edge - each for each in late for edge in edges)}
    return sorted(at for at in found if window.start <= at < window.end)


def edges(windows: Iterable[TimeFilter], window: Interval, zone: tzinfo) -> Iterator[int]:
    """When any of these windows may begin or end, and when the clocks change."""
    clocks = sorted({clock for one in windows for clock in (one.start, one.end)})
    if not clocks:
        return
    # A window to 23:59 lasts until midnight; and days of the week and of calendars begin there.
    minutes = {0, *(int(clock[:2]) * 60 + int(clock[3:]) for clock in clocks)}
    before: timedelta | None = None
    for day in days(window.start, window.end, zone):
        begins = midnight(day)
        for each in sorted(minutes):
            wall = begins + timedelta(minutes=each)
            yield instant(wall, zone)
            later = wall.replace(tzinfo=zone, fold=1)
            yield int(later.timestamp()) * SECOND
        offset = begins.replace(tzinfo=zone).utcoffset()
        if before is not None and offset != before:
            yield _change(instant(begins - timedelta(days=1), zone), instant(begins, zone), zone)
        before = offset


def _change(since: int, until: int, zone: tzinfo) -> int:
    """The instant between two at which the clocks change."""

    def offset(at: int) -> timedelta:
        return timedelta(milliseconds=at) - (wall_time(at, zone) - wall_time(0, zone))

    first = offset(since)
    while until - since > MINUTE:
        middle = (since + until) // 2
        since, until = (middle, until) if offset(middle) == first else (since, middle)
    return until // MINUTE * MINUTE


def _others(level: Level) -> str:
    if level.audience.emails or level.audience.robots:
        return "only addresses and chats that are nobody's contact"
    return "reaches nobody"


def _after(at: int, began_at: int) -> str:
    total = seconds(at - began_at)
    return f"{total // 60} min" if total % 60 == 0 else f"{total} s"
