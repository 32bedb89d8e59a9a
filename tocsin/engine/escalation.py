"""Escalation of incidents: every step chooses, tells and sets its next timer in one transaction.

A rule is read anew at each step, so that what somebody changes about it holds from the next step
on. Whoever steps an incident holds its lock.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tocsin.domain import escalation_step
from tocsin.domain.escalation import EscalationRule, NotifyRule
from tocsin.domain.escalation_choice import Choice, Verdict, choose, judge
from tocsin.domain.incident import (
    Cause,
    Decision,
    Effect,
    Escalation,
    Incident,
    Next,
    Page,
    Progress,
    SetTimer,
    TimerKind,
    unchanged,
)
from tocsin.domain.incident_escalation import is_held
from tocsin.domain.subject import of_incident
from tocsin.domain.time_filter import Moment
from tocsin.domain.timer import Timer
from tocsin.engine import account_time, escalation_roster
from tocsin.engine.incident_effects import keep_all
from tocsin.store import incident as incidents
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.escalation import ESCALATIONS, NOTICES


def fire(tx: Tx, fired: Timer) -> None:
    """The timer of an escalation came due."""
    fire_together(tx, [fired])


def fire_together(tx: Tx, fired: Sequence[Timer]) -> None:
    """The timers of some escalations of one account came due."""
    if fired:
        subjects = [one.subject for one in fired]
        found = incidents.find(tx, fired[0].account_id, subjects, lock=True)
        keep_all(tx, [(one, _step(tx, one)) for one in found])


def hand_over(tx: Tx, wanted: Incident, by: int) -> Decision:
    """A person handed an incident to a level of a rule, which is told at once."""
    rule = _rule(tx, wanted)
    assert rule is not None, "the caller has looked for it"
    return _entered(tx, wanted, rule, by)


def _step(tx: Tx, incident: Incident) -> Decision:
    escalation = incident.escalation
    if is_held(incident, tx.now):
        return unchanged(incident, "nobody is to be told of it now")
    if incident.progress is Progress.PROCESSING and escalation.next is not Next.GO_ON:
        return unchanged(incident, "somebody has it in hand")
    if escalation.next is Next.NOTHING:
        return unchanged(incident, "no rule has it")
    if escalation.next is Next.CHOOSE:
        return _chosen(tx, incident)
    rule = _rule(tx, incident)
    if rule is None:
        return _orphaned(tx, incident)
    if escalation.next is Next.WAIT:
        return _waited(tx, incident, rule)
    if escalation.next is Next.ENTER:
        return _entered(tx, incident, rule)
    ground = escalation_roster.ground(tx, incident.account_id, rule, incident.labels, tx.now)
    return escalation_step.go_on(incident, ground, tx.now, tx.ids.short())


def _rule(tx: Tx, incident: Incident) -> EscalationRule | None:
    rule_id = incident.escalation.rule_id
    return tx.remembered(
        ("escalation rule", rule_id),
        lambda: rules.get(tx, ESCALATIONS, incident.account_id, rule_id),
    )


def _entered(tx: Tx, incident: Incident, rule: EscalationRule, by: int = 0) -> Decision:
    ground = escalation_roster.ground(tx, incident.account_id, rule, incident.labels, tx.now)
    return escalation_step.enter(incident, ground, tx.now, tx.ids.short(), by)


def _waited(tx: Tx, incident: Incident, rule: EscalationRule) -> Decision:
    """Somebody woke it, and has as long as the level waits before it repeats to answer."""
    layer = rule.layers[min(incident.escalation.layer_idx, len(rule.layers) - 1)]
    told_next = replace(incident.escalation, next=Next.ENTER)
    due = SetTimer(TimerKind.ESCALATE, tx.now + layer.step_ms)
    return Decision(replace(incident, escalation=told_next), "somebody woke it", effects=(due,))


def _orphaned(tx: Tx, incident: Incident) -> Decision:
    """Its rule was deleted: the others of the channel are tried."""
    afresh = replace(incident, escalation=Escalation(Next.CHOOSE, cause=Cause.ESCALATED))
    choice = _choose(tx, afresh)
    if choice.rule is None:
        why = f"its escalation rule was deleted, and no other takes it: {choice.reason}"
        return escalation_step.unreached(afresh, why)
    return _taken(tx, afresh, choice, choice.rule)


def _choose(tx: Tx, incident: Incident) -> Choice:
    of = (incident.account_id, incident.channel_id)
    known = tx.remembered(("escalation rules", *of), lambda: rules.of_channel(tx, ESCALATIONS, *of))
    moment = _moment(tx, incident, "escalation rules", known)
    return choose(known, of_incident(incident), moment)


def _moment(
    tx: Tx, incident: Incident, what: str, known: Iterable[EscalationRule | NotifyRule]
) -> Moment:
    """Now, as the windows of a channel's rules see it."""
    windows = [window for rule in known for window in rule.windows]
    return tx.once(
        ("moment", what, incident.account_id, incident.channel_id),
        lambda: account_time.moment(tx, incident.account_id, tx.now, windows),
    )


