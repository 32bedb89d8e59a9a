"""Paging as parts of a transaction: whoever cannot be told as they should be keeps nobody else from
it, and stands on the timeline with the reason."""

from functools import partial

from tocsin.domain.escalation import Robot
from tocsin.domain.feed import NotifyPerson
from tocsin.domain.incident import EMAIL, Incident
from tocsin.domain.page import Step
from tocsin.engine import page
from tocsin.engine.apart import Part
from tocsin.engine.page_send import note, told, untold
from tocsin.store import member as members
from tocsin.store.database import PartFailed, Tx


def person(tx: Tx, incident: Incident, person_id: int, step: Step, reason: str) -> Part:
    """Tell a person; by their own mail where what they have or want cannot be made out."""
    return Part(
        partial(page.page, tx, incident.account_id, incident, person_id, step, reason),
        partial(_plainly, tx, incident, person_id, step, reason),
    )


def address(tx: Tx, incident: Incident, email: str, step: Step, reason: str) -> Part:
    """Mail somebody without a login."""
    return Part(
        partial(page.page_address, tx, incident.account_id, incident, email, step, reason),
        partial(_missed, tx, incident, step, EMAIL, reason),
    )


def robot(tx: Tx, incident: Incident, told_too: Robot, step: Step, reason: str) -> Part:
    """Tell a group chat."""
    return Part(
        partial(page.page_robot, tx, incident.account_id, incident, told_too, step, reason),
        partial(_missed, tx, incident, step, told_too.type, reason),
    )


def _plainly(tx: Tx, incident: Incident, person_id: int, step: Step, reason: str, why: str) -> None:
    failed = NotifyPerson(person_id, why)
    note(tx, incident, told(step, EMAIL, "", (failed,)), reason)
    found = members.by_ids(tx, incident.account_id, [person_id])
    mail = found[0].email if found else ""
    if mail:
        instead = f"{reason}; by their own mail instead"
        try:
            tx.part(partial(page.page_by_mail, tx, incident, found[0], step, instead))
        except PartFailed as failure:
            _missed(tx, incident, step, EMAIL, instead, str(failure))


def _missed(tx: Tx, incident: Incident, step: Step, method: str, reason: str, why: str) -> None:
    note(tx, incident, untold(step, method, why), reason)
