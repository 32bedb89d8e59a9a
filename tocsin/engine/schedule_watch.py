"""When schedules are looked at next: whatever changes one calls this.

People are told a moment after a change, so that somebody who is still at it tells nobody twice.
"""

from typing import Final

from tocsin.domain.schedule_plan import Schedule
from tocsin.domain.shift_notice import wanted
from tocsin.kernel.units import MINUTE
from tocsin.store import schedule_watch as watches
from tocsin.store import timer
from tocsin.store.database import Tx
from tocsin.store.schedule_watch import ScheduleWatch

SHIFTS: Final = "schedule.shifts"
SETTLE_MS: Final = MINUTE
IN_USE: Final = 0


def changed(tx: Tx, schedule: Schedule) -> None:
    """Look at a schedule anew, as it, or what it is made of, has changed. It is locked."""
    subject = str(schedule.id)
    if schedule.status != IN_USE or not wanted(schedule.notify).is_on:
        timer.clear(tx, SHIFTS, subject)
        watches.remove(tx, schedule.account_id, [schedule.id])
        return
    if watches.get(tx, schedule.account_id, schedule.id) is None:
        watches.put(tx, ScheduleWatch(schedule.account_id, schedule.id, tx.now))
    waiting = timer.get(tx, SHIFTS, subject)
    if waiting is None or waiting.due_at > tx.now + SETTLE_MS:
        timer.set_(tx, schedule.account_id, SHIFTS, subject, tx.now + SETTLE_MS)


def ended(tx: Tx, schedule: Schedule) -> None:
    """A schedule was deleted."""
    timer.clear(tx, SHIFTS, str(schedule.id))
    watches.remove(tx, schedule.account_id, [schedule.id])
