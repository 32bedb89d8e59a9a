"""Who is there at an instant for the rules of an account to reach."""

import logging
from collections.abc import Mapping
from datetime import tzinfo

from tocsin.domain.escalation import EscalationRule, NotifyRule, Target
from tocsin.domain.escalation_audience import Audience, Crew, Roster, Watch, audience
from tocsin.domain.escalation_override import Directory, Wanted, overridden, wanted
from tocsin.domain.escalation_step import Ground
from tocsin.domain.interval import Interval
from tocsin.domain.member import MemberStatus
from tocsin.domain.schedule import duty
from tocsin.domain.schedule_plan import Schedule
from tocsin.engine import account_time
from tocsin.engine import schedule as schedule_engine
from tocsin.store import member as members
from tocsin.store import schedule as schedules
from tocsin.store import team as teams
from tocsin.store.database import PartFailed, Tx

IN_USE = 0

log = logging.getLogger(__name__)


def ground(
    tx: Tx, account_id: int, rule: EscalationRule, labels: Mapping[str, str], at: int
) -> Ground:
    """A rule as the labels of an incident want it, and whom its levels reach at an instant."""
    wishes = wanted(labels)
    if not wishes:
        return tx.once(("ground", rule.id, at), lambda: _reached(tx, account_id, rule, (), at))
    changed, missing = overridden(rule, wishes, _directory(tx, account_id, wishes))
    return _reached(tx, account_id, changed, missing, at)


def _reached(
    tx: Tx, account_id: int, rule: EscalationRule, missing: tuple[str, ...], at: int
) -> Ground:
    targets = [layer.target for layer in rule.layers]
    found = roster(tx, account_id, targets, at)
    return Ground(rule, tuple(audience(each, found) for each in targets), missing)


def of_notice(tx: Tx, account_id: int, rule: NotifyRule, at: int) -> Audience:
    """Whom a notification rule reaches at an instant."""
    return audience(rule.target, roster(tx, account_id, [rule.target], at))


def roster(tx: Tx, account_id: int, targets: list[Target], at: int) -> Roster:
    """Everybody whom these targets name and who is there at an instant."""
    team_ids = sorted({one for each in targets for one in each.team_ids or ()})
    schedule_ids = sorted({one for each in targets for one in each.schedules})
    crews = _crews(tx, account_id, tuple(team_ids)) if team_ids else {}
    watches: dict[int, Watch] = {}
    if schedule_ids:
        zone = account_time.zone(tx, account_id)
        found = schedules.by_ids(tx, account_id, schedule_ids)
        watches = {one.id: _watch(tx, one, zone, at) for one in found}
    named = {one for each in targets for one in each.person_ids or ()}
    named.update(one for crew in crews.values() for one in crew.person_ids)
    on_call = (people for watch in watches.values() for _, people in watch.on_call)
    named.update(one for people in on_call for one in people)
    return Roster(_living(tx, account_id, tuple(sorted(named))), crews, watches)


def _living(tx: Tx, account_id: int, person_ids: tuple[int, ...]) -> Mapping[int, str]:
    """The names of those of these people who were not deleted."""

    def read() -> dict[int, str]:
        found = members.by_ids(tx, account_id, person_ids)
        return {one.id: one.name for one in found if one.status is not MemberStatus.DELETED}

    return tx.remembered(("living", account_id, person_ids), read)


def _crews(tx: Tx, account_id: int, team_ids: tuple[int, ...]) -> Mapping[int, Crew]:
    def read() -> dict[int, Crew]:
        names = teams.names(tx, account_id, team_ids)
        people = teams.member_ids(tx, account_id, list(names))
        return {team_id: Crew(names[team_id], tuple(people[team_id])) for team_id in names}

    return tx.remembered(("crews", account_id, team_ids), read)


def _watch(tx: Tx, schedule: Schedule, zone: tzinfo, at: int) -> Watch:
    if schedule.status != IN_USE:
        return Watch(schedule.name, is_in_use=False)
    try:
        shift = tx.part(
            lambda: duty(schedule_engine.layers(tx, schedule), Interval(at, at + 1), zone).at(at)
        )
    except PartFailed as failure:
        log.exception("a schedule cannot be worked out", extra={"schedule": schedule.id})
        return Watch(schedule.name, problem=str(failure))
    on_call = shift.group.members if shift else ()
    return Watch(schedule.name, tuple((one.role_id, one.person_ids) for one in on_call))


def _directory(tx: Tx, account_id: int, wishes: tuple[Wanted, ...]) -> Directory:
    emails = {value.lower() for wish in wishes if wish.what == "emails" for value in wish.values}
    names = {value for wish in wishes if wish.what == "team_names" for value in wish.values}
    people = {
        email: found[0].id
        for email in sorted(emails)
        if (found := members.matching(tx, account_id, email=email))
    }
    crews = {
        name: team.id for name in sorted(names) if (team := teams.find(tx, account_id, name=name))
    }
    return Directory(people, crews)
