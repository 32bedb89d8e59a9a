"""Secret addresses of shifts: made, taken away, and what stands behind them."""

from datetime import timedelta, tzinfo
from typing import Final

from msgspec import Struct

from tocsin.domain.ical import Event, written
from tocsin.domain.ical_link import IcalLink
from tocsin.domain.interval import Interval, merged
from tocsin.domain.member import MemberStatus
from tocsin.domain.schedule import ROLES, Duty, Shift, duty
from tocsin.domain.schedule_plan import Schedule
from tocsin.domain.wall_clock import add_months, instant, midnight, wall_time
from tocsin.engine import account_time
from tocsin.engine import schedule as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.text import digest
from tocsin.kernel.units import HOUR
from tocsin.store import account as accounts
from tocsin.store import ical_link as links
from tocsin.store import member as members
from tocsin.store import schedule as schedules
from tocsin.store.database import Tx

MONTHS_AHEAD: Final = 4
PLACE: Final = "/ical/"


class File(Struct, frozen=True):
    """A calendar as it is read: its text, and the address that leads to it."""

    text: str
    link: IcalLink


def of_schedule(tx: Tx, caller: Caller, schedule_id: int) -> IcalLink | None:
    """The address of a schedule's shifts, if there is one."""
    engine.seen(tx, caller, schedule_id)
    return links.get(tx, caller.account_id, schedule_id, 0)


def of_caller(tx: Tx, caller: Caller) -> IcalLink | None:
    """The address of the caller's own shifts, if there is one."""
    return links.get(tx, caller.account_id, 0, caller.member_id)


def open_schedule(tx: Tx, caller: Caller, schedule_id: int) -> str:
    """A new address of a schedule's shifts, which ends the one before; takes who may change it."""
    engine.managed(tx, caller, schedule_id)
    return _open(tx, caller, schedule_id, 0)


def open_own(tx: Tx, caller: Caller) -> str:
    """A new address of the caller's own shifts, which ends the one before."""
    return _open(tx, caller, 0, caller.member_id)


def close_schedule(tx: Tx, caller: Caller, schedule_id: int) -> None:
    """End the address of a schedule's shifts."""
    engine.managed(tx, caller, schedule_id)
    links.remove(tx, caller.account_id, schedule_id, 0)


def close_own(tx: Tx, caller: Caller) -> None:
    """End the address of the caller's own shifts."""
    links.remove(tx, caller.account_id, 0, caller.member_id)


def read(tx: Tx, secret: str) -> File | None:
    """What a secret leads to; None for one that leads nowhere, or to somebody who has left."""
    link = links.by_hash(tx, digest(secret))
    if link is None:
        return None
    zone = account_time.zone(tx, link.account_id)
    zone_name = accounts.get(tx, link.account_id).time_zone
    if link.schedule_id:
        found = schedules.get(tx, link.account_id, link.schedule_id)
        if found is None:
            return None
        return File(written(found.name, zone_name, _of_schedule(tx, found, zone)), link)
    people = members.by_ids(tx, link.account_id, [link.person_id])
    if not people or people[0].status is MemberStatus.DELETED:
        return None
    events = [
        event
        for one in schedules.of_person(tx, link.account_id, link.person_id)
        for event in _of_person(tx, one, zone, link.person_id)
    ]
    return File(written(f"On call: {people[0].name}", zone_name, events), link)


def is_news(tx: Tx, link: IcalLink) -> bool:
    """Whether a reading is to be noted; once an hour is enough."""
    return tx.now - link.read_at >= HOUR


def note_reading(tx: Tx, link: IcalLink) -> None:
    """Remember that an address is in use."""
    links.was_read(tx, link, tx.now)


def _open(tx: Tx, caller: Caller, schedule_id: int, person_id: int) -> str:
    secret = tx.ids.hex32()
    link = IcalLink(
        account_id=caller.account_id,
        schedule_id=schedule_id,
        person_id=person_id,
        hash=digest(secret),
        created_at=tx.now,
        created_by=caller.member_id,
    )
    links.put(tx, link)
    return f"{tx.site.public_url}{PLACE}{secret}.ics"


def _of_schedule(tx: Tx, of: Schedule, zone: tzinfo) -> list[Event]:
    found = [one for one in _duty(tx, of, zone).final if one.group.person_ids]
    people = {person_id for one in found for person_id in one.group.person_ids}
    names = members.names(tx, of.account_id, sorted(people))
    return [
        _event(
            of,
            one.span,
            f"shift-{of.id}-{one.span.start // 1000}",
            f"{', '.join(names.get(each, '?') for each in one.group.person_ids)} – {of.name}",
            _roles(one, names),
        )
        for one in found
    ]


def _of_person(tx: Tx, of: Schedule, zone: tzinfo, person_id: int) -> list[Event]:
    """A person's own time on call: what others have at the same time does not cut it."""
    found = _duty(tx, of, zone).final
    mine = merged(one.span for one in found if person_id in one.group.person_ids)
    return [
        _event(of, span, f"shift-{of.id}-{person_id}-{span.start // 1000}", of.name, "")
        for span in mine
    ]


def _duty(tx: Tx, of: Schedule, zone: tzinfo) -> Duty:
    """From the first of last month on: what is cut there begins alike for a month, so that a
    reader knows it again."""
    first = midnight(wall_time(tx.now, zone).date()).replace(day=1) - timedelta(days=1)
    window = Interval(
        instant(first.replace(day=1), zone), instant(add_months(first, MONTHS_AHEAD + 1), zone)
    )
    return duty(engine.layers(tx, of), window, zone)


def _roles(shift: Shift, names: dict[int, str]) -> str:
    return "\n".join(
        f"{ROLES.get(one.role_id, one.role_id)}: {', '.join(names.get(i, '?') for i in one.person_ids)}"
        for one in shift.group.members
        if one.role_id and one.person_ids
    )


def _event(of: Schedule, span: Interval, name: str, summary: str, description: str) -> Event:
    return Event(
        uid=f"{name}@tocsin",
        start=span.start,
        end=span.end,
        summary=summary,
        description=description,
        changed_at=of.updated_at,
        sequence=(of.updated_at - of.created_at) // 1000,
    )
