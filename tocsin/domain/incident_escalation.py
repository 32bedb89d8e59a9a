"""What happens to an escalation when something happens to its incident.

The timer of an escalation is set exactly while it has something to do and nothing holds it back:
not while the incident is closed, snoozed or muted, nor while somebody has it in hand, unless the
level goes on all the same.
"""

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.incident import (
    Cause,
    ClearTimer,
    Effect,
    Escalation,
    Incident,
    Next,
    Progress,
    SetTimer,
    Stuck,
    TimerKind,
)


class Moved(Struct, frozen=True):
    """The incident with its escalation moved, and what follows."""

    incident: Incident
    effects: tuple[Effect, ...] = ()


def is_ruled(incident: Incident) -> bool:
    """Whether a rule has it in hand, or is yet to be chosen."""
    return bool(incident.escalation.next or incident.escalation.rule_id)


def is_held(incident: Incident, at: int) -> bool:
    """Whether nobody may be told of it by itself."""
    closed = incident.progress is Progress.CLOSED
    return closed or incident.snoozed_before > 0 or incident.muted_until > at


def goes_on(incident: Incident) -> bool:
    """Whether its escalation goes on although somebody has it in hand."""
    return incident.escalation.next is Next.GO_ON and incident.escalation.is_forced


def begun(incident: Incident, at: int) -> Moved:
    """A rule is to be chosen for an incident that began."""
    return _moved(incident, Escalation(Next.CHOOSE), at)


def paused(incident: Incident, at: int) -> tuple[Effect, ...]:
    """Somebody took it in hand. A level that goes on all the same tells nobody again, so when it
    has something to do is to be seen anew."""
    if not incident.escalation.next:
        return ()
    if goes_on(incident) and not is_held(incident, at):
        return (SetTimer(TimerKind.ESCALATE, at),)
    return (ClearTimer(TimerKind.ESCALATE),)


def stilled(incident: Incident) -> tuple[Effect, ...]:
    """Nobody is to be told for a while, whoever has it."""
    return (ClearTimer(TimerKind.ESCALATE),) if incident.escalation.next else ()


def resumed(incident: Incident, cause: Cause, at: int, then: Next = Next.ENTER) -> Moved:
    """What held it back is over: its level is told again, from the beginning."""
    if not is_ruled(incident):
        return Moved(incident)
    if incident.progress is Progress.PROCESSING:
        held = is_held(incident, at) or not goes_on(incident)
        return Moved(incident, () if held else (SetTimer(TimerKind.ESCALATE, at),))
    if incident.escalation.next is Next.CHOOSE:
        return _moved(incident, incident.escalation, at)
    return _moved(incident, replace(incident.escalation, next=then, cause=cause), at)


def raised(incident: Incident, at: int) -> Moved:
    """It became worse: rules are tried anew, unless people were named by hand or have it."""
    if not incident.channel_id or incident.progress is not Progress.TRIGGERED:
        return Moved(incident)
    if incident.assigned_to.assigned_at and not is_ruled(incident):
        return Moved(incident)
    if incident.escalation.next is Next.CHOOSE:
        return Moved(incident)
    chosen = replace(incident.escalation, next=Next.CHOOSE, cause=Cause.RAISED)
    return _moved(incident, chosen, at)


def restarted(incident: Incident, at: int) -> Moved:
    """It was opened again: its rule begins again, or one is chosen."""
    rule_id = incident.escalation.rule_id
    then = Next.ENTER if rule_id else Next.CHOOSE
    return _moved(incident, Escalation(then, rule_id, cause=Cause.REOPENED), at)


def ended(incident: Incident) -> Moved:
    """People were named by hand: no rule has it any more."""
    gone = replace(incident, escalation=Escalation(), stuck=Stuck.NO)
    return Moved(gone, stilled(incident))


def _moved(incident: Incident, escalation: Escalation, at: int) -> Moved:
    changed = replace(incident, escalation=escalation)
    if is_held(changed, at):
        return Moved(changed)
    return Moved(changed, (SetTimer(TimerKind.ESCALATE, at),))
