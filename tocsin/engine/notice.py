"""Telling people of something that is no incident, by the methods they chose for their shifts.

A method that fails gives way to the next one they have.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.member import Member, MemberStatus
from tocsin.domain.preference import EMAIL, Stage, plan
from tocsin.engine.page_message import owe_plain
from tocsin.kernel.errors import Unavailable
from tocsin.store import contact as contacts
from tocsin.store import member as members
from tocsin.store import notice as notices
from tocsin.store.database import Tx
from tocsin.store.notice import Notice


class Words(Struct, frozen=True):
    """What is told, of which subject, and of which of its instants (ms)."""

    subject: str
    about_at: int
    title: str
    text: str


def tell(tx: Tx, person: Member, words: Words, methods: Sequence[str] = ()) -> None:
    """Tell a person by these methods, or those they chose; what else they have is in reserve."""
    preference = contacts.preference_of(tx, person.account_id, person.id)
    wanted = methods or preference.shifts or (EMAIL,)
    verified = contacts.verified(tx, person.account_id, person.id)
    stages = plan(wanted, {}, verified, bool(person.email)).stages
    if not stages:
        return
    blank = made(tx, person.account_id, words, person.id)
    chosen = [one for one in stages if not one.reserve]
    left = tuple(one for one in stages if one.reserve)
    sent = [id_ for stage in chosen if (id_ := _owe(tx, person, stage, blank))]
    while not sent and left:
        # None of what was chosen can be used: somebody must hear of it all the same.
        first, *rest = left
        sent, left = list(filter(None, [_owe(tx, person, first, blank)])), tuple(rest)
    notices.add(
        tx,
        [
            # One of them goes on to the others; two would tell the same twice.
            replace(
                blank,
                id=tx.ids.object_id(),
                delivery_id=delivery_id,
                reserve=() if position else left,
            )
            for position, delivery_id in enumerate(sent)
        ],
    )


def made(tx: Tx, account_id: int, words: Words, person_id: int, delivery_id: str = "") -> Notice:
    """A notice that nothing else carries."""
    return Notice(
        id=tx.ids.object_id(),
        account_id=account_id,
        subject=words.subject,
        person_id=person_id,
        about_at=words.about_at,
        title=words.title,
        text=words.text,
        delivery_id=delivery_id,
        reserve=(),
        created_at=tx.now,
    )


def failed(tx: Tx, account_id: int, delivery_id: str) -> None:
    """A message did not get through: if it is a notice, it goes another way at once."""
    notice = notices.of_delivery(tx, account_id, delivery_id)
    if notice is None or not notice.reserve:
        return
    found = members.by_ids(tx, account_id, [notice.person_id])
    if not found or found[0].status is MemberStatus.DELETED:
        return
    left = list(notice.reserve)
    while left:
        delivery_id = _owe(tx, found[0], left.pop(0), notice)
        if delivery_id:
            notices.carry(tx, notice, delivery_id, tuple(left))
            return


def _owe(tx: Tx, person: Member, stage: Stage, notice: Notice) -> str:
    """The delivery that carries a notice, empty where a contact is gone or cannot be opened."""
    contact = contacts.get(tx, person.account_id, stage.contact_id) if stage.contact_id else None
    if stage.contact_id and contact is None:
        return ""
    try:
        return owe_plain(tx, person, contact, notice.title, notice.text, notice.subject)
    except Unavailable:
        return ""
