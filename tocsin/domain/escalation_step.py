"""What an escalation does next: tell a level, repeat, move on, or stop and say so.

A level is told at once when it is entered. It is told again every `notify_step` minutes, up to
`max_times` times, while nobody acknowledges. `escalate_window` minutes after it was entered the
next level is entered, unless somebody acknowledged meanwhile (`force_escalate`: even so).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.escalation import EscalationRule, Layer
from tocsin.domain.escalation_audience import Audience, Reached
from tocsin.domain.feed import Entry, EntryType, NotifyDetail
from tocsin.domain.incident import (
    EMAIL,
    NO_RULE,
    Assignment,
    AssignType,
    Cause,
    ClearTimer,
    Decision,
    Escalation,
    Incident,
    Next,
    Page,
    Progress,
    Responder,
    SetTimer,
    Stuck,
    TimerKind,
    settle,
)
from tocsin.domain.incident_escalation import is_held
from tocsin.domain.incident_people import assign_entry

_TYPES: Final = {
    Cause.CREATED: AssignType.ASSIGN,
    Cause.REOPENED: AssignType.REOPEN,
    Cause.ESCALATED: AssignType.ESCALATE,
    Cause.ASSIGNED: AssignType.ESCALATE,
}
_AGAIN: Final = frozenset({Cause.WOKEN, Cause.UNMUTED, Cause.RELEASED})


class Ground(Struct, frozen=True):
    """A rule as it stands for an incident now, and whom each of its levels reaches; `missing`
    says what the incident's labels want of it in vain."""

    rule: EscalationRule
    audiences: tuple[Audience, ...]
    missing: tuple[str, ...] = ()


class Deed(StrEnum):
    """What a level that was told does next."""

    REPEAT = "repeat"
    MOVE = "move"
    END = "end"


class Due(Struct, frozen=True):
    """What a level does next, and when (ms)."""

    deed: Deed
    at: int


def upcoming(layers: Sequence[Layer], escalation: Escalation, is_acknowledged: bool) -> Due | None:
    """What comes next of the level an escalation is at; None for nothing more."""
    layer = layers[escalation.layer_idx]
    entered, step, window = escalation.entered_at, layer.step_ms, layer.window_ms
    is_last = escalation.layer_idx == len(layers) - 1
    moves = Due(Deed.MOVE, entered + window) if window and not is_last else None
    if is_acknowledged:
        return moves if layer.force_escalate else None
    # The last message of a level that nothing follows has one more step to be answered in.
    over = moves or Due(Deed.END, entered + max(window, (layer.max_times + 1) * step))
    if escalation.repeats < layer.max_times:
        repeats = Due(Deed.REPEAT, entered + (escalation.repeats + 1) * step)
        return repeats if repeats.at < over.at else over
    return over


def enter(incident: Incident, ground: Ground, at: int, assignment_id: str, by: int = 0) -> Decision:
    """Tell the level the escalation is at; one that reaches nobody is passed over at once."""
    entries: list[Entry] = []
    first = incident.escalation.layer_idx
    for layer_idx in range(first, len(ground.audiences)):
        audience = ground.audiences[layer_idx]
        notes = (*(ground.missing if layer_idx == first else ()), *audience.missing)
        if audience.is_empty:
            why = f"level {layer_idx + 1} reaches nobody: {'; '.join(notes)}"
            entries.append(untold(ground.rule, layer_idx, why))
            continue
        if notes:
            entries.append(untold(ground.rule, layer_idx, "; ".join(notes)))
        told = _told(incident, ground, layer_idx, at, assignment_id, by)
        return replace(told, entries=(*entries, *told.entries))
    return unreached(incident, f"no level of rule {ground.rule.name} reaches anybody", entries)


def _told(
    incident: Incident, ground: Ground, layer_idx: int, at: int, assignment_id: str, by: int
) -> Decision:
    rule, audience = ground.rule, ground.audiences[layer_idx]
    before = incident.escalation
    entered = Escalation(
        next=Next.GO_ON,
        rule_id=rule.id,
        layer_idx=layer_idx,
        entered_at=at,
        is_forced=rule.layers[layer_idx].force_escalate,
        cause=before.cause,
    )
    assignment = Assignment(
        person_ids=audience.person_ids,
        emails=audience.emails,
        escalate_rule_id=rule.id,
        escalate_rule_name=rule.name,
        layer_idx=layer_idx,
        type=_type(incident, layer_idx),
        assigned_at=at,
        id=assignment_id,
    )
    changed = settle(
        replace(incident, escalation=entered, assigned_to=assignment, stuck=Stuck.NO),
        _responders(incident, audience, at),
    )
    cause = Cause.ESCALATED if layer_idx > before.layer_idx else before.cause
    page = _page(changed, ground, cause, audience.people, repeats=cause in _AGAIN)
    reason = f"level {layer_idx + 1} of rule {rule.name} is told because it was {cause}"
    # A person may hand over what is snoozed: it is told at once, and goes on when that is over.
    timers = () if is_held(changed, at) else _timers(rule, changed)
    # A person may hand it over before what was due of another level has come.
    then = timers or (ClearTimer(TimerKind.ESCALATE),)
    return Decision(changed, reason, (assign_entry(changed, by),), (page, *then))


