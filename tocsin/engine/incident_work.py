"""What people may do to incidents, each in the caller's one transaction: all of them or none.

An incident in a private channel of other teams is as unknown to the caller as one that does not
exist.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from tocsin.domain import incident_edit, incident_people, incident_progress
from tocsin.domain.channel import Channel, is_visible
from tocsin.domain.custom_field import CustomField, Value, check_value
from tocsin.domain.feed import ClosedFrom
from tocsin.domain.incident import Cause, Decision, Incident, Overridable, Progress, number_of
from tocsin.domain.incident_alert import new_entry
from tocsin.domain.incident_closing import closing_of, deadline
from tocsin.domain.incident_edit import MergeWish
from tocsin.domain.incident_people import Handover
from tocsin.domain.member import MemberStatus
from tocsin.domain.severity import EventStatus, Severity
from tocsin.engine import alert_expiry, escalation
from tocsin.engine.channel import hidden
from tocsin.engine.incident import (
    channel_of,
    default_fields,
    escalated,
    refresh,
    untold_to_all,
)
from tocsin.engine.incident import (
    remove as erase,
)
from tocsin.engine.incident_effects import begin, keep_all
from tocsin.engine.incident_likeness import Past
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.store import alert as alerts
from tocsin.store import channel as channels
from tocsin.store import custom_field as custom_fields
from tocsin.store import escalation as escalation_rules
from tocsin.store import incident as incidents
from tocsin.store import member as members
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.escalation import ESCALATIONS


def reachable(
    tx: Tx, caller: Caller, incident_ids: Sequence[str], *, lock: bool = False
) -> list[Incident]:
    """These incidents, in this order; ResourceNotFound if the caller may not know of one."""
    ids = [one.lower() for one in incident_ids]
    found = incidents.get_all(tx, caller.account_id, ids, lock=lock)
    visible = {one.incident_id for one in _visible(tx, caller, found)}
    for one in found:
        if one.incident_id not in visible:
            raise incidents.unknown(one.incident_id)
    return found


def visible_of(tx: Tx, caller: Caller, incident_ids: Sequence[str]) -> list[Incident]:
    """Those of these incidents that the caller may know of, in this order."""
    ids = [one.lower() for one in incident_ids]
    found = _visible(tx, caller, incidents.find(tx, caller.account_id, set(ids)))
    by_id = {one.incident_id: one for one in found}
    return [by_id[one] for one in dict.fromkeys(ids) if one in by_id]


def newest_of_num(tx: Tx, caller: Caller, num: str) -> Incident:
    """The newest incident with a short label that the caller may know of."""
    found = _visible(tx, caller, incidents.of_num(tx, caller.account_id, num.upper()))
    if not found:
        raise ResourceNotFound("no incident has the short label {num}", num=num)
    return found[0]


def _visible(tx: Tx, caller: Caller, found: list[Incident]) -> list[Incident]:
    within = channels.get_many(tx, caller.account_id, {one.channel_id for one in found} - {0})
    hidden = {one.id for one in within.values() if not is_visible(one, caller)}
    return [one for one in found if one.channel_id not in hidden]


def _each(
    tx: Tx, caller: Caller, incident_ids: Sequence[str], decide: Callable[[Incident], Decision]
) -> None:
    found = reachable(tx, caller, incident_ids, lock=True)
    keep_all(tx, [(incident, decide(incident)) for incident in found])


class Report(Struct, frozen=True):
    """An incident as a person reports it; `fields` are values of custom fields by name.

    `reporter_email` is that of somebody without a login.
    """

    title: str
    severity: Severity
    description: str = ""
    channel: Channel | None = None
    fields: Mapping[str, object] = {}
    reporter_email: str = ""


class ToRule(Struct, frozen=True):
    """A level of an escalation rule that incidents are to go to."""

    rule_id: str
    layer_idx: int = 0


def create(tx: Tx, caller: Caller, report: Report, to: Handover | ToRule | None) -> Incident:
    """A new incident as a person reports it, assigned and told about where `to` says whom, else
    by the rules of its channel."""
    if isinstance(to, Handover):
        require_members(tx, caller.account_id, to.person_ids)
    reported = reported_by(tx, caller.account_id, caller.member_id, report)
    if to is None:
        return begin(tx, by_rules(tx, reported))
    if isinstance(to, ToRule):
        given = _to_rule(tx, caller, reported.incident, to)
    else:
        given = incident_people.assign(
            reported.incident, to, caller.member_id, tx.now, tx.ids.short(), Cause.CREATED
        )
    entries, effects = reported.entries + given.entries, reported.effects + given.effects
    return begin(tx, Decision(given.incident, reported.reason, entries, effects))


def by_rules(tx: Tx, reported: Decision) -> Decision:
    """A reported incident that the rules of its channel, if any, are to decide about."""
    if _is_ruled(tx, reported.incident):
        return escalated(reported, tx.now)
    return untold_to_all(reported) if reported.incident.channel_id else reported


def _is_ruled(tx: Tx, incident: Incident) -> bool:
    return bool(escalation_rules.ruled(tx, incident.account_id, [incident.channel_id]))


def reported_by(tx: Tx, account_id: int, member_id: int, report: Report) -> Decision:
    """A new incident as a member reports it, or (0) somebody outside."""
    channel, incident_id = report.channel, tx.ids.object_id()
    values = checked_fields(tx, account_id, report.fields)
    set_ = {name: value for name, value in values.items() if value is not None}
    incident = Incident(
        incident_id=incident_id,
        account_id=account_id,
        num=number_of(incident_id),
        channel_id=channel.id if channel else 0,
        title=report.title,
        description=report.description,
        severity=report.severity,
        status=EventStatus(report.severity),
        start_time=tx.now,
        last_time=tx.now,
        created_at=tx.now,
        updated_at=tx.now,
        creator_id=member_id,
        reporter_email=report.reporter_email,
        frequency=Past(tx).frequency(channel, report.title, {}),
        fields={**default_fields(tx, account_id), **set_},
    )
    reason = "a person reported it" if member_id else "somebody outside reported it"
    effects = deadline(incident, closing_of(channel))
    return Decision(incident, reason, (new_entry(incident, member_id),), effects)


def checked_fields(tx: Tx, account_id: int, values: Mapping[str, object]) -> dict[str, Value]:
    """Values of custom fields as their definitions allow; InvalidParameter for any that is not."""
    known = {field.name: field for field in custom_fields.all_of(tx, account_id)} if values else {}
    return {name: check_value(_defined(known, name), value) for name, value in values.items()}


def _defined(fields: Mapping[str, CustomField], name: str) -> CustomField:
    if name not in fields:
        raise InvalidParameter(
            "no custom field is named {name}; /field/list names them all", name=name
        )
    return fields[name]


def acknowledge(tx: Tx, caller: Caller, incident_ids: Sequence[str]) -> None:
    """The caller takes them in hand."""
    _each(
        tx,
        caller,
        incident_ids,
        lambda one: incident_progress.acknowledge(one, caller.member_id, tx.now),
    )


def unacknowledge(tx: Tx, caller: Caller, incident_ids: Sequence[str]) -> None:
    """The caller lets go of them."""
    _each(
        tx,
        caller,
        incident_ids,
        lambda one: incident_progress.unacknowledge(one, caller.member_id, tx.now),
    )


def snooze(tx: Tx, caller: Caller, incident_ids: Sequence[str], minutes: int) -> None:
    """Keep them quiet for a while."""
    _each(
        tx,
        caller,
        incident_ids,
        lambda one: incident_progress.snooze(one, minutes, caller.member_id, tx.now),
    )


def wake(tx: Tx, caller: Caller, incident_ids: Sequence[str]) -> None:
    """End their quiet."""
    _each(
        tx,
        caller,
        incident_ids,
        lambda one: incident_progress.wake(one, caller.member_id, tx.now),
    )


def resolve(
    tx: Tx, caller: Caller, incident_ids: Sequence[str], texts: Mapping[Overridable, str]
) -> None:
    """Write these texts on them, and close them."""
    by = caller.member_id
    found = reachable(tx, caller, incident_ids, lock=True)
    noted = found
    if texts:
        noted = keep_all(tx, [(one, incident_edit.edit(one, texts, by, tx.now)) for one in found])
    closing = [(one, incident_progress.close(one, ClosedFrom.CONSOLE, by, tx.now)) for one in noted]
    keep_all(tx, closing)


def reopen(tx: Tx, caller: Caller, incident_ids: Sequence[str], reason: str) -> None:
    """Open them again for those who had them, and their alerts that never recovered with them."""
    found = reachable(tx, caller, incident_ids, lock=True)
    keep_all(
        tx,
        [
            (
                one,
                incident_progress.reopen(
                    one,
                    reason,
                    caller.member_id,
                    tx.now,
                    tx.ids.short(),
                    closing_of(channel_of(tx, one)),
                    channel_is_ruled=_is_ruled(tx, one),
                ),
            )
            for one in found
        ],
    )
    closed = [one.incident_id for one in found if one.progress is Progress.CLOSED]
    firing = alerts.open_again(tx, caller.account_id, closed)
    alert_expiry.watch(tx, [(None, one) for one in firing])


def comment(
    tx: Tx, caller: Caller, incident_ids: Sequence[str], text: str, *, mute_reply: bool
) -> None:
    """Put a remark on their timelines."""
    _each(
        tx,
        caller,
        incident_ids,
        lambda one: incident_edit.comment(one, text, mute_reply, caller.member_id),
    )


def edit(
    tx: Tx, caller: Caller, incident_id: str, changes: Mapping[Overridable, str | Severity]
) -> None:
    """Set texts or the severity by hand."""
    _each(
        tx,
        caller,
        [incident_id],
        lambda one: incident_edit.edit(one, changes, caller.member_id, tx.now),
    )


def set_field(tx: Tx, caller: Caller, incident_id: str, name: str, value: object) -> None:
    """Give a custom field a value."""
    checked = checked_fields(tx, caller.account_id, {name: value})[name]
    _each(
        tx,
        caller,
        [incident_id],
        lambda one: incident_edit.set_field(one, name, checked, caller.member_id),
    )


def disable_merge(tx: Tx, caller: Caller, incident_ids: Sequence[str]) -> None:
    """Exempt them from being merged into by grouping."""
    _each(tx, caller, incident_ids, incident_edit.disable_merge)


def assign(tx: Tx, caller: Caller, incident_ids: Sequence[str], to: Handover | ToRule) -> None:
    """Hand them to people or to a level of a rule, who are told."""
    if isinstance(to, ToRule):
        _each(tx, caller, incident_ids, lambda one: _to_rule(tx, caller, one, to))
        return
    require_members(tx, caller.account_id, to.person_ids)
    _each(
        tx,
        caller,
        incident_ids,
        lambda one: incident_people.assign(
            one, to, caller.member_id, tx.now, tx.ids.short(), Cause.ASSIGNED
        ),
    )


def _to_rule(tx: Tx, caller: Caller, incident: Incident, to: ToRule) -> Decision:
    """Have a level of a rule told of it at once, in place of whoever had it."""
    rule = rules.get(tx, ESCALATIONS, incident.account_id, to.rule_id.lower())
    if rule is None or hidden(tx, caller, [rule.channel_id]):
        raise ResourceNotFound("no escalation rule has the id {rule_id}", rule_id=to.rule_id)
    if not 0 <= to.layer_idx < len(rule.layers):
        raise InvalidParameter(
            "layer_idx must lie from 0 to {maximum}, not {value}",
            maximum=len(rule.layers) - 1,
            value=to.layer_idx,
        )
    wanted = incident_people.handed_to_rule(incident, rule.id, to.layer_idx)
    return escalation.hand_over(tx, wanted, caller.member_id)


def add_responders(
    tx: Tx, caller: Caller, incident_id: str, person_ids: Sequence[int], methods: tuple[str, ...]
) -> None:
    """Call people in, who are told."""
    require_members(tx, caller.account_id, person_ids)
    _each(
        tx,
        caller,
        [incident_id],
        lambda one: incident_people.add_responders(
            one, tuple(person_ids), caller.member_id, tx.now, methods
        ),
    )


def require_members(tx: Tx, account_id: int, person_ids: Sequence[int]) -> None:
    """InvalidParameter for an id that is no living member's."""
    known = {
        one.id
        for one in members.by_ids(tx, account_id, person_ids)
        if one.status is not MemberStatus.DELETED
    }
    for person_id in person_ids:
        if person_id not in known:
            raise InvalidParameter("no member has the id {member_id}", member_id=person_id)


