"""Telling people, and chats, of shifts: some time before they begin, and at a time of every day.

A schedule has one timer, set to when somebody is to be told next. What was told is kept, so a
change of the schedule repeats nothing, and an engine that was away tells what still matters.
"""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Final

from msgspec import UNSET, Struct

from tocsin.domain.escalation import Robot
from tocsin.domain.interval import Interval
from tocsin.domain.member import Member, MemberStatus
from tocsin.domain.robot import ROBOTS
from tocsin.domain.schedule import duty
from tocsin.domain.schedule_plan import Schedule
from tocsin.domain.shift_notice import (
    Beginning,
    ShiftNotify,
    beginnings,
    fixed_times,
    group_words,
    next_beginning,
    own_time,
    own_words,
    title,
    wanted,
)
from tocsin.domain.timer import Timer
from tocsin.engine import account_time, notice
from tocsin.engine import schedule as engine
from tocsin.engine.notice import Words
from tocsin.engine.page import addresses
from tocsin.engine.page_message import owe_chat
from tocsin.engine.robot_secret import opened
from tocsin.engine.schedule_watch import IN_USE, SHIFTS, subject_of
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.units import DAY
from tocsin.store import account as accounts
from tocsin.store import member as members
from tocsin.store import notice as notices
from tocsin.store import schedule as schedules
from tocsin.store import schedule_watch as watches
from tocsin.store import timer
from tocsin.store.database import Tx
from tocsin.store.schedule_watch import ScheduleWatch

LATE_MS_MAX: Final = DAY
HORIZON_MS: Final = 45 * DAY
CHATS: Final = 0


class Watched(Struct, frozen=True):
    """A schedule as it is looked at: everybody's time, and what was told of it."""

    schedule: Schedule
    wish: ShiftNotify
    zone: tzinfo
    locale: str
    since: int
    horizon: int
    time: dict[int, list[Interval]]
    told: set[tuple[int, int]]


def hold(tx: Tx, account_id: int, subject: str) -> None:
    """Lock the schedule that a timer is about."""
    schedules.get(tx, account_id, int(subject), lock=True)


def look(tx: Tx, fired: Timer) -> None:
    """Tell whom there is to tell by now, and come back for the next ones."""
    schedule = schedules.get(tx, fired.account_id, int(fired.subject), lock=True)
    if schedule is None or schedule.status != IN_USE:
        return
    wish = wanted(schedule.notify)
    watch = watches.get(tx, schedule.account_id, schedule.id)
    if watch is None or not wish.is_on:
        return
    seen = _seen(tx, schedule, wish, watch)
    if wish.advance_ms is not None:
        _tell_beginnings(tx, seen, wish.advance_ms)
    if wish.fixed_ms is not None:
        _tell_daily(tx, seen, wish.fixed_ms)
    watches.put(tx, ScheduleWatch(schedule.account_id, schedule.id, tx.now, watch.gaps))
    timer.set_(tx, schedule.account_id, SHIFTS, fired.subject, _next(tx, seen))


def _seen(tx: Tx, schedule: Schedule, wish: ShiftNotify, watch: ScheduleWatch) -> Watched:
    zone = account_time.zone(tx, schedule.account_id)
    since = max(watch.checked_at, tx.now - LATE_MS_MAX)
    horizon = tx.now + (wish.advance_ms or 0) + HORIZON_MS
    found = duty(engine.layers(tx, schedule), Interval(since, horizon), zone)
    return Watched(
        schedule=schedule,
        wish=wish,
        zone=zone,
        locale=accounts.get(tx, schedule.account_id).locale,
        since=since,
        horizon=horizon,
        time=own_time(found.final),
        told=notices.told(tx, schedule.account_id, subject_of(schedule.id), since),
    )


