"""What may be done to calendars and their entries."""

from datetime import date
from typing import Final

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from tocsin.domain import public_holiday
from tocsin.domain.calendar import (
    ENTRIES_MAX,
    EVERY_DAY,
    LINKS_MAX,
    PER_ACCOUNT_MAX,
    Calendar,
    Entry,
    check_entry,
)
from tocsin.engine.access import require_known_team, require_team
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, InvalidParameter, ReferenceExist, ResourceNotFound
from tocsin.kernel.given import given
from tocsin.store import account as accounts
from tocsin.store import calendar as calendars
from tocsin.store import reference
from tocsin.store.database import Tx

ID_PREFIX: Final = "cal."
ENTRY_PREFIX: Final = "cale."
ZONE_DEFAULT: Final = "Asia/Shanghai"


class Wish(Struct, frozen=True):
    """What somebody wants a calendar to be; UNSET leaves a part as it is."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    team_id: int | UnsetType = UNSET
    workdays: tuple[int, ...] | UnsetType = UNSET
    extra_cal_ids: tuple[str, ...] | UnsetType = UNSET


class EntryWish(Struct, frozen=True):
    """What an entry is to say."""

    summary: str
    description: str
    start_at: date
    end_at: date
    is_off: bool


def create(tx: Tx, caller: Caller, wish: Wish) -> Calendar:
    """Keep a new calendar; BadRequest where the account has all it may, unless the caller says
    that this is meant."""
    accounts.lock(tx, caller.account_id)
    if not caller.lifts_calendar_limit and _is_full(tx, caller.account_id):
        raise BadRequest(
            "an account may have {maximum} calendars; delete one, or send the header "
            "Flashcat-Break-Cal-Limit: true",
            maximum=PER_ACCOUNT_MAX,
        )
    blank = Calendar(
        id=ID_PREFIX + tx.ids.short(),
        account_id=caller.account_id,
        team_id=0,
        name="",
        description="",
        time_zone=ZONE_DEFAULT,
        workdays=EVERY_DAY,
        extra_cal_ids=(),
        created_at=tx.now,
        created_by=caller.member_id,
        updated_at=tx.now,
        updated_by=caller.member_id,
    )
    new = _carried_out(tx, caller, blank, wish)
    calendars.add(tx, new)
    return new


def change(tx: Tx, caller: Caller, calendar_id: str, wish: Wish) -> None:
    """Change a calendar, which takes its team, its creator or an admin."""
    calendars.save(tx, _carried_out(tx, caller, managed(tx, caller, calendar_id), wish))


def delete(tx: Tx, caller: Caller, calendar_id: str) -> None:
    """Delete a calendar with its entries; ReferenceExist while rules go by it."""
    current = managed(tx, caller, calendar_id)
    refs = reference.refs(tx, current.account_id, reference.CALENDAR, current.id)
    if refs:
        raise ReferenceExist(
            "calendar {name} is used by rules of channels; change them first",
            refs,
            name=current.name,
        )
    calendars.remove(tx, current.account_id, current.id)


def managed(tx: Tx, caller: Caller, calendar_id: str) -> Calendar:
    """A calendar that the caller may change, locked."""
    if public_holiday.get(calendar_id):
        raise BadRequest(
            "{cal_id} is a public calendar, which nobody changes; make one of your own that is "
            "linked to it by extra_cal_ids",
            cal_id=calendar_id,
        )
    found = calendars.get(tx, caller.account_id, calendar_id, lock=True)
    if found is None:
        raise unknown(calendar_id)
    require_team(caller, [found.team_id], found.created_by)
    return found


def put_entry(tx: Tx, caller: Caller, calendar_id: str, entry_id: str, wish: EntryWish) -> Entry:
    """Write an entry of a calendar: the one with that id, or a new one."""
    of = managed(tx, caller, calendar_id)
    check_entry(wish.start_at, wish.end_at)
    if entry_id:
        changed = replace(
            _held(tx, of, entry_id),
            summary=wish.summary,
            description=wish.description,
            start_at=wish.start_at,
            end_at=wish.end_at,
            is_off=wish.is_off,
            updated_at=tx.now,
        )
        calendars.save_entry(tx, changed)
        return changed
    if len(calendars.entries(tx, of.account_id, of.id)) >= ENTRIES_MAX:
        raise BadRequest(
            "a calendar may have {maximum} entries; delete some first", maximum=ENTRIES_MAX
        )
    new = Entry(
        id=ENTRY_PREFIX + tx.ids.short(),
        account_id=of.account_id,
        calendar_id=of.id,
        summary=wish.summary,
        description=wish.description,
        start_at=wish.start_at,
        end_at=wish.end_at,
        is_off=wish.is_off,
        created_at=tx.now,
        created_by=caller.member_id,
        updated_at=tx.now,
    )
    calendars.add_entry(tx, new)
    return new


def remove_entry(tx: Tx, caller: Caller, calendar_id: str, entry_id: str) -> None:
    """Remove an entry of a calendar."""
    of = managed(tx, caller, calendar_id)
    calendars.remove_entry(tx, of.account_id, _held(tx, of, entry_id).id)


def unknown(calendar_id: str) -> ResourceNotFound:
    """The failure of naming a calendar that is not there."""
    return ResourceNotFound("no calendar has the id {cal_id}", cal_id=calendar_id)


def _held(tx: Tx, of: Calendar, entry_id: str) -> Entry:
    found = calendars.entry(tx, of.account_id, entry_id, lock=True)
    if found is None or found.calendar_id != of.id:
        raise ResourceNotFound(
            "calendar {cal_id} has no entry with the id {event_id}",
            cal_id=of.id,
            event_id=entry_id,
        )
    return found


def _is_full(tx: Tx, account_id: int) -> bool:
    return calendars.count(tx, account_id) >= PER_ACCOUNT_MAX


def _carried_out(tx: Tx, caller: Caller, before: Calendar, wish: Wish) -> Calendar:
    after = replace(before, **given(asdict(wish)), updated_at=tx.now, updated_by=caller.member_id)
    if after.team_id and after.team_id != before.team_id:
        require_known_team(tx, caller.account_id, after.team_id)
        require_team(caller, [after.team_id])
    if len(after.extra_cal_ids) > LINKS_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} entries", field="extra_cal_ids", maximum=LINKS_MAX
        )
    for linked in after.extra_cal_ids:
        if public_holiday.get(linked) is None:
            raise InvalidParameter(
                "{field}: {value} is no public calendar; /calendar/list with kind "
                "region.official.holiday lists them",
                field="extra_cal_ids",
                value=linked,
            )
    return replace(after, workdays=tuple(sorted(set(after.workdays))))