def _type(incident: Incident, layer_idx: int) -> AssignType:
    if layer_idx > incident.escalation.layer_idx:
        return AssignType.ESCALATE
    known = incident.assigned_to.type or AssignType.ASSIGN
    return _TYPES.get(incident.escalation.cause, known)


def _responders(incident: Incident, audience: Audience, at: int) -> tuple[Responder, ...]:
    """Whom the level reaches, and whoever has it in hand; those named by hand take it over."""
    had = {one.person_id: one.acknowledged_at for one in incident.responders}
    new = tuple(Responder(one, at, had.get(one, 0)) for one in audience.person_ids)
    if incident.escalation.cause is Cause.ASSIGNED:
        return new
    reached = set(audience.person_ids)
    at_it = (one for one in incident.responders if one.acknowledged_at)
    return (*(one for one in at_it if one.person_id not in reached), *new)


def _page(
    incident: Incident, ground: Ground, cause: Cause, people: Sequence[Reached], *, repeats: bool
) -> Page:
    rule, layer_idx = ground.rule, incident.escalation.layer_idx
    layer = rule.layers[layer_idx]
    return Page(
        cause=cause,
        people=tuple(people),
        emails=incident.assigned_to.emails,
        robots=ground.audiences[layer_idx].robots,
        methods=layer.target.methods(incident.severity),
        layer_idx=layer_idx,
        rule_id=rule.id,
        rule_name=rule.name,
        template_id=rule.template_id,
        repeats=repeats,
    )


def go_on(incident: Incident, ground: Ground, at: int, assignment_id: str) -> Decision:
    """Do what has come due of the level that was told; an engine that was away does once what it
    missed."""
    rule, escalation = ground.rule, incident.escalation
    if escalation.layer_idx >= len(rule.layers):
        return _over(incident, rule, f"rule {rule.name} has no such level any more")
    due = upcoming(rule.layers, escalation, incident.progress is Progress.PROCESSING)
    if due is None:
        return Decision(incident, "somebody has it in hand")
    if due.at > at:
        again = SetTimer(TimerKind.ESCALATE, due.at)
        return Decision(incident, "its rule gives it longer", effects=(again,))
    match due.deed:
        case Deed.REPEAT:
            return _repeated(incident, ground, at)
        case Deed.MOVE:
            up = replace(escalation, layer_idx=escalation.layer_idx + 1, cause=Cause.ESCALATED)
            return enter(replace(incident, escalation=up), ground, at, assignment_id)
        case Deed.END:
            why = f"nobody acknowledged, and nothing follows level {escalation.layer_idx + 1}"
            return _over(incident, rule, f"{why} of rule {rule.name}: nobody is told again")


def _repeated(incident: Incident, ground: Ground, at: int) -> Decision:
    rule, escalation = ground.rule, incident.escalation
    layer = rule.layers[escalation.layer_idx]
    times = min(layer.max_times, (at - escalation.entered_at) // layer.step_ms)
    counted = replace(escalation, repeats=max(escalation.repeats + 1, times))
    changed = replace(incident, escalation=counted)
    people = tuple(
        Reached(one.person_id, f"still at level {escalation.layer_idx + 1}")
        for one in changed.responders
        if not one.acknowledged_at
    )
    page = _page(changed, ground, Cause.REPEATED, people, repeats=True)
    reason = f"nobody acknowledged; time {counted.repeats} of {layer.max_times} to tell again"
    return Decision(changed, reason, effects=(page, *_timers(rule, changed)))


def _timers(rule: EscalationRule, incident: Incident) -> tuple[SetTimer, ...]:
    acknowledged = incident.progress is Progress.PROCESSING
    due = upcoming(rule.layers, incident.escalation, acknowledged)
    return (SetTimer(TimerKind.ESCALATE, due.at),) if due else ()


def _over(incident: Incident, rule: EscalationRule, why: str) -> Decision:
    over = replace(incident.escalation, next=Next.NOTHING)
    changed = replace(incident, escalation=over, stuck=Stuck.UNANSWERED)
    return Decision(changed, why, (untold(rule, over.layer_idx, why),))


def unreached(incident: Incident, why: str, entries: Sequence[Entry] = ()) -> Decision:
    """Nobody is there to be told: the timeline says so, and the account's owner hears of it."""
    over = replace(incident.escalation, next=Next.NOTHING)
    changed = replace(incident, escalation=over, stuck=Stuck.UNREACHED)
    owner = Reached(incident.account_id, "the account's owner")
    warning = Page(Cause.UNREACHED, (owner,), methods=(EMAIL,), rule_id=over.rule_id or NO_RULE)
    said = tuple(entries) or (untold(None, over.layer_idx, why),)
    return Decision(changed, why, said, (warning, ClearTimer(TimerKind.ESCALATE)))


def untold(rule: EscalationRule | None, layer_idx: int, why: str) -> Entry:
    """The timeline entry that says why somebody, or everybody, is not told."""
    detail = NotifyDetail(
        rid="",
        fire_type="fire",
        layer_idx=layer_idx,
        by="",
        persons=(),
        escalate_rule_id=rule.id if rule else NO_RULE,
        escalate_rule_name=rule.name if rule else "",
        failed_reason=why,
    )
    return Entry(EntryType.NOTIFY, detail)
