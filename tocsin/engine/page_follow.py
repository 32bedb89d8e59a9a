"""What follows on a page: its later tries, another way where one failed, and bundles."""

from collections.abc import Sequence
from typing import Final

from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.domain.feed import NotifyPerson
from tocsin.domain.incident import Incident, Progress
from tocsin.domain.member import Member, MemberStatus
from tocsin.domain.page import Attempt, PageStatus
from tocsin.domain.timer import Timer
from tocsin.engine.page_message import owe_plain
from tocsin.engine.page_send import advance, fall_back, note, told
from tocsin.store import contact as contacts
from tocsin.store import delivery, timer
from tocsin.store import incident as incidents
from tocsin.store import member as members
from tocsin.store import page as pages
from tocsin.store.database import Tx

RETRY: Final = "page_retry"
_LISTED_MAX: Final = 20


def failed(tx: Tx, given_up: Delivery) -> None:
    """A message did not get through: if it belongs to a page, try another way soon."""
    if pages.of_delivery(tx, given_up.account_id, given_up.id):
        timer.set_(tx, given_up.account_id, RETRY, given_up.id, tx.now)


def lock_page(tx: Tx, account_id: int, page_id: str) -> None:
    """Hold the incident that a page is about."""
    page = pages.get(tx, account_id, page_id)
    if page:
        incidents.find(tx, account_id, [page.incident_id], lock=True)


def go_on(tx: Tx, fired: Timer) -> None:
    """The next try of a page came due; an incident in hand, quiet or over needs it no more."""
    page = pages.get(tx, fired.account_id, fired.subject)
    if page is None or page.status is PageStatus.DONE:
        return
    incident, person = _waiting(tx, page.account_id, page.incident_id, page.person_id)
    if incident and person:
        advance(tx, page, incident, person)


def lock_delivery(tx: Tx, account_id: int, delivery_id: str) -> None:
    """Hold the incidents that a message tells of."""
    carried = pages.of_delivery(tx, account_id, delivery_id)
    incidents.find(tx, account_id, sorted({one.incident_id for one in carried}), lock=True)


def go_round(tx: Tx, fired: Timer) -> None:
    """A message failed: the pages it belongs to take their next way at once."""
    found = delivery.by_ids(tx, fired.account_id, [fired.subject])
    if not found or found[0].status is DeliveryStatus.SENT:
        return
    for attempt in pages.of_delivery(tx, fired.account_id, fired.subject):
        page = pages.get(tx, attempt.account_id, attempt.page_id)
        if page is None or page.status is PageStatus.DONE:
            continue
        incident, person = _waiting(tx, page.account_id, page.incident_id, page.person_id)
        if incident and person:
            why = f"{attempt.method} failed: {found[0].last_error}"
            fall_back(tx, page, incident, person, why)


def hold_nothing(tx: Tx, account_id: int, subject: str) -> None:
    """A bundle belongs to a person, whose messages are only added to."""


def bundle(tx: Tx, fired: Timer) -> None:
    """Tell a person of all that came up in a burst, in one message."""
    person_id, _, method = fired.subject.partition(":")
    waiting = pages.held(tx, fired.account_id, int(person_id), method)
    if not waiting:
        return
    open_, person = _of_bundle(tx, waiting)
    settled = [one.id for one in waiting if one.incident_id not in open_]
    pages.release(tx, fired.account_id, settled, "")
    carried = [one for one in waiting if one.incident_id in open_]
    if carried and person:
        _tell_together(tx, person, carried, open_)
    if len(waiting) == pages.HELD_MAX:
        timer.set_(tx, fired.account_id, fired.kind, fired.subject, tx.now)


def _tell_together(
    tx: Tx, person: Member, carried: Sequence[Attempt], open_: dict[str, Incident]
) -> None:
    first = carried[0]
    contact = contacts.get(tx, first.account_id, first.contact_id) if first.contact_id else None
    found = list({one.incident_id: open_[one.incident_id] for one in carried}.values())
    lines = [f"[{one.severity}] #{one.num} {one.title}" for one in found[:_LISTED_MAX]]
    if len(found) > _LISTED_MAX:
        lines.append(f"… and {len(found) - _LISTED_MAX} more")
    title = f"{len(found)} new incidents need you"
    text = "\n".join([title, *lines, f"{tx.site.public_url}/app/incidents"])
    made = owe_plain(tx, person, contact, title, text, found[0].incident_id)
    pages.release(tx, first.account_id, [one.id for one in carried], made)
    for attempt in carried:
        page = pages.get(tx, attempt.account_id, attempt.page_id)
        if page:
            entry = told(page.step, attempt.method, made, (NotifyPerson(person.id),))
            why = f"{page.reason}; told together with {len(found) - 1} others"
            note(tx, open_[attempt.incident_id], entry, why)


def _of_bundle(tx: Tx, waiting: Sequence[Attempt]) -> tuple[dict[str, Incident], Member | None]:
    first = waiting[0]
    found = incidents.find(tx, first.account_id, sorted({one.incident_id for one in waiting}))
    open_ = {one.incident_id: one for one in found if one.progress is Progress.TRIGGERED}
    return open_, _member(tx, first.account_id, first.person_id)


def _waiting(
    tx: Tx, account_id: int, incident_id: str, person_id: int
) -> tuple[Incident | None, Member | None]:
    """The incident, if it still waits for somebody, and the person, if still a member."""
    found = incidents.find(tx, account_id, [incident_id])
    incident = found[0] if found else None
    if incident and (incident.progress is not Progress.TRIGGERED or incident.snoozed_before):
        incident = None
    return incident, _member(tx, account_id, person_id)


def _member(tx: Tx, account_id: int, person_id: int) -> Member | None:
    found = members.by_ids(tx, account_id, [person_id])
    return found[0] if found and found[0].status is not MemberStatus.DELETED else None
