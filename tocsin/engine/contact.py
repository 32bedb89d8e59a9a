"""Contacts of people: added, proved by a code that is sent there, and taken away."""

from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import notice_words
from tocsin.domain.contact import (
    CODE_LIFE_MS,
    CODE_WAIT_MS,
    CONTACTS_MAX,
    Address,
    Contact,
    Service,
    label,
    plain,
)
from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.engine.page_message import owe_plain
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, InvalidParameter, ResourceNotFound, TooFrequent
from tocsin.kernel.units import MINUTE, seconds
from tocsin.outbound.apprise import service_of
from tocsin.store import contact as contacts
from tocsin.store import delivery
from tocsin.store import member as members
from tocsin.store.database import Tx


class CodeState(StrEnum):
    """Where the last code of a contact is."""

    NONE = ""
    PENDING = "pending"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"


class Sent(Struct, frozen=True):
    """Where a code is, and why its last try failed."""

    state: CodeState
    why: str = ""


def add(tx: Tx, caller: Caller, service: Service, name: str, address: Address) -> Contact:
    """A new contact of the caller, to which a code is sent."""
    kept = contacts.of_person(tx, caller.account_id, caller.member_id)
    if len(kept) >= CONTACTS_MAX:
        raise InvalidParameter(
            "a person has at most {maximum} contacts; delete one first", maximum=CONTACTS_MAX
        )
    checked = plain(service, address)
    if service is Service.APPRISE:
        _require_known(checked)
    new = Contact(
        id=tx.ids.object_id(),
        account_id=caller.account_id,
        person_id=caller.member_id,
        service=service,
        name=name,
        label=label(service, checked),
        sealed=tx.site.seal.close(msgspec.json.encode(checked).decode()),
        created_at=tx.now,
    )
    contacts.add(tx, new)
    return _send_code(tx, new)


def send_code(tx: Tx, caller: Caller, contact_id: str) -> None:
    """Send another code, at most one a minute."""
    found = _own(tx, caller, contact_id)
    if found.verified_at:
        raise BadRequest("this contact was verified before; it needs no code")
    if tx.now < found.code_sent_at + CODE_WAIT_MS:
        raise TooFrequent(
            "a code was just sent; wait a minute before asking for another",
            retry_after=seconds(found.code_sent_at + CODE_WAIT_MS - tx.now) + 1,
        )
    _send_code(tx, found)


def verify(tx: Tx, caller: Caller, contact_id: str, code: str) -> bool:
    """Whether this was the code. A wrong one counts, so the caller must let it be kept."""
    found = _own(tx, caller, contact_id)
    if found.verified_at:
        return True
    if not found.awaits_code(tx.now):
        raise BadRequest("this code is not valid any more; ask for another")
    right = _hash(found, code.strip()) == found.code_hash
    if right:
        contacts.save(tx, replace(found, verified_at=tx.now, code_hash=""))
    else:
        contacts.save(tx, replace(found, code_failures=found.code_failures + 1))
    return right


def codes(tx: Tx, account_id: int, of: Sequence[Contact]) -> dict[str, Sent]:
    """What became of the last code of each contact that was not verified, by the contact's id."""
    found: dict[str, Sent] = {}
    for one in of:
        owed = delivery.of(tx, account_id, one.id) if not one.verified_at else []
        if owed:
            found[one.id] = _sent(owed[-1])
    return found


def _sent(code: Delivery) -> Sent:
    if code.status is DeliveryStatus.SENT:
        return Sent(CodeState.SENT)
    if code.status is DeliveryStatus.FAILED:
        return Sent(CodeState.FAILED, code.last_error)
    return Sent(CodeState.RETRYING if code.failures else CodeState.PENDING, code.last_error)


def remove(tx: Tx, caller: Caller, contact_id: str) -> None:
    """Take a contact of the caller away."""
    contacts.remove(tx, caller.account_id, _own(tx, caller, contact_id).id)


def _require_known(address: Address) -> None:
    try:
        service_of(address.target)
    except ValueError as problem:
        raise InvalidParameter("this address cannot be used: {problem}", problem=problem) from None


def _own(tx: Tx, caller: Caller, contact_id: str) -> Contact:
    found = contacts.get(tx, caller.account_id, contact_id.lower(), lock=True)
    if found is None or found.person_id != caller.member_id:
        raise ResourceNotFound(
            "you have no contact with the id {contact_id}", contact_id=contact_id
        )
    return found


def _send_code(tx: Tx, to: Contact) -> Contact:
    code = tx.ids.code()
    sent = replace(to, code_hash=_hash(to, code), code_sent_at=tx.now, code_failures=0)
    contacts.save(tx, sent)
    (person,) = members.by_ids(tx, to.account_id, [to.person_id])
    shown = " ".join(code) if to.service is Service.VOICE else code
    title, text = notice_words.code(shown, CODE_LIFE_MS // MINUTE, person.locale)
    owe_plain(tx, person, to, title, text, to.id, secret=True)
    return sent


def _hash(of: Contact, code: str) -> str:
    return sha256(f"{of.id} {code}".encode()).hexdigest()
