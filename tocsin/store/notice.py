"""Messages to people that are about no incident: what they said, and what else may carry them."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, insert, select, update

from tocsin.domain.preference import Stage
from tocsin.store.database import Tx
from tocsin.store.tables.message import notice


class Notice(Struct, frozen=True):
    """A message to a person (0: to chats) about something of a subject at an instant (ms). Where
    it fails, the first of `reserve` carries it."""

    id: str
    account_id: int
    subject: str
    person_id: int
    about_at: int
    title: str
    text: str
    delivery_id: str
    reserve: tuple[Stage, ...]
    created_at: int


def told(tx: Tx, account_id: int, subject: str, since: int) -> set[tuple[int, int]]:
    """Who was told of a subject's instants after one: person and instant."""
    found = select(notice.c.person_id, notice.c.about_at).where(
        notice.c.account_id == account_id, notice.c.subject == subject, notice.c.about_at > since
    )
    return {(person_id, at) for person_id, at in tx.tuples(found)}


def add(tx: Tx, notices: Sequence[Notice]) -> None:
    """Keep messages that are on their way."""
    tx.run(insert(notice), [asdict(one) for one in notices])


def of_delivery(tx: Tx, account_id: int, delivery_id: str) -> Notice | None:
    """The notice that a delivery carries."""
    found = select(notice).where(
        notice.c.account_id == account_id, notice.c.delivery_id == delivery_id
    )
    return tx.row(found, Notice)


def carry(tx: Tx, of: Notice, delivery_id: str, reserve: tuple[Stage, ...]) -> None:
    """Another delivery carries a notice; this reserve is left."""
    tx.run(
        update(notice)
        .where(notice.c.account_id == of.account_id, notice.c.id == of.id)
        .values(delivery_id=delivery_id, reserve=reserve)
    )


def forget(tx: Tx, account_id: int, subjects: Collection[str]) -> None:
    """Forget all that was told of subjects."""
    tx.run(delete(notice).where(notice.c.account_id == account_id, notice.c.subject.in_(subjects)))


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to `limit` notices made before an instant; how many."""
    old = select(notice.c.id).where(notice.c.created_at < before).limit(limit)
    return tx.run(delete(notice).where(notice.c.id.in_(old)))
