"""The caller's own contacts: where they can be reached beside their mail address."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.contact import NAME_MAX, TARGET_MAX, Address, Contact, Service
from tocsin.engine import contact as engine
from tocsin.engine.contact import CodeState, Sent
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store import contact as contacts
from tocsin.store.database import Tx
from tocsin.wire.incident import ObjectId

TAG: Final = "Preferences"

Secret = Annotated[str, Meta(max_length=500)]


class CreateContact(Struct, frozen=True):
    """`target` is an address, a number with its country, or a URL; secrets are kept sealed."""

    service: Service
    target: Annotated[str, Meta(min_length=1, max_length=TARGET_MAX)]
    name: Annotated[str, Meta(max_length=NAME_MAX)] = ""
    token: Secret = ""
    sign_secret: Secret = ""


class ContactItem(Struct, frozen=True):
    contact_id: ObjectId
    service: Service
    method: Annotated[str, Meta(description="What preferences call it.")]
    name: str
    label: Annotated[str, Meta(description="Where it leads, without its secrets.")]
    is_verified: bool
    code: Annotated[
        CodeState, Meta(description="Whether its last code got there; empty once it is verified.")
    ]
    code_failed_reason: Annotated[
        str, Meta(description="Why the code could not be delivered, at the last try.")
    ]
    created_at: int


class ContactItems(Struct, frozen=True):
    items: list[ContactItem]


class ContactId(Struct, frozen=True):
    contact_id: ObjectId


class VerifyContact(Struct, frozen=True):
    contact_id: ObjectId
    code: Annotated[str, Meta(min_length=1, max_length=20)]


class Verified(Struct, frozen=True):
    is_verified: bool


class ListContacts(Struct, frozen=True):
    """Nothing to say."""


@operation("/preference/contact/list", None, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListContacts) -> ContactItems:
    """List the caller's contacts, oldest first."""
    found = contacts.of_person(tx, caller.account_id, caller.member_id)
    sent = engine.codes(tx, caller.account_id, found)
    return ContactItems([_item(one, sent.get(one.id)) for one in found])


@operation("/preference/contact/create", None, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateContact) -> ContactItem:
    """Add a contact of the caller and send a code there; pages reach it once it is verified."""
    address = Address(request.target, request.token, request.sign_secret)
    return _item(engine.add(tx, caller, request.service, request.name, address))


@operation("/preference/contact/code/send", None, Kind.WRITE, tag=TAG)
def send_code(tx: Tx, caller: Caller, request: ContactId) -> Empty:
    """Send a contact another code, in place of the one before."""
    engine.send_code(tx, caller, request.contact_id)
    return Empty()


@operation("/preference/contact/verify", None, Kind.WRITE, tag=TAG)
def verify(tx: Tx, caller: Caller, request: VerifyContact) -> Verified:
    """Prove a contact by the code that arrived there; after five wrong ones another is needed."""
    return Verified(engine.verify(tx, caller, request.contact_id, request.code))


@operation("/preference/contact/delete", None, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: ContactId) -> Empty:
    """Take a contact away; nothing is sent there any more."""
    engine.remove(tx, caller, request.contact_id)
    return Empty()


def _item(of: Contact, sent: Sent | None = None) -> ContactItem:
    sent = sent or Sent(CodeState.NONE if of.verified_at else CodeState.PENDING)
    return ContactItem(
        contact_id=of.id,
        service=of.service,
        method=of.method,
        name=of.name,
        label=of.label,
        is_verified=bool(of.verified_at),
        code=sent.state,
        code_failed_reason=sent.why,
        created_at=seconds(of.created_at),
    )
