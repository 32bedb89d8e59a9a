"""When schedules are looked at next: whatever changes one calls this.

People are told a moment after a change, so that somebody who is still at it tells nobody twice.
"""

from typing import Final

from msgspec.structs import replace

from tocsin.domain.schedule_plan import Schedule
from tocsin.domain.shift_notice import wanted
from tocsin.kernel.units import MINUTE
from tocsin.store import notice, timer
from tocsin.store import schedule_watch as watches
from tocsin.store.database import Tx
from tocsin.store.schedule_watch import ScheduleWatch

SHIFTS: Final = "schedule.shifts"
GAPS: Final = "schedule.gaps"
SHIFTS_SETTLE_MS: Final = MINUTE
GAPS_SETTLE_MS: Final = 5 * MINUTE
IN_USE: Final = 0


def subject_of(schedule_id: int) -> str:
    """What notices about a schedule are filed under."""
    return f"schedule {schedule_id}"


def changed(tx: Tx, schedule: Schedule) -> None:
    """Look at a schedule anew, as it, or what it is made of, has changed. It is locked."""
    subject = str(schedule.id)
    if schedule.status != IN_USE:
        timer.clear(tx, SHIFTS, subject)
        timer.clear(tx, GAPS, subject)
        return
    timer.set_(tx, schedule.account_id, GAPS, subject, tx.now + GAPS_SETTLE_MS)
    waiting = timer.get(tx, SHIFTS, subject)
    if not wanted(schedule.notify).is_on:
        timer.clear(tx, SHIFTS, subject)
        return
    if waiting is None:
        watches.put(tx, replace(watch_of(tx, schedule), checked_at=tx.now))
    if waiting is None or waiting.due_at > tx.now + SHIFTS_SETTLE_MS:
        timer.set_(tx, schedule.account_id, SHIFTS, subject, tx.now + SHIFTS_SETTLE_MS)


def watch_of(tx: Tx, schedule: Schedule) -> ScheduleWatch:
    """How far a schedule was looked at; up to now if never before."""
    found = watches.get(tx, schedule.account_id, schedule.id)
    return found or ScheduleWatch(schedule.account_id, schedule.id, tx.now)


def ended(tx: Tx, schedule: Schedule) -> None:
    """A schedule was deleted."""
    timer.clear(tx, SHIFTS, str(schedule.id))
    timer.clear(tx, GAPS, str(schedule.id))
    notice.forget(tx, schedule.account_id, [subject_of(schedule.id)])
    watches.remove(tx, schedule.account_id, schedule.id)
