"""Paging: how the people that somebody else chose are reached. All in the caller's transaction.

Whoever pages holds the incident's lock. The timeline says of every message by which method it
travels and why, or why there is none.
"""

import msgspec

from tocsin.domain.escalation import Robot
from tocsin.domain.feed import Entry, EntryType, NotifyDetail, NotifyPerson
from tocsin.domain.incident import EMAIL, Cause, Incident
from tocsin.domain.incident_view import IncidentView, view
from tocsin.domain.member import Member, MemberStatus
from tocsin.domain.notification import write
from tocsin.domain.page import Step
from tocsin.engine import incident_names
from tocsin.outbound import email
from tocsin.outbound.email import Mail
from tocsin.store import delivery, feed
from tocsin.store import member as members
from tocsin.store.database import Tx
from tocsin.store.feed import Addition


def page(
    tx: Tx, account_id: int, incident: Incident, person_id: int, step: Step, reason: str
) -> None:
    """Tell a person about an incident, by the methods of the step or of their own preference."""
    found = members.by_ids(tx, account_id, [person_id])
    person = found[0] if found else None
    entries = [
        _tell(tx, incident, step, person, person_id, method) for method in step.methods or (EMAIL,)
    ]
    feed.append(tx, [Addition(account_id, incident.incident_id, entries, reason)])


def page_address(
    tx: Tx, account_id: int, incident: Incident, address: str, step: Step, reason: str
) -> None:
    """Mail somebody without a login about an incident."""
    rid = _owe_mail(tx, incident, step.cause, address, "")
    entry = _told(step, EMAIL, rid, emails=(address,))
    feed.append(tx, [Addition(account_id, incident.incident_id, [entry], reason)])


def page_robot(
    tx: Tx, account_id: int, incident: Incident, robot: Robot, step: Step, reason: str
) -> None:
    """Tell a group chat about an incident."""
    entry = _told(step, robot.type, "")
    why = f"{reason}; {robot.type} is not set up on this server"
    feed.append(tx, [Addition(account_id, incident.incident_id, [entry], why)])


def _tell(
    tx: Tx, incident: Incident, step: Step, person: Member | None, person_id: int, method: str
) -> Entry:
    hindrance = _hindrance(person, method)
    if person is None or hindrance:
        return _told(step, method, "", persons=(NotifyPerson(person_id, hindrance),))
    rid = _owe_mail(tx, incident, step.cause, person.email, person.name)
    return _told(step, method, rid, persons=(NotifyPerson(person_id),))


def _hindrance(person: Member | None, method: str) -> str:
    """Why a person cannot be told by a method, empty where they can."""
    if method != EMAIL:
        return f"{method} is not set up on this server"
    if person is None or person.status is MemberStatus.DELETED:
        return "no longer a member"
    return "" if person.email else "has no email address"


def _told(
    step: Step,
    method: str,
    rid: str,
    persons: tuple[NotifyPerson, ...] = (),
    emails: tuple[str, ...] = (),
) -> Entry:
    detail = NotifyDetail(
        rid=rid,
        fire_type=step.fire_type,
        layer_idx=step.layer_idx,
        by=method,
        persons=persons,
        emails=emails,
        escalate_rule_id=step.rule_id,
        escalate_rule_name=step.rule_name,
    )
    return Entry(EntryType.NOTIFY, detail)


def _owe_mail(tx: Tx, incident: Incident, cause: Cause, address: str, name: str) -> str:
    names = incident_names.load(tx, incident.account_id, [incident])
    letter = write(view(incident, names, IncidentView), cause)
    mail = Mail(letter.subject, letter.text, letter.html, name, incident.incident_id)
    payload = msgspec.json.encode(mail)
    return delivery.owe(
        tx, incident.account_id, email.METHOD, address, payload, incident.incident_id
    )
