"""Keeping a decision about an incident: its row, its timeline, and what is owed to the world.

All of it in the caller's transaction, so that nothing is told that did not happen and nothing
that happened stays untold.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import msgspec
from msgspec import UNSET

from tocsin.domain import subject
from tocsin.domain.alert_feed import AlertEntry, AlertEntryType, NothingDetail
from tocsin.domain.alert_webhook import is_reported as is_reported_alert
from tocsin.domain.escalation_choice import INCIDENT_KEYS
from tocsin.domain.filter import matching
from tocsin.domain.incident import (
    ClearTimer,
    CloseAlerts,
    Decision,
    Incident,
    Notify,
    Page,
    SetTimer,
)
from tocsin.domain.incident_view import IncidentView, view
from tocsin.domain.incident_webhook import WebhookEvent, is_reported
from tocsin.domain.integration import Integration
from tocsin.domain.issue_alert import INCIDENT_CLOSED
from tocsin.domain.page import Step
from tocsin.domain.plugin import INCIDENT_WEBHOOK, RUM
from tocsin.domain.webhook_try import HookType
from tocsin.engine import alert_webhook, apart, chat_update, incident_names, page_part, webhook_call
from tocsin.engine.apart import Part
from tocsin.engine.sight import Sight
from tocsin.outbound.webhook import Told
from tocsin.store import alert as alerts
from tocsin.store import feed, timer
from tocsin.store import incident as incidents
from tocsin.store import integration as integrations
from tocsin.store.database import Tx
from tocsin.store.feed import Addition


def keep(tx: Tx, before: Incident, decision: Decision) -> Incident:
    """Keep what was decided about an incident that is locked; the incident as it is now."""
    return keep_all(tx, [(before, decision)])[0]


def keep_all(tx: Tx, decided: Sequence[tuple[Incident, Decision]]) -> list[Incident]:
    """Keep what was decided about several locked incidents of one account."""
    incidents.save_all(tx, [(before, decision.incident) for before, decision in decided])
    _follow(tx, [decision for _, decision in decided])
    return [decision.incident for _, decision in decided]


def begin(tx: Tx, decision: Decision) -> Incident:
    """Keep a decision that made a new incident."""
    begin_all(tx, [decision])
    return decision.incident


def begin_all(tx: Tx, decisions: Sequence[Decision]) -> None:
    """Keep decisions that made new incidents of one account, in order."""
    incidents.add_many(tx, [one.incident for one in decisions])
    _follow(tx, decisions)


def _follow(tx: Tx, decisions: Sequence[Decision]) -> None:
    feed.append(
        tx,
        [
            Addition(one.incident.account_id, one.incident.incident_id, one.entries, one.reason)
            for one in decisions
        ],
    )
    _report(tx, decisions)
    closing = [one.incident for one in decisions if CloseAlerts() in one.effects]
    if closing:
        _close_alerts(tx, closing)
    _set_timers(tx, decisions)
    handled = chat_update.handled(decisions)
    if handled:
        apart.do_all(tx, [Part(partial(chat_update.follow, tx, handled), _unreported)])
    apart.do_all(tx, [part for one in decisions for part in _tellings(tx, one)])


def _close_alerts(tx: Tx, closing: Sequence[Incident]) -> None:
    """The alerts of closed incidents take no more events; those that still fire log it."""
    account_id = closing[0].account_id
    by_id = {one.incident_id: one for one in closing}
    entries = {
        alert_id: AlertEntry(AlertEntryType.CLOSE, NothingDetail(), by_id[incident_id].closer_id)
        for alert_id, incident_id in alerts.open_of_incidents(tx, account_id, list(by_id))
    }
    why = "its incident was closed"
    feed.append(tx, [Addition(account_id, one, (entry,), why) for one, entry in entries.items()])
    alerts.close_of_incidents(tx, account_id, list(by_id), tx.now)
    _tell_issues(tx, account_id, list(entries))
    if any(is_reported_alert(entry) for entry in entries.values()):
        ended = alerts.get_many(tx, account_id, list(entries))
        alert_webhook.report(tx, account_id, [(one, entries[one.id]) for one in ended])


def _tell_issues(tx: Tx, account_id: int, alert_ids: Sequence[str]) -> None:
    """Issues whose alerts were closed with their incident hear of it."""
    senders = (
        [one.id for one in integrations.of_plugin(tx, account_id, RUM.id)] if alert_ids else []
    )
    if senders:
        issue_ids = alerts.keys_of(tx, account_id, alert_ids, senders)
        timer.set_many(tx, INCIDENT_CLOSED, [(account_id, one, tx.now) for one in issue_ids])


def _set_timers(tx: Tx, decisions: Sequence[Decision]) -> None:
    """Set and clear the timers of all incidents at once; of one timer the last word counts."""
    due: dict[tuple[str, str], tuple[int, int]] = {}
    for one in decisions:
        for effect in one.effects:
            if isinstance(effect, SetTimer | ClearTimer):
                at = effect.due_at if isinstance(effect, SetTimer) else 0
                due[effect.kind, one.incident.incident_id] = (one.incident.account_id, at)
    for kind in sorted({kind for kind, _ in due}):
        mine = [(subject, *word) for (of, subject), word in due.items() if of == kind]
        timer.set_many(tx, kind, [(account, subject, at) for subject, account, at in mine if at])
        timer.clear_many(tx, kind, [subject for subject, _, at in mine if not at])


def _report(tx: Tx, decisions: Sequence[Decision]) -> None:
    """Owe every webhook what it wants to hear."""
    reported = [one for one in decisions if any(is_reported(entry) for entry in one.entries)]
    if not reported:
        return
    hooks = integrations.of_plugin(tx, reported[0].incident.account_id, INCIDENT_WEBHOOK.id)
    sight = Sight(tx, reported[0].incident.account_id)
    parts = [
        Part(partial(_report_one, tx, sight, [hook], one), _unreported)
        for one in reported
        for hook in hooks
    ]
    apart.do_all(tx, parts)


def _unreported(why: str) -> None:
    """No person is told less because a webhook cannot be: the log has it."""


def _report_one(tx: Tx, sight: Sight, hooks: Sequence[Integration], decision: Decision) -> None:
    incident = decision.incident
    wanted = [
        (hook, entry)
        for hook in hooks
        for entry in decision.entries
        if is_reported(entry)
        and hook.reports(incident.channel_id, entry.type)
        and _fits(hook, incident)
        and sight.hears(hook, incident.channel_id)
    ]
    if not wanted:
        return
    actors = {entry.creator_id for _, entry in wanted}
    names = incident_names.load(tx, incident.account_id, [incident], *actors)
    shown = view(incident, names, IncidentView)
    for hook, entry in wanted:
        event = WebhookEvent(
            event_time=tx.now,
            event_type=entry.type,
            event_id=tx.ids.hex32(),
            incident=shown,
            person=names.person(entry.creator_id) if entry.creator_id else UNSET,
        )
        told = Told(
            HookType.INCIDENT,
            event.event_id,
            entry.type,
            tx.now,
            incident.channel_id,
            incident.title,
        )
        webhook_call.owe(tx, hook, told, msgspec.json.encode(event), incident.incident_id)


def _fits(hook: Integration, incident: Incident) -> bool:
    filters = hook.settings.filters
    return not filters or matching(filters, subject.of_incident(incident), INCIDENT_KEYS) >= 0


def _tellings(tx: Tx, decision: Decision) -> Iterator[Part]:
    """Everybody who is to be told because of a decision."""
    for effect in decision.effects:
        if isinstance(effect, Notify):
            yield from _notify(tx, decision.incident, effect)
        elif isinstance(effect, Page):
            yield from _page(tx, decision.incident, effect)


def _notify(tx: Tx, incident: Incident, told: Notify) -> Iterator[Part]:
    """Page everybody who is to be told."""
    step = Step(cause=told.cause, methods=told.methods)
    reason = f"told because {told.cause}"
    # Person 0 is the system, which acknowledges for people in other products.
    for person_id in filter(None, told.person_ids):
        yield page_part.person(tx, incident, person_id, step, reason)
    for address in told.emails:
        yield page_part.address(tx, incident, address, step, reason)


def _page(tx: Tx, incident: Incident, ordered: Page) -> Iterator[Part]:
    """Carry out what a rule ordered."""
    step = Step(
        cause=ordered.cause,
        methods=ordered.methods,
        layer_idx=ordered.layer_idx,
        rule_id=ordered.rule_id,
        rule_name=ordered.rule_name,
        template_id=ordered.template_id,
        repeats=ordered.repeats,
    )
    reason = f"told because it was {ordered.cause}"
    # Person 0 is the system, which acknowledges for people in other products.
    for one in ordered.people:
        if one.person_id:
            yield page_part.person(tx, incident, one.person_id, step, f"{reason}; {one.via}")
    for address in ordered.emails:
        yield page_part.address(tx, incident, address, step, reason)
    for robot in ordered.robots:
        yield page_part.robot(tx, incident, robot, step, reason)
