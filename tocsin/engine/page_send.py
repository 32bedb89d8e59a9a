"""The tries of a page: what is due goes out, folded or bundled where a person has too much."""

from typing import Final

from msgspec.structs import replace

from tocsin.domain.contact import Service
from tocsin.domain.feed import Entry, EntryType, NotifyChat, NotifyDetail, NotifyPerson, NotifyRobot
from tocsin.domain.incident import Incident
from tocsin.domain.member import Member
from tocsin.domain.page import BUNDLE_MS, BURST_MS, Attempt, Page, Step, Verdict, verdict
from tocsin.domain.preference import Stage
from tocsin.engine.page_message import Owed, opened, owe_mail, owe_post, subject_of
from tocsin.kernel.errors import Unavailable
from tocsin.store import contact as contacts
from tocsin.store import feed, timer
from tocsin.store import page as pages
from tocsin.store.database import Tx
from tocsin.store.feed import Addition

NEXT: Final = "page_next"
BUNDLE: Final = "page_bundle"


def advance(tx: Tx, page: Page, incident: Incident, person: Member) -> None:
    """Make the tries that are due, and come back for the next one. The incident is locked."""
    position = page.position
    while position < len(page.stages):
        stage = page.stages[position]
        due_at = page.begins_at + stage.wait_ms
        if stage.reserve:
            break
        if due_at > tx.now:
            timer.set_(tx, page.account_id, NEXT, page.id, due_at)
            break
        _try(tx, page, incident, person, stage, page.reason)
        position += 1
    pages.save_progress(tx, replace(page, position=position))


def fall_back(tx: Tx, page: Page, incident: Incident, person: Member, why: str) -> bool:
    """Make the next try at once, as another failed; False where there is none left."""
    if page.position >= len(page.stages):
        return False
    stage = page.stages[page.position]
    _try(tx, page, incident, person, stage, f"{page.reason}; {why}")
    pages.save_progress(tx, replace(page, position=page.position + 1))
    return True


def told(
    step: Step,
    method: str,
    rid: str,
    persons: tuple[NotifyPerson, ...] = (),
    emails: tuple[str, ...] = (),
    robots: tuple[NotifyRobot, ...] = (),
    chats: tuple[NotifyChat, ...] = (),
) -> Entry:
    """What a timeline says of one message."""
    detail = NotifyDetail(
        rid=rid,
        fire_type=step.fire_type,
        layer_idx=step.layer_idx,
        by=method,
        persons=persons,
        emails=emails,
        robots=robots,
        chats=chats,
        escalate_rule_id=step.rule_id,
        escalate_rule_name=step.rule_name,
    )
    return Entry(EntryType.NOTIFY, detail)


def untold(step: Step, method: str, why: str) -> Entry:
    """What a timeline says of a message that could not be made."""
    entry = told(step, method, "")
    assert isinstance(entry.detail, NotifyDetail)
    return replace(entry, detail=replace(entry.detail, failed_reason=why))


def note(tx: Tx, incident: Incident, entry: Entry, reason: str) -> None:
    """Put a message on the timeline."""
    feed.append(tx, [Addition(incident.account_id, incident.incident_id, [entry], reason)])


def _try(tx: Tx, page: Page, incident: Incident, person: Member, stage: Stage, reason: str) -> None:
    account_id, method = page.account_id, stage.method
    before = pages.told(tx, account_id, incident.incident_id, person.id)
    recent = pages.recent(tx, account_id, person.id, method, tx.now - BURST_MS)
    under_way = page.step.repeats and pages.is_under_way(
        tx, account_id, incident.incident_id, person.id, method
    )
    decided = verdict(method, recent, is_first=not before, is_under_way=under_way)
    entry_of = (NotifyPerson(person.id),)
    if decided is Verdict.FOLD:
        why = "one is on its way still" if under_way else f"{recent} in the last minute"
        note(tx, incident, told(page.step, method, "", entry_of), f"{reason}; folded: {why}")
        return
    attempt = Attempt(
        id=tx.ids.object_id(),
        account_id=account_id,
        page_id=page.id,
        incident_id=incident.incident_id,
        person_id=person.id,
        method=method,
        contact_id=stage.contact_id,
        delivery_id="",
        owed_at=tx.now,
        held=decided is Verdict.HOLD,
    )
    if decided is Verdict.HOLD:
        pages.add_attempt(tx, attempt)
        # On a grid, so that more of them do not put the telling off.
        due_at = (tx.now // BUNDLE_MS + 1) * BUNDLE_MS
        timer.set_(tx, account_id, BUNDLE, f"{person.id}:{method}", due_at)
        return
    _send(tx, page, incident, person, attempt, (reason, before + 1))


def _send(
    tx: Tx,
    page: Page,
    incident: Incident,
    person: Member,
    attempt: Attempt,
    why_and_times: tuple[str, int],
) -> None:
    reason, times = why_and_times
    try:
        owed = _owe(tx, page.step, incident, person, attempt, times)
    except Unavailable as problem:
        failed = NotifyPerson(person.id, problem.message())
        note(tx, incident, told(page.step, attempt.method, "", (failed,)), reason)
        return
    if owed is None:
        gone = NotifyPerson(person.id, "this contact was taken away")
        note(tx, incident, told(page.step, attempt.method, "", (gone,)), reason)
        return
    pages.add_attempt(tx, replace(attempt, delivery_id=owed.delivery_id))
    entry = told(page.step, attempt.method, owed.delivery_id, (NotifyPerson(person.id),))
    note(tx, incident, entry, f"{reason}; {owed.note}" if owed.note else reason)


def _owe(
    tx: Tx, step: Step, incident: Incident, person: Member, attempt: Attempt, times: int
) -> Owed | None:
    subject = subject_of(tx, incident, step, times)
    if not attempt.contact_id:
        return owe_mail(tx, subject, person.email, person.name, attempt.id)
    contact = contacts.get(tx, person.account_id, attempt.contact_id)
    if contact is None or not contact.verified_at:
        return None
    address = opened(tx, contact)
    if contact.service is Service.EMAIL:
        return owe_mail(tx, subject, address.target, person.name, attempt.id)
    return owe_post(tx, subject, contact.service, address, contact.label, attempt.id)
