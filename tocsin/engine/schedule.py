"""Schedules in the store: who may write them, and who is on call by them."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from tocsin.domain.escalation import Robot
from tocsin.domain.interval import Interval
from tocsin.domain.member import MemberStatus
from tocsin.domain.schedule import Duty, Layer, duty
from tocsin.domain.schedule_plan import LayerPlan, Schedule, rules, source_ids
from tocsin.domain.shift_notice import check_notify, wanted
from tocsin.engine import schedule_watch
from tocsin.engine.access import require_known_team, require_team
from tocsin.engine.robot_secret import closed_robot
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ReferenceExist, ResourceNotFound
from tocsin.kernel.given import given
from tocsin.kernel.units import DAY
from tocsin.store import ical_link as links
from tocsin.store import ical_source as sources
from tocsin.store import member as members
from tocsin.store import reference
from tocsin.store import schedule as schedules
from tocsin.store.database import Tx

WINDOW_MS_MAX: Final = 45 * DAY
NEXT_LOOKAHEAD_MS: Final = 60 * DAY


class ScheduleWish(Struct, frozen=True):
    """What somebody wants a schedule to be; UNSET leaves a part as it is."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    team_id: int | UnsetType = UNSET
    layers: tuple[LayerPlan, ...] | UnsetType = UNSET
    notify: dict[str, Any] | UnsetType | None = UNSET
    status: int | UnsetType = UNSET


def seen(tx: Tx, caller: Caller, schedule_id: int) -> Schedule:
    """A schedule; ResourceNotFound for one that is unknown here."""
    found = schedules.get(tx, caller.account_id, schedule_id)
    if found is None:
        raise _unknown(schedule_id)
    return found


def create(tx: Tx, caller: Caller, wish: ScheduleWish) -> Schedule:
    """Keep a new schedule."""
    if not wish.name:
        raise InvalidParameter("{field} is required; send it", field="schedule_name")
    blank = Schedule(
        id=tx.ids.plain_number(),
        account_id=caller.account_id,
        team_id=0,
        name="",
        description="",
        status=0,
        layers=(),
        notify=None,
        created_at=tx.now,
        created_by=caller.member_id,
        updated_at=tx.now,
        updated_by=caller.member_id,
    )
    new = _carried_out(tx, caller, blank, wish)
    schedules.add(tx, new)
    schedule_watch.changed(tx, new)
    return new


def change(tx: Tx, caller: Caller, schedule_id: int, wish: ScheduleWish) -> None:
    """Change a schedule, which takes its team, its creator or an admin."""
    before = managed(tx, caller, schedule_id)
    after = _carried_out(tx, caller, before, wish)
    schedules.save(tx, after)
    schedule_watch.changed(tx, after)


def delete(tx: Tx, caller: Caller, schedule_ids: Sequence[int]) -> None:
    """Delete schedules that no rule needs, all or none."""
    for schedule_id in sorted(set(schedule_ids)):
        one = managed(tx, caller, schedule_id)
        refs = reference.refs(tx, caller.account_id, reference.SCHEDULE, one.id)
        if refs:
            raise ReferenceExist(
                "{name} is still used by {count} others; take them out there first",
                refs,
                name=one.name,
                count=len(refs),
            )
        schedule_watch.ended(tx, one)
    links.remove_of_schedules(tx, caller.account_id, schedule_ids)
    schedules.remove(tx, caller.account_id, schedule_ids)


def window(start: int, end: int, longest_ms: int = WINDOW_MS_MAX) -> Interval:
    """A window from `start` to `end` (ms); InvalidParameter for one that is none or too long."""
    if start >= end:
        raise InvalidParameter("{field} must lie after {other}", field="end", other="start")
    if end - start > longest_ms:
        raise InvalidParameter(
            "start and end may lie at most {maximum} days apart", maximum=longest_ms // DAY
        )
    return Interval(start, end)


def layers(tx: Tx, of: Schedule) -> list[Layer]:
    """The layers of a schedule, to compute with."""
    return planned(tx, of.account_id, of.layers)


def planned(tx: Tx, account_id: int, plans: Sequence[LayerPlan]) -> list[Layer]:
    """Layers as they were written, to compute with; InvalidParameter for what cannot be meant."""
    found = sources.by_ids(tx, account_id, source_ids(plans))
    return rules(plans, {one.id: one.slots for one in found})


def on_call(tx: Tx, schedule: Schedule, zone: tzinfo, at: int) -> Duty:
    """Who is on call at an instant, and who comes after them."""
    return duty(layers(tx, schedule), Interval(at, at + NEXT_LOOKAHEAD_MS), zone)


def managed(tx: Tx, caller: Caller, schedule_id: int) -> Schedule:
    """A schedule that the caller may change, locked."""
    found = schedules.get(tx, caller.account_id, schedule_id, lock=True)
    if found is None:
        raise _unknown(schedule_id)
    require_team(caller, [found.team_id], found.created_by)
    return found


def _carried_out(tx: Tx, caller: Caller, before: Schedule, wish: ScheduleWish) -> Schedule:
    after = replace(before, **given(asdict(wish)), updated_at=tx.now, updated_by=caller.member_id)
    if wish.team_id is not UNSET and wish.team_id:
        require_known_team(tx, caller.account_id, wish.team_id, ResourceNotFound)
        require_team(caller, [wish.team_id])
    wanted(after.notify)
    if wish.notify is not UNSET and wish.notify:
        check_notify(wish.notify)
        after = replace(after, notify=_sealed(tx, caller.account_id, wish.notify))
    rules(after.layers)
    _require_sources(tx, caller.account_id, after)
    _require_people(tx, caller.account_id, after)
    return after


def _require_people(tx: Tx, account_id: int, schedule: Schedule) -> None:
    named = sorted(schedule.person_ids)
    known = {
        one.id
        for one in members.by_ids(tx, account_id, named)
        if one.status is not MemberStatus.DELETED
    }
    for person_id in named:
        if person_id not in known:
            raise InvalidParameter(
                "{field}: no member has the id {value}", field="layers", value=person_id
            )


def _sealed(tx: Tx, account_id: int, notify: dict[str, Any]) -> dict[str, Any]:
    """What is asked for, its chats' secrets kept apart from it."""
    hooks = notify.get("webhooks") or ()
    robots = [closed_robot(tx, account_id, Robot(one["type"], one["settings"])) for one in hooks]
    older = {
        type_: closed_robot(tx, account_id, Robot(type_, {"token": token}))
        for type_, token in (notify.get("im") or {}).items()
    }
    sealed = dict(notify)
    if robots:
        sealed["webhooks"] = [{"type": one.type, "settings": one.settings} for one in robots]
    if older:
        sealed["im"] = {
            type_: one.settings["token"] for type_, one in older.items() if one.settings
        }
    return sealed


def _require_sources(tx: Tx, account_id: int, schedule: Schedule) -> None:
    known = {one.id for one in sources.by_ids(tx, account_id, schedule.source_ids)}
    for source_id in sorted(schedule.source_ids - known):
        raise InvalidParameter(
            "{field}: no calendar has the id {cal_id}", field="source_id", cal_id=source_id
        )


def _unknown(schedule_id: int) -> ResourceNotFound:
    return ResourceNotFound("no schedule has the id {schedule_id}", schedule_id=schedule_id)