def _chosen(tx: Tx, incident: Incident) -> Decision:
    choice = _choose(tx, incident)
    began = incident.escalation.cause is Cause.CREATED
    notices = _notices(tx, incident) if began else ()
    if choice.rule is None:
        decision = _untaken(tx, incident, choice)
    else:
        decision = _taken(tx, incident, choice, choice.rule)
    return replace(decision, effects=(*notices, *decision.effects))


def _untaken(tx: Tx, incident: Incident, choice: Choice) -> Decision:
    """No rule takes it: one that had it goes on, else nobody is told, and the timeline says so."""
    had = incident.escalation
    if had.entered_at and _rule(tx, incident):
        going_on = replace(incident, escalation=replace(had, next=Next.GO_ON))
        due = SetTimer(TimerKind.ESCALATE, tx.now)
        return Decision(going_on, f"its rule keeps it: {choice.reason}", effects=(due,))
    entries = (escalation_step.untold(None, 0, f"nobody is told: {choice.reason}"),)
    return Decision(replace(incident, escalation=Escalation()), choice.reason, entries)


def _taken(tx: Tx, incident: Incident, choice: Choice, rule: EscalationRule) -> Decision:
    """A rule takes it: its first level is told, once there was time to gather alerts."""
    had = incident.escalation
    if rule.id == had.rule_id:
        wanted = replace(had, next=Next.ENTER)
    else:
        wanted = Escalation(Next.ENTER, rule.id, cause=had.cause)
    taken = replace(incident, escalation=wanted)
    gathered_at = incident.created_at + rule.aggregation_ms
    if not wanted.entered_at and gathered_at > tx.now:
        due = SetTimer(TimerKind.ESCALATE, gathered_at)
        return Decision(taken, f"{choice.reason}, after gathering alerts", effects=(due,))
    decision = _entered(tx, taken, rule)
    return replace(decision, reason=f"{decision.reason}; {choice.reason}")


def _notices(tx: Tx, incident: Incident) -> tuple[Effect, ...]:
    """Whom the channel's notification rules tell beside, once, as it begins."""
    of = (incident.account_id, incident.channel_id)
    known = tx.remembered(("notices", *of), lambda: rules.in_force(tx, NOTICES, *of))
    if not known:
        return ()
    subject = of_incident(incident)
    moment = _moment(tx, incident, "notices", known)
    pages: list[Effect] = []
    for rule in known:
        if judge(rule, subject, moment) is not Verdict.TAKES:
            continue
        reached = escalation_roster.of_notice(tx, incident.account_id, rule, tx.now)
        page = Page(
            Cause.NOTICED,
            reached.people,
            reached.emails,
            reached.robots,
            rule.target.methods(incident.severity),
            rule_id=rule.id,
            rule_name=rule.name,
            template_id=rule.template_id,
        )
        pages.append(page)
    return tuple(pages)
