"""What people were told of an incident, message by message, and what became of each."""

from enum import StrEnum

from msgspec import Struct

from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.domain.page import Attempt
from tocsin.engine.incident_work import reachable
from tocsin.kernel.caller import Caller
from tocsin.store import delivery as deliveries
from tocsin.store import member as members
from tocsin.store import page as pages
from tocsin.store.database import Tx


class Standing(StrEnum):
    """Where a message is. One that is held waits to be told with others."""

    HELD = "held"
    PENDING = "pending"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    FORGOTTEN = "forgotten"


class Message(Struct, frozen=True):
    """One message to one person; `delivery` is None where there is none or no record any more."""

    attempt: Attempt
    person_name: str
    standing: Standing
    delivery: Delivery | None


def messages(tx: Tx, caller: Caller, incident_id: str) -> list[Message]:
    """What people were told of an incident the caller may see, first to last."""
    (incident,) = reachable(tx, caller, [incident_id])
    attempts = pages.of_incident(tx, caller.account_id, incident.incident_id)
    ids = {one.delivery_id for one in attempts} - {""}
    sent = {one.id: one for one in deliveries.by_ids(tx, caller.account_id, ids)} if ids else {}
    names = members.names(tx, caller.account_id, sorted({one.person_id for one in attempts}))
    return [
        Message(
            one,
            names.get(one.person_id, ""),
            _standing(one, sent.get(one.delivery_id)),
            sent.get(one.delivery_id),
        )
        for one in attempts
    ]


def _standing(attempt: Attempt, sent: Delivery | None) -> Standing:
    if attempt.held:
        return Standing.HELD
    if sent is None:
        return Standing.FORGOTTEN
    if sent.status is DeliveryStatus.PENDING and sent.failures:
        return Standing.RETRYING
    return Standing(sent.status)
