"""Browsers as contacts: subscribed and unsubscribed by what the Push API gives, and forgotten once
the push service says that they are gone."""

from tocsin.domain.contact import Address, Contact, Service
from tocsin.domain.delivery import Delivery
from tocsin.engine import contact as engine
from tocsin.engine.page_message import kept_address
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import ResourceNotFound, TooFrequent
from tocsin.outbound.transport import Receipt, SendFailed
from tocsin.store import contact as contacts
from tocsin.store import page as pages
from tocsin.store.database import Tx


def subscribe(tx: Tx, caller: Caller, name: str, address: Address) -> Contact:
    """A browser of the caller, proved by a code like any contact. One that is known stays as it
    is; with other keys it takes the place of what was known."""
    known = _find(tx, caller, address.target)
    if known and kept_address(tx, known) == address:
        if not known.verified_at:
            _remind(tx, caller, known)
        return known
    if known:
        contacts.remove(tx, caller.account_id, known.id)
    return engine.add(tx, caller, Service.WEB_PUSH, name, address)


def unsubscribe(tx: Tx, caller: Caller, endpoint: str) -> None:
    """Forget a browser of the caller."""
    known = _find(tx, caller, endpoint)
    if known is None:
        raise ResourceNotFound("none of your contacts is a browser with this endpoint")
    contacts.remove(tx, caller.account_id, known.id)


def heard(tx: Tx, claimed: Delivery, outcome: Receipt | SendFailed) -> None:
    """Forget a browser whose subscription has ended."""
    ended = isinstance(outcome, SendFailed) and outcome.gone
    if claimed.method != Service.WEB_PUSH or not ended:
        return
    carried = pages.of_delivery(tx, claimed.account_id, claimed.id)
    for contact_id in {claimed.ref, *(one.contact_id for one in carried)}:
        found = contacts.get(tx, claimed.account_id, contact_id)
        if found and found.service is Service.WEB_PUSH:
            contacts.remove(tx, claimed.account_id, contact_id)


def _find(tx: Tx, caller: Caller, endpoint: str) -> Contact | None:
    mine = contacts.of_person(tx, caller.account_id, caller.member_id)
    browsers = [one for one in mine if one.service is Service.WEB_PUSH]
    return next((one for one in browsers if kept_address(tx, one).target == endpoint), None)


def _remind(tx: Tx, caller: Caller, known: Contact) -> None:
    try:
        engine.send_code(tx, caller, known.id)
    except TooFrequent:
        # The last code is on its way still.
        return
