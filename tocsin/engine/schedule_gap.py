"""Warning of time that reaches nobody: looked for after each change and every day.

A gap that comes back every week is told once; a new one is told when it comes into sight.
"""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from tocsin.domain.interval import Interval
from tocsin.domain.member import Member, MemberStatus
from tocsin.domain.schedule import Shift, duty
from tocsin.domain.schedule_gap import Gap, gaps, pattern, words
from tocsin.domain.schedule_plan import Schedule
from tocsin.domain.timer import Timer
from tocsin.engine import account_time, notice
from tocsin.engine import schedule as engine
from tocsin.engine.notice import Words
from tocsin.engine.schedule_watch import GAPS, IN_USE, subject_of, watch_of
from tocsin.kernel.units import DAY
from tocsin.store import account as accounts
from tocsin.store import member as members
from tocsin.store import schedule as schedules
from tocsin.store import schedule_watch as watches
from tocsin.store import team as teams
from tocsin.store import timer
from tocsin.store.database import Tx

SIGHT_MS: Final = 14 * DAY
TOLD_MAX: Final = 50


def found_in(tx: Tx, account_id: int, final: Iterable[Shift], window: Interval) -> list[Gap]:
    """When shifts reach nobody within a window."""
    shifts = list(final)
    named = {person_id for one in shifts for person_id in one.group.person_ids}
    return gaps(shifts, window, {one.id for one in _living(tx, account_id, named)})


def look(tx: Tx, fired: Timer) -> None:
    """Warn of gaps in the coming two weeks that were not told of yet."""
    schedule = schedules.get(tx, fired.account_id, int(fired.subject), lock=True)
    if schedule is None or schedule.status != IN_USE:
        return
    zone = account_time.zone(tx, schedule.account_id)
    window = Interval(tx.now, tx.now + SIGHT_MS)
    # A day more, so that the last gap is seen to its end.
    beyond = Interval(window.start, window.end + DAY)
    final = duty(engine.layers(tx, schedule), beyond, zone).final
    seen = [
        one
        for one in found_in(tx, schedule.account_id, final, beyond)
        if one.span.start < window.end
    ]
    kinds = pattern(seen, window, zone)
    watch = watch_of(tx, schedule)
    new = [gap for name, gap in kinds.items() if name not in watch.gaps]
    if new:
        locale = accounts.get(tx, schedule.account_id).locale
        subject, text = words(schedule.name, new, zone, locale)
        told = Words(subject_of(schedule.id), tx.now, subject, text)
        for person in _concerned(tx, schedule):
            notice.tell(tx, person, told)
    watches.put(tx, replace(watch, gaps=tuple(kinds)))
    timer.set_(tx, schedule.account_id, GAPS, fired.subject, tx.now + DAY)


def _concerned(tx: Tx, schedule: Schedule) -> list[Member]:
    """The schedule's team, else who made it, else the account's owner."""
    account_id, team_id = schedule.account_id, schedule.team_id
    team = teams.member_ids(tx, account_id, [team_id]).get(team_id, []) if team_id else []
    for ids in (team[:TOLD_MAX], [schedule.created_by], [account_id]):
        found = _living(tx, account_id, ids)
        if found:
            return found
    return []


def _living(tx: Tx, account_id: int, person_ids: Iterable[int]) -> list[Member]:
    found = members.by_ids(tx, account_id, sorted(person_ids))
    living = (one for one in found if one.status is not MemberStatus.DELETED)
    return sorted(living, key=lambda one: one.id)