def _next(tx: Tx, seen: Watched) -> int:
    """When to look again; within a day, whatever is known, as zones and calendars change."""
    found = [tx.now + DAY]
    if seen.wish.advance_ms is not None:
        at = next_beginning(seen.time, seen.wish.advance_ms, tx.now)
        found += [at] if at is not None else []
    if seen.wish.fixed_ms is not None:
        found += fixed_times(seen.wish.fixed_ms, tx.now, tx.now + 2 * DAY, seen.zone)
    return min(found)


def _tell_beginnings(tx: Tx, seen: Watched, advance_ms: int) -> None:
    due = beginnings(seen.time, advance_ms, seen.since, tx.now)
    people = _living(tx, seen, {one.person_id for one in due})
    for one in due:
        person = people.get(one.person_id)
        if person and (one.person_id, one.span.start) not in seen.told:
            _tell_person(tx, seen, person, one.span.start, [one.span])
    by_start: dict[int, list[Beginning]] = {}
    for one in due:
        by_start.setdefault(one.span.start, []).append(one)
    for start, together in by_start.items():
        _tell_chats(tx, seen, start, _named(together, people))


def _tell_daily(tx: Tx, seen: Watched, fixed_ms: int) -> None:
    """Whoever is on call within a day from now; of times that were missed only the last counts."""
    *_, at = [0, *fixed_times(fixed_ms, seen.since, tx.now, seen.zone)]
    if not at:
        return
    today = {
        person_id: soon
        for person_id, spans in seen.time.items()
        if (soon := [one for one in spans if one.start < tx.now + DAY and one.end > tx.now])
    }
    people = _living(tx, seen, today)
    for person_id, spans in sorted(today.items()):
        if person_id in people and (person_id, at) not in seen.told:
            _tell_person(tx, seen, people[person_id], at, spans)
    all_ = sorted(Beginning(span, id_) for id_, spans in today.items() for span in spans)
    _tell_chats(tx, seen, at, _named(all_, people))


def _living(tx: Tx, seen: Watched, person_ids: Iterable[int]) -> dict[int, Member]:
    found = members.by_ids(tx, seen.schedule.account_id, sorted(person_ids))
    return {one.id: one for one in found if one.status is not MemberStatus.DELETED}


def _named(found: Sequence[Beginning], people: dict[int, Member]) -> list[tuple[str, Interval]]:
    return [(people[one.person_id].name, one.span) for one in found if one.person_id in people]


def _tell_person(tx: Tx, seen: Watched, person: Member, at: int, spans: Sequence[Interval]) -> None:
    text = own_words(spans, seen.schedule.name, seen.zone, seen.locale, seen.horizon)
    notice.tell(tx, person, _words(seen, at, text), seen.wish.methods)


def _words(seen: Watched, at: int, text: str) -> Words:
    of = seen.schedule
    return Words(subject_of(of.id), at, title(of.name, seen.locale), text)


def _tell_chats(tx: Tx, seen: Watched, at: int, names: Sequence[tuple[str, Interval]]) -> None:
    if not seen.wish.robots or (CHATS, at) in seen.told:
        return
    text = group_words(names, seen.schedule.name, seen.zone, seen.locale, seen.horizon)
    words = _words(seen, at, text)
    account_id = seen.schedule.account_id
    made = [id_ for one in seen.wish.robots for id_ in _owe_robot(tx, account_id, one, words)]
    notices.add(tx, [notice.made(tx, account_id, words, CHATS, made[0] if made else "")])


def _owe_robot(tx: Tx, account_id: int, robot: Robot, words: Words) -> list[str]:
    """Tell a chat, where it can be told."""
    service, prefix = ROBOTS.get(robot.type, (None, ""))
    if service is None:
        return []
    try:
        robot = opened(tx, account_id, robot)
        settings = {} if robot.settings is UNSET else robot.settings
        return [
            owe_chat(tx, account_id, service, one, words.title, words.text, words.subject)
            for one in addresses(tx, account_id, service, prefix, settings)
        ]
    except Unavailable:
        return []
