"""Everything that decides whom incidents reach in the days to come, read at once."""

import logging
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from functools import partial
from typing import Final

from msgspec import Struct

from tocsin.domain.coverage import Reachable, edges
from tocsin.domain.escalation import EscalationRule, Target
from tocsin.domain.escalation_audience import Crew, Roster, Watch
from tocsin.domain.interval import Interval
from tocsin.domain.schedule import Shift, duty
from tocsin.domain.schedule_plan import Schedule
from tocsin.domain.time_filter import Calendar
from tocsin.engine import account_time, reachable
from tocsin.engine import schedule as engine
from tocsin.engine.schedule_watch import IN_USE
from tocsin.kernel.units import DAY
from tocsin.store import schedule as schedules
from tocsin.store import team as teams
from tocsin.store.database import PartFailed, Tx

_LATER_MS: Final = DAY

log = logging.getLogger(__name__)


class Planned(Struct, frozen=True):
    """A schedule and its shifts in the window, in order and apart; `starts` are theirs. `problem`
    says why it cannot be worked out."""

    name: str
    is_in_use: bool
    starts: tuple[int, ...] = ()
    shifts: tuple[Shift, ...] = ()
    problem: str = ""

    def watch(self, at: int) -> Watch:
        """Who is on call at an instant."""
        if not self.is_in_use:
            return Watch(self.name, is_in_use=False)
        if self.problem:
            return Watch(self.name, problem=self.problem)
        position = bisect_right(self.starts, at) - 1
        if position < 0 or self.shifts[position].span.end <= at:
            return Watch(self.name)
        members_ = self.shifts[position].group.members
        return Watch(self.name, tuple((one.role_id, one.person_ids) for one in members_))


class Outlook(Struct, frozen=True):
    """What holds for some rules within a window. `people` are the members there are."""

    account_id: int
    window: Interval
    zone: tzinfo
    people: Mapping[int, Reachable]
    names: Mapping[int, str]
    crews: Mapping[int, Crew]
    planned: Mapping[int, Planned]
    calendars: Mapping[str, Calendar]

    def roster(self, target: Target, at: int) -> Roster:
        """Everybody whom a target may name, at an instant."""
        named = (one for one in target.schedules if one in self.planned)
        watches = {one: self.planned[one].watch(at) for one in named}
        return Roster(self.names, self.crews, watches)

    def handoffs(self, targets: Iterable[Target]) -> set[int]:
        """When who is on call for any of these targets changes."""
        return {
            edge
            for schedule in self._schedules(targets)
            for one in schedule.shifts
            for edge in (one.span.start, one.span.end)
        }

    def quiet_edges(self, targets: list[Target]) -> Iterator[int]:
        """When anybody whom these targets may name begins or ends to be quiet."""
        ids = {one for each in targets for one in each.person_ids or ()}
        for each in targets:
            crews = (self.crews.get(one) for one in each.team_ids or ())
            ids.update(id_ for crew in crews if crew for id_ in crew.person_ids)
        for schedule in self._schedules(targets):
            ids.update(id_ for one in schedule.shifts for id_ in one.group.person_ids)
        for id_ in sorted(ids):
            person = self.people.get(id_)
            if person and person.preference.quiet:
                yield from edges(person.preference.quiet, self.window, person.zone)

    def _schedules(self, targets: Iterable[Target]) -> list[Planned]:
        ids = {one for each in targets for one in each.schedules}
        return [self.planned[one] for one in sorted(ids) if one in self.planned]


def load(
    tx: Tx,
    account_id: int,
    rules: list[EscalationRule],
    window: Interval,
) -> Outlook:
    """What holds for rules within a window."""
    targets = [layer.target for rule in rules for layer in rule.layers]
    team_ids = sorted({one for each in targets for one in each.team_ids or ()})
    schedule_ids = sorted({one for each in targets for one in each.schedules})
    zone = account_time.zone(tx, account_id)
    people = reachable.everybody(tx, account_id)
    windows = [one for rule in rules for one in rule.windows]
    return Outlook(
        account_id=account_id,
        window=window,
        zone=zone,
        people=people,
        names={id_: one.name for id_, one in people.items()},
        crews=_crews(tx, account_id, team_ids),
        planned=_planned(tx, account_id, schedule_ids, window, zone),
        calendars=account_time.calendars(tx, account_id, account_time.named(windows)),
    )


def _crews(tx: Tx, account_id: int, team_ids: list[int]) -> dict[int, Crew]:
    names = teams.names(tx, account_id, team_ids) if team_ids else {}
    found = teams.member_ids(tx, account_id, list(names))
    return {team_id: Crew(names[team_id], tuple(found[team_id])) for team_id in names}


def _planned(
    tx: Tx, account_id: int, schedule_ids: list[int], window: Interval, zone: tzinfo
) -> dict[int, Planned]:
    # Levels are told later than incidents begin.
    reach = Interval(window.start, window.end + _LATER_MS)
    planned: dict[int, Planned] = {}
    for one in schedules.by_ids(tx, account_id, schedule_ids) if schedule_ids else ():
        try:
            shifts = tx.part(partial(_shifts, tx, one, reach, zone))
        except PartFailed as failure:
            log.exception("a schedule cannot be worked out", extra={"schedule": one.id})
            planned[one.id] = Planned(one.name, one.status == IN_USE, problem=str(failure))
            continue
        starts = tuple(each.span.start for each in shifts)
        planned[one.id] = Planned(one.name, one.status == IN_USE, starts, shifts)
    return planned


def _shifts(tx: Tx, of: Schedule, reach: Interval, zone: tzinfo) -> tuple[Shift, ...]:
    return duty(engine.layers(tx, of), reach, zone).final