def merge(
    tx: Tx, caller: Caller, source_ids: Sequence[str], target_id: str, wish: MergeWish
) -> None:
    """Fold incidents into another; their alerts move, and they close or are erased."""
    account_id = caller.account_id
    if wish.owner_id:
        require_members(tx, account_id, [wish.owner_id])
    wanted = [one for one in dict.fromkeys(source_ids) if one != target_id]
    if not wanted:
        raise InvalidParameter(
            "source_incident_ids must name an incident other than the target",
            field="source_incident_ids",
        )
    target, *sources = reachable(tx, caller, [target_id, *wanted], lock=True)
    merged = incident_edit.merge(target, tuple(sources), wish, caller.member_id, tx.now)
    decisions = (merged.target, *merged.sources)
    keep_all(tx, list(zip((target, *sources), decisions, strict=True)))
    alerts.move(tx, account_id, wanted, target_id)
    refresh(tx, account_id, target_id)
    if wish.remove_sources:
        erase(tx, account_id, wanted)


def remove(tx: Tx, caller: Caller, incident_ids: Sequence[str]) -> None:
    """Erase them with their alerts and timelines, for good."""
    reachable(tx, caller, incident_ids, lock=True)
    erase(tx, caller.account_id, list(dict.fromkeys(incident_ids)))
