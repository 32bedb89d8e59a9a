"""Who has an incident: assigning it, and adding people to it."""

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.feed import AddResponderDetail, AssignDetail, Entry, EntryType
from tocsin.domain.incident import (
    NO_RULE,
    Assignment,
    AssignType,
    Cause,
    Decision,
    Escalation,
    Incident,
    Next,
    Notify,
    Responder,
    Stuck,
    required_open,
    settle,
    unchanged,
)
from tocsin.domain.incident_escalation import ended
from tocsin.kernel.units import seconds


class Handover(Struct, frozen=True):
    """Whom an incident is to go to, and the methods to tell them by; none is their preference.

    `type` only where the caller names it.
    """

    person_ids: tuple[int, ...] = ()
    emails: tuple[str, ...] = ()
    type: AssignType = AssignType.NOBODY
    methods: tuple[str, ...] = ()


def assign(
    incident: Incident, to: Handover, by: int, at: int, assignment_id: str, cause: Cause
) -> Decision:
    """Hand it to these people in place of those who had it, and tell them.

    Whoever had acknowledged it before keeps that; if none of the new ones had, it is Triggered.
    """
    required_open(incident)
    had = {r.person_id: r.acknowledged_at for r in incident.responders}
    people = tuple(dict.fromkeys(to.person_ids))
    emails = tuple(dict.fromkeys(to.emails))
    responders = tuple(Responder(person, at, had.get(person, 0)) for person in people)
    derived = AssignType.REASSIGN if incident.assigned_to.assigned_at else AssignType.ASSIGN
    assignment = Assignment(
        person_ids=people,
        emails=emails,
        type=to.type or derived,
        assigned_at=at,
        id=assignment_id,
    )
    freed = ended(incident)
    changed = settle(replace(freed.incident, assigned_to=assignment), responders)
    return Decision(
        changed,
        "a person handed it over",
        (assign_entry(changed, by),),
        (*freed.effects, Notify(cause, people, emails, to.methods)),
    )


def handed_to_rule(incident: Incident, rule_id: str, layer_idx: int) -> Incident:
    """The incident as a rule is to take it from a level on; whoever had it has it no more."""
    required_open(incident)
    wanted = Escalation(Next.ENTER, rule_id, layer_idx, cause=Cause.ASSIGNED)
    return replace(incident, escalation=wanted, stuck=Stuck.NO)


def assign_entry(incident: Incident, by: int) -> Entry:
    """The timeline entry of the incident's latest assignment."""
    held = incident.assigned_to
    detail = AssignDetail(
        person_ids=held.person_ids,
        escalate_rule_id=held.escalate_rule_id or NO_RULE,
        layer_idx=held.layer_idx,
        type=held.type,
        emails=held.emails,
        escalate_rule_name=held.escalate_rule_name,
        assigned_at=seconds(held.assigned_at),
        id=held.id,
        to=tuple(r.person_id for r in incident.responders),
    )
    return Entry(EntryType.ASSIGN, detail, by)


def add_responders(
    incident: Incident, person_ids: tuple[int, ...], by: int, at: int, methods: tuple[str, ...]
) -> Decision:
    """These people join those who have it, and are told; whoever is on it already is not."""
    required_open(incident)
    present = {r.person_id for r in incident.responders}
    new = tuple(p for p in dict.fromkeys(person_ids) if p not in present)
    if not new:
        return unchanged(incident, "all of them were on it before")
    responders = (*incident.responders, *(Responder(person, at) for person in new))
    return Decision(
        settle(incident, responders),
        "a person called others in",
        (Entry(EntryType.ADD_RESPONDER, AddResponderDetail(new), by),),
        (Notify(Cause.ADDED, new, methods=methods),),
    )
