"""What senders ask to be done with alerts, carried out; what came of each is kept.

An order acts on the open alert of its target, in each channel that has one, and on its incident.
"""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from tocsin.domain import incident_edit, incident_order, incident_report
from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.incident import Decision, Incident, Overridable
from tocsin.domain.integration import Integration
from tocsin.domain.member import MemberStatus
from tocsin.domain.order import REQUEST_ID, Order, Party, Settled, Target, Verb, relabelled
from tocsin.domain.report import Acknowledgement, Remark
from tocsin.domain.severity import EventStatus, Severity
from tocsin.domain.trace import Given, Stage, Step
from tocsin.engine import alert as alert_engine
from tocsin.engine import alert_report
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.incident import refresh
from tocsin.engine.incident_effects import keep
from tocsin.kernel.errors import BadRequest, Failure, InvalidParameter
from tocsin.store import alert as alerts
from tocsin.store import incident as incidents
from tocsin.store import member as members
from tocsin.store import order as orders
from tocsin.store import team as teams
from tocsin.store.database import Tx
from tocsin.store.inbox import Entry

LABELS_MAX: Final = 100
TITLE_MAX: Final = 512
DESCRIPTION_MAX: Final = 2048


def created(tx: Tx, entry: Entry, arrival: Arrival) -> None:
    """Keep what came of a push that opens an alert, if its sender may ask."""
    request_id = entry.meta.get(REQUEST_ID)
    if not request_id or not isinstance(arrival.given, AlertEvent):
        return
    key = arrival.given.alert_key
    found = [one for one in find(tx, arrival.integration, Target(key=key)) if one.is_open]
    if found:
        is_new = found[0].created_at == tx.now
        done = (True, "Created alert" if is_new else "Alert count incremented")
    else:
        done = (False, "No alert: it was dropped, or no channel takes it; its trace says why")
    alert = found[0] if found else None
    _settle(tx, arrival.integration, Verb.CREATE, request_id, done, alert, key)


def carry_out(tx: Tx, integration: Integration, order: Order) -> None:
    """Do what is asked for, and keep what came of it."""
    found = find(tx, integration, order.target)
    done = (False, "Alert does not exist")
    try:
        for alert in found:
            _DEEDS[order.verb](tx, integration, alert, order)
            done = (True, _SAID[order.verb])
    except Failure as refusal:
        done = (False, str(refusal))
    first = found[0] if found else None
    _settle(tx, integration, order.verb, order.request_id, done, first, order.target.key)


def find(tx: Tx, integration: Integration, target: Target) -> list[Alert]:
    """The open alerts of a key, else the last one known by it; or the alert of an id."""
    account_id = integration.account_id
    alert_id = target.id
    if target.key:
        found = alerts.find_open(tx, account_id, [(integration.id, target.key)])
        if found:
            return found
        alert_id = orders.last_alert(tx, account_id, integration.id, target.key)
    one = alerts.get(tx, account_id, alert_id.lower()) if alert_id else None
    if one is None and alert_id:
        settled = orders.get(tx, account_id, integration.id, alert_id)
        one = alerts.get(tx, account_id, settled.alert_id) if settled else None
    return [one] if one and one.integration_id == integration.id else []


def _settle(
    tx: Tx,
    integration: Integration,
    verb: Verb,
    request_id: str,
    done: tuple[bool, str],
    alert: Alert | None,
    alert_key: str,
) -> None:
    settled = Settled(
        request_id=request_id,
        account_id=integration.account_id,
        integration_id=integration.id,
        verb=verb,
        alert_key=alert.alert_key if alert else alert_key,
        alert_id=alert.id if alert else "",
        is_success=done[0],
        status=done[1],
        processed_at=tx.now,
    )
    orders.add(tx, settled)


