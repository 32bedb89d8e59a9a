"""Pages on their way to people, and each message of one."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from tocsin.domain.delivery import DeliveryStatus
from tocsin.domain.page import Attempt, Page, PageStatus
from tocsin.domain.retry import FAILURES_TOLD_AT
from tocsin.store.database import Tx
from tocsin.store.tables.contact import page, page_attempt
from tocsin.store.tables.engine import delivery

HELD_MAX: Final = 200


def get(tx: Tx, account_id: int, page_id: str, *, lock: bool = False) -> Page | None:
    """One page."""
    found = select(page).where(page.c.account_id == account_id, page.c.id == page_id)
    return tx.row(found.with_for_update() if lock else found, Page)


def add(tx: Tx, new: Page) -> None:
    """Keep a new page."""
    tx.run(insert(page).values(**asdict(new)))


def save_progress(tx: Tx, changed: Page) -> None:
    """Keep how far a page has come."""
    tx.run(
        update(page)
        .where(page.c.account_id == changed.account_id, page.c.id == changed.id)
        .values(position=changed.position, status=changed.status, stages=changed.stages)
    )


def end_earlier(tx: Tx, account_id: int, incident_id: str, person_id: int) -> None:
    """A new page about an incident takes the place of those that the person has of it."""
    tx.run(
        update(page)
        .where(
            page.c.account_id == account_id,
            page.c.incident_id == incident_id,
            page.c.person_id == person_id,
            page.c.status == PageStatus.OPEN,
        )
        .values(status=PageStatus.DONE)
    )


def add_attempt(tx: Tx, new: Attempt) -> None:
    """Keep a message of a page."""
    tx.run(insert(page_attempt).values(**asdict(new)))


def attempt(tx: Tx, attempt_id: str) -> Attempt | None:
    """One message by its own id, whosever account it is of: for links that carry a signature."""
    return tx.row(select(page_attempt).where(page_attempt.c.id == attempt_id), Attempt)


def of_delivery(tx: Tx, account_id: int, delivery_id: str) -> list[Attempt]:
    """The messages that one delivery carries."""
    found = select(page_attempt).where(
        page_attempt.c.account_id == account_id, page_attempt.c.delivery_id == delivery_id
    )
    return tx.rows(found.order_by(page_attempt.c.id), Attempt)


def of_incident(tx: Tx, account_id: int, incident_id: str) -> list[Attempt]:
    """The messages that people had, or are about to have, about an incident, in order."""
    found = select(page_attempt).where(
        page_attempt.c.account_id == account_id, page_attempt.c.incident_id == incident_id
    )
    return tx.rows(found.order_by(page_attempt.c.owed_at, page_attempt.c.id), Attempt)


def recent(tx: Tx, account_id: int, person_id: int, method: str, since: int) -> int:
    """How many messages a person had by a method since an instant."""
    found = select(func.count()).select_from(page_attempt)
    return int(tx.value(found.where(*_of(account_id, person_id, method), _since(since))))


def told(tx: Tx, account_id: int, incident_id: str, person_id: int) -> int:
    """How many messages a person had, or is about to have, about an incident."""
    found = (
        select(func.count())
        .select_from(page_attempt)
        .where(
            page_attempt.c.account_id == account_id,
            page_attempt.c.incident_id == incident_id,
            page_attempt.c.person_id == person_id,
        )
    )
    return int(tx.value(found))


def is_under_way(tx: Tx, account_id: int, incident_id: str, person_id: int, method: str) -> bool:
    """Whether a message about the incident is owed to that person by that method right now, and
    has not given way to another method."""
    owed = (
        select(page_attempt.c.id)
        .join(delivery, delivery.c.id == page_attempt.c.delivery_id, isouter=True)
        .where(
            page_attempt.c.account_id == account_id,
            page_attempt.c.incident_id == incident_id,
            page_attempt.c.person_id == person_id,
            page_attempt.c.method == method,
            page_attempt.c.held
            | (
                (delivery.c.status == DeliveryStatus.PENDING)
                & (delivery.c.failures < FAILURES_TOLD_AT)
            ),
        )
    )
    return tx.value(owed.limit(1)) is not None


def held(tx: Tx, account_id: int, person_id: int, method: str) -> list[Attempt]:
    """The messages that wait to be told together."""
    found = select(page_attempt).where(
        *_of(account_id, person_id, method), page_attempt.c.held.is_(True)
    )
    return tx.rows(found.order_by(page_attempt.c.id).limit(HELD_MAX), Attempt)


def release(tx: Tx, account_id: int, attempt_ids: Sequence[str], delivery_id: str) -> None:
    """They travel together in one delivery; without one, they do not."""
    tx.run(
        update(page_attempt)
        .where(page_attempt.c.account_id == account_id, page_attempt.c.id.in_(attempt_ids))
        .values(held=False, delivery_id=delivery_id)
    )


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to `limit` pages and as many messages that are older; how many."""
    old = select(page.c.id).where(page.c.created_at < before).limit(limit)
    gone = tx.run(delete(page).where(page.c.id.in_(old)))
    ago = select(page_attempt.c.id).where(page_attempt.c.owed_at < before).limit(limit)
    return max(gone, tx.run(delete(page_attempt).where(page_attempt.c.id.in_(ago))))


def _of(account_id: int, person_id: int, method: str) -> tuple[ColumnElement[bool], ...]:
    return (
        page_attempt.c.account_id == account_id,
        page_attempt.c.person_id == person_id,
        page_attempt.c.method == method,
    )


def _since(since: int) -> ColumnElement[bool]:
    return and_(page_attempt.c.owed_at > since, page_attempt.c.held.is_(False))
