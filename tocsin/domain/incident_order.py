"""What an order of a sender does to an incident. The system acts, and its timeline says who asked."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from tocsin.domain.incident import Cause, Decision, Incident, Progress, unchanged
from tocsin.domain.incident_people import Handover, add_responders, assign
from tocsin.domain.incident_progress import snooze, unacknowledge
from tocsin.domain.incident_report import SYSTEM, comment
from tocsin.domain.order import Order, Verb
from tocsin.kernel.errors import BadRequest, InvalidParameter
from tocsin.kernel.units import MINUTE

_DONE: Final = {
    Verb.CLOSE: "Closed",
    Verb.DELETE: "Deleted",
    Verb.UNACKNOWLEDGE: "Acknowledgement withdrawn",
    Verb.SNOOZE: "Snoozed",
    Verb.ASSIGN: "Assigned",
    Verb.ADD_RESPONDER: "People called in",
    Verb.ESCALATE: "Escalation asked for",
    Verb.ADD_TAGS: "Tags added",
    Verb.REMOVE_TAGS: "Tags removed",
    Verb.ADD_DETAILS: "Details set",
    Verb.REMOVE_DETAILS: "Details removed",
    Verb.SET_MESSAGE: "Message changed",
    Verb.SET_DESCRIPTION: "Description changed",
    Verb.SET_PRIORITY: "Priority set",
}


def told(incident: Incident, order: Order, sender: str) -> Decision:
    """Nothing but who asked for what."""
    what = (
        ", ".join((*order.tags, *order.labels))
        if order.severity is None
        else order.labels["priority"]
    )
    party = f"{order.party.kind} {order.party.name}" if order.party else ""
    about = f" ({what or party})" if what or party else ""
    by = f" by {order.by}" if order.by else ""
    note = f": {order.note}" if order.note else ""
    entry = comment(f"{_DONE[order.verb]}{about}{by} in {sender}{note}")
    return Decision(incident, f"{sender} asked for it", (entry,))


def unacknowledged(incident: Incident, order: Order, sender: str, at: int) -> Decision:
    """What was acknowledged for people over there is no longer. Members let go themselves."""
    decision = unacknowledge(incident, SYSTEM, at)
    if decision.incident.progress is Progress.PROCESSING:
        raise BadRequest("a member has acknowledged the incident and must let go of it")
    return _with_reason(decision, order, sender)


def snoozed(incident: Incident, order: Order, sender: str, at: int) -> Decision:
    """Quiet until an instant, to the minute."""
    minutes = -((at - order.until) // MINUTE)
    if order.until <= at:
        raise InvalidParameter("endTime must lie ahead", field="endTime")
    return _with_reason(snooze(incident, minutes, SYSTEM, at), order, sender)


def assigned(
    incident: Incident, order: Order, sender: str, people: Sequence[int], at: int, id_: str
) -> Decision:
    """These people have it now."""
    to = Handover(tuple(people))
    return _with_reason(assign(incident, to, SYSTEM, at, id_, Cause.ASSIGNED), order, sender)


def called_in(
    incident: Incident, order: Order, sender: str, people: Sequence[int], at: int
) -> Decision:
    """These people join those who have it."""
    methods = Handover().methods
    decision = add_responders(incident, tuple(people), SYSTEM, at, methods)
    return _with_reason(decision, order, sender)


def _with_reason(decision: Decision, order: Order, sender: str) -> Decision:
    if not decision.entries:
        return unchanged(decision.incident, decision.reason)
    said = told(decision.incident, order, sender)
    return replace(decision, reason=said.reason, entries=(*said.entries, *decision.entries))