def _close(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    _require_open(alert)
    if alert.incident_id and (order.by or order.note or order.verb is Verb.DELETE):
        _tell(tx, integration, alert, order)
    recovers = AlertEvent(
        alert.alert_key,
        EventStatus.OK,
        alert.title,
        order.happened_at,
        title_rule=alert.title_rule,
        description=alert.description,
    )
    arrival = _arrival(integration, alert, recovers, order)
    alert_engine.deliver(tx, [replace(arrival, event=recovers)])


def _acknowledge(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    _require_open(alert)
    _require_incident(alert)
    given = Acknowledgement(alert.alert_key, order.happened_at, by=order.by, note=order.note)
    alert_report.pass_on(tx, [_arrival(integration, alert, given, order)])


def _remark(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    _require_incident(alert)
    given = Remark(alert.alert_key, order.happened_at, order.note, by=order.by)
    if alert.is_open:
        alert_report.pass_on(tx, [_arrival(integration, alert, given, order)])
    else:
        name = integration.name
        _on_incident(tx, alert, lambda one: incident_report.remarked(one, given, name))


def _unacknowledge(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    _require_incident(alert)
    name = integration.name
    _on_incident(tx, alert, lambda one: incident_order.unacknowledged(one, order, name, tx.now))


def _snooze(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    _require_incident(alert)
    name = integration.name
    _on_incident(tx, alert, lambda one: incident_order.snoozed(one, order, name, tx.now))


def _assign(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    _require_incident(alert)
    people, name, id_ = _people(tx, alert.account_id, order), integration.name, tx.ids.short()
    _on_incident(
        tx, alert, lambda one: incident_order.assigned(one, order, name, people, tx.now, id_)
    )


def _call_in(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    _require_incident(alert)
    people, name = _people(tx, alert.account_id, order), integration.name
    _on_incident(tx, alert, lambda one: incident_order.called_in(one, order, name, people, tx.now))


def _escalate(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    _require_incident(alert)
    _tell(tx, integration, alert, order)
    raise BadRequest("the channel's own rules escalate; the wish stands on the timeline")


def _relabel(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    count = len(relabelled(alert.labels, order))
    if count > LABELS_MAX:
        raise InvalidParameter(
            "labels must have at most {maximum} entries, not {count}",
            maximum=LABELS_MAX,
            count=count,
        )
    _change(tx, integration, alert, order, lambda one: _with_labels(one, order))


def _with_labels(alert: Alert, order: Order) -> Alert:
    return replace(alert, labels=relabelled(alert.labels, order))


def _retitle(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    title = " ".join(order.text.split())[:TITLE_MAX]
    _change(
        tx,
        integration,
        alert,
        order,
        lambda one: replace(one, title=title, title_rule=title),
        {Overridable.TITLE: title},
    )


def _describe(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    said = order.text[:DESCRIPTION_MAX]
    edits: dict[Overridable, str | Severity] = {Overridable.DESCRIPTION: said}
    _change(tx, integration, alert, order, lambda one: replace(one, description=said), edits)


def _prioritise(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    severity = order.severity or alert.severity
    _change(
        tx,
        integration,
        alert,
        order,
        lambda one: replace(
            _with_labels(one, order), severity=severity, status=_status(one, severity)
        ),
        {Overridable.SEVERITY: severity},
    )


def _status(alert: Alert, severity: Severity) -> EventStatus:
    return alert.status if alert.status is EventStatus.OK else EventStatus(severity)


def _change(
    tx: Tx,
    integration: Integration,
    alert: Alert,
    order: Order,
    make: Callable[[Alert], Alert],
    edits: dict[Overridable, str | Severity] | None = None,
) -> None:
    """Change an alert, and its incident where it is the only one there: incidents are locked
    before their alerts, as always."""
    held = incidents.find(tx, alert.account_id, {alert.incident_id} - {""}, lock=True)
    for now in alerts.lock(tx, alert.account_id, [alert.id]):
        alerts.save(tx, now, replace(make(now), updated_at=tx.now))
    for incident in held:
        told = incident_order.told(incident, order, integration.name)
        if edits and incident.alert_cnt == 1:
            edited = incident_edit.edit(incident, edits, incident_report.SYSTEM, tx.now)
            told = replace(edited, reason=told.reason, entries=told.entries + edited.entries)
        keep(tx, incident, told)
        refresh(tx, alert.account_id, incident.incident_id)


def _tell(tx: Tx, integration: Integration, alert: Alert, order: Order) -> None:
    _on_incident(tx, alert, lambda one: incident_order.told(one, order, integration.name))


def _on_incident(tx: Tx, alert: Alert, decide: Callable[[Incident], Decision]) -> None:
    for incident in incidents.find(tx, alert.account_id, [alert.incident_id], lock=True):
        keep(tx, incident, decide(incident))


def _arrival(integration: Integration, alert: Alert, given: Given, order: Order) -> Arrival:
    by = {"integration": integration.name, "path": order.door}
    door = Step(Stage.DOOR, "accepted", detail=by)
    return Arrival(integration, given, order.happened_at, (door,), only=alert.channel_id)


def _people(tx: Tx, account_id: int, order: Order) -> tuple[int, ...]:
    """The members that a user or a team stands for; InvalidParameter for anybody else."""
    party = order.party or Party("user", "")
    found: Sequence[int] = ()
    number = int(party.name) if party.name.isascii() and party.name.isdigit() else 0
    if party.kind == "user" and number:
        live = members.by_ids(tx, account_id, [number])
        found = [one.id for one in live if one.status is not MemberStatus.DELETED]
    elif party.kind == "user":
        found = [one.id for one in members.matching(tx, account_id, email=party.name)]
    elif party.kind == "team":
        team = teams.find(tx, account_id, team_id=number, name=party.name)
        found = teams.member_ids(tx, account_id, [team.id])[team.id] if team else ()
    if not found:
        raise InvalidParameter(
            "nobody here is known as {kind} {name}; name a member's email or a team",
            kind=party.kind,
            name=party.name,
        )
    return tuple(found)


def _require_open(alert: Alert) -> None:
    if not alert.is_open:
        raise BadRequest("the alert is closed")


def _require_incident(alert: Alert) -> None:
    if not alert.incident_id:
        raise BadRequest("the alert is muted, so it has no incident to act on")


_DEEDS: Final[dict[Verb, Callable[[Tx, Integration, Alert, Order], None]]] = {
    Verb.CLOSE: _close,
    Verb.DELETE: _close,
    Verb.ACKNOWLEDGE: _acknowledge,
    Verb.UNACKNOWLEDGE: _unacknowledge,
    Verb.ADD_NOTE: _remark,
    Verb.SNOOZE: _snooze,
    Verb.ASSIGN: _assign,
    Verb.ADD_RESPONDER: _call_in,
    Verb.ESCALATE: _escalate,
    Verb.ADD_TAGS: _relabel,
    Verb.REMOVE_TAGS: _relabel,
    Verb.ADD_DETAILS: _relabel,
    Verb.REMOVE_DETAILS: _relabel,
    Verb.SET_MESSAGE: _retitle,
    Verb.SET_DESCRIPTION: _describe,
    Verb.SET_PRIORITY: _prioritise,
}
_SAID: Final = {
    Verb.CLOSE: "Closed alert",
    Verb.DELETE: "Closed alert, which stays on record",
    Verb.ACKNOWLEDGE: "Acknowledged alert",
    Verb.UNACKNOWLEDGE: "UnAcknowledged alert",
    Verb.ADD_NOTE: "Added note",
    Verb.SNOOZE: "Snoozed alert",
    Verb.ASSIGN: "Assigned alert",
    Verb.ADD_RESPONDER: "Added responder",
    Verb.ESCALATE: "Escalated alert",
    Verb.ADD_TAGS: "Added tags",
    Verb.REMOVE_TAGS: "Removed tags",
    Verb.ADD_DETAILS: "Added details",
    Verb.REMOVE_DETAILS: "Removed details",
    Verb.SET_MESSAGE: "Updated message",
    Verb.SET_DESCRIPTION: "Updated description",
    Verb.SET_PRIORITY: "Updated priority",
}
