"""Acknowledging from where the message arrived: by a signed link, or by a key on the phone.

A link names one message to one person, so whoever holds it acts as that person, on that incident
and for a week.
"""

from base64 import b64decode
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import incident_progress
from tocsin.domain.incident import Incident, Progress
from tocsin.domain.member import MemberStatus
from tocsin.domain.page import Attempt
from tocsin.engine.incident_effects import keep
from tocsin.kernel.errors import ResourceNotFound
from tocsin.kernel.units import DAY, HOUR
from tocsin.outbound.post import Post
from tocsin.store import delivery
from tocsin.store import incident as incidents
from tocsin.store import member as members
from tocsin.store import page as pages
from tocsin.store.database import Tx

LIFE_MS: Final = 7 * DAY
SPOKEN_MS: Final = HOUR
ID_LENGTH: Final = 24


class Asked(Struct, frozen=True):
    """What a link stands for."""

    attempt: Attempt
    incident: Incident
    person_name: str
    locale: str


def asked(tx: Tx, token: str, *, lock: bool = False) -> Asked:
    """What a link stands for; ResourceNotFound for one that is forged, old, or of somebody gone."""
    attempt_id, signature = token[:ID_LENGTH], token[ID_LENGTH:]
    seal = tx.site.seal
    genuine = seal.is_ready and seal.signed(f"ack {attempt_id}", signature)
    attempt = pages.attempt(tx, attempt_id) if genuine else None
    if attempt is None or attempt.owed_at + LIFE_MS < tx.now:
        raise _unknown()
    person = members.by_ids(tx, attempt.account_id, [attempt.person_id])
    found = incidents.find(tx, attempt.account_id, [attempt.incident_id], lock=lock)
    if not person or person[0].status is MemberStatus.DELETED or not found:
        raise _unknown()
    return Asked(attempt, found[0], person[0].name, person[0].locale)


def acknowledge(tx: Tx, token: str, key: str = "") -> Asked:
    """Take the incident in hand as the person whom the link was sent to, by its page or by a key
    that was pressed on the phone; a closed one stays."""
    found = asked(tx, token, lock=True)
    if found.incident.progress is Progress.CLOSED:
        return found
    decision = incident_progress.acknowledge(found.incident, found.attempt.person_id, tx.now)
    way = f"key {key}" if key else "the link"
    how = f"{found.person_name} took it in hand by {way} in their {found.attempt.method} message"
    if decision.entries:
        decision = replace(decision, reason=how)
    return replace(found, incident=keep(tx, found.incident, decision))


def spoken(tx: Tx, token: str) -> str | None:
    """What a call says that nobody can acknowledge, as its provider asks for it; None where the
    link is for something else. ResourceNotFound for one that is old."""
    delivery_id, signature = token[:ID_LENGTH], token[ID_LENGTH:]
    seal = tx.site.seal
    if not seal.is_ready or not seal.signed(f"say {delivery_id}", signature):
        return None
    found = delivery.anywhere(tx, delivery_id)
    if found is None or found.owed_at + SPOKEN_MS < tx.now:
        raise _unknown()
    post = msgspec.json.decode(found.payload, type=Post)
    return seal.open(b64decode(post.sealed_text)) if post.sealed_text else post.text


def _unknown() -> ResourceNotFound:
    return ResourceNotFound("this link is not valid any more; open the incident instead")
