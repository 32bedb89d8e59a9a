"""The outbox: messages that are owed, until they are sent or given up.

At-least-once: a claim that nobody settles is due again when its lease ends, and carries
`may_repeat` from then on.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, bindparam, delete, insert, literal_column, select, update

from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.kernel.text import cut
from tocsin.kernel.units import SECOND
from tocsin.store.database import Tx
from tocsin.store.tables.engine import delivery

LEASE_MS: Final = 30 * SECOND
ERROR_LENGTH_MAX: Final = 1_000
_PENDING: Final = delivery.c.status == DeliveryStatus.PENDING
_METHODS_DUE: Final = (
    select(delivery.c.method).where(_PENDING, delivery.c.due_at <= bindparam("now")).distinct()
)


def owe(tx: Tx, account_id: int, method: str, target: str, payload: bytes, ref: str) -> str:
    """Owe a message from now on; its id. `payload` is JSON in the method's own shape."""
    delivery_id = tx.ids.object_id()
    tx.run(
        insert(delivery).values(
            id=delivery_id,
            account_id=account_id,
            method=method,
            target=target,
            payload=payload,
            ref=ref,
            status=DeliveryStatus.PENDING,
            owed_at=tx.now,
            due_at=tx.now,
            attempts=0,
            failures=0,
            claimed=False,
            may_repeat=False,
            last_error="",
            answer="",
            settled_at=0,
        )
    )
    return delivery_id


def is_due(tx: Tx, method: str) -> bool:
    """Whether there is anything for `claim_due` to find; a question that needs no write lock."""
    return tx.value(select(delivery.c.id).where(*_due(tx, method)).limit(1)) is not None


def methods_due(tx: Tx) -> set[str]:
    """The methods by which anything is to be sent by now."""
    return {method for (method,) in tx.tuples(_METHODS_DUE, {"now": tx.now})}


def claim_due(tx: Tx, method: str) -> Delivery | None:
    """The next message to send by `method`, for LEASE_MS this caller's own, or None."""
    found = tx.row(
        select(delivery)
        .where(*_due(tx, method))
        .order_by(delivery.c.due_at, delivery.c.id)
        .limit(1)
        .with_for_update(skip_locked=True),
        Delivery,
    )
    if found is None:
        return None
    tx.run(
        update(delivery)
        .where(delivery.c.id == found.id)
        .values(
            claimed=True,
            may_repeat=found.may_repeat or found.claimed,
            due_at=tx.now + LEASE_MS,
            attempts=delivery.c.attempts + 1,
        )
    )
    return tx.row(select(delivery).where(delivery.c.id == found.id), Delivery)


def settle(tx: Tx, claimed: Delivery, answer: str) -> None:
    """It was handed over, whoever holds the lease by now."""
    tx.run(
        update(delivery)
        .where(delivery.c.id == claimed.id)
        .values(
            status=DeliveryStatus.SENT,
            claimed=False,
            answer=cut(answer, ERROR_LENGTH_MAX),
            settled_at=tx.now,
        )
    )


def fail(tx: Tx, claimed: Delivery, error: str, retry_at: int, *, may_have_arrived: bool) -> bool:
    """It was not handed over and is due again at `retry_at`; False if the lease was lost."""
    return _report(
        tx,
        claimed,
        failures=claimed.failures + 1,
        last_error=cut(error, ERROR_LENGTH_MAX),
        may_repeat=claimed.may_repeat or may_have_arrived,
        due_at=retry_at,
    )


def give_up(tx: Tx, claimed: Delivery, error: str) -> bool:
    """It will not be tried again; False if the lease was lost."""
    return _report(
        tx,
        claimed,
        failures=claimed.failures + 1,
        last_error=cut(error, ERROR_LENGTH_MAX),
        status=DeliveryStatus.FAILED,
        settled_at=tx.now,
    )


def get(tx: Tx, account_id: int, delivery_id: str) -> Delivery | None:
    """The delivery, or None."""
    return tx.row(
        select(delivery).where(delivery.c.account_id == account_id, delivery.c.id == delivery_id),
        Delivery,
    )


def of(tx: Tx, account_id: int, ref: str) -> list[Delivery]:
    """Every delivery about `ref` that is still kept, oldest first."""
    return tx.rows(
        select(delivery)
        .where(delivery.c.account_id == account_id, delivery.c.ref == ref)
        .order_by(delivery.c.owed_at, delivery.c.id),
        Delivery,
    )


def by_ids(tx: Tx, account_id: int, delivery_ids: Collection[str]) -> list[Delivery]:
    """Those of these deliveries that are still kept."""
    return tx.rows(
        select(delivery).where(
            delivery.c.account_id == account_id, delivery.c.id.in_(delivery_ids)
        ),
        Delivery,
    )


def sweep(tx: Tx, settled_before: int, limit: int) -> int:
    """Forget up to `limit` deliveries settled before that instant; how many."""
    old = (
        select(delivery.c.id)
        .where(delivery.c.settled_at > literal_column("0"), delivery.c.settled_at < settled_before)
        .limit(limit)
    )
    return tx.run(delete(delivery).where(delivery.c.id.in_(old)))


def _due(tx: Tx, method: str) -> tuple[ColumnElement[bool], ...]:
    return (_PENDING, delivery.c.method == method, delivery.c.due_at <= tx.now)


def _report(tx: Tx, claimed: Delivery, **values: object) -> bool:
    """Record a claim's outcome, unless another claim followed it."""
    mine = (_PENDING, delivery.c.id == claimed.id, delivery.c.attempts == claimed.attempts)
    return bool(tx.run(update(delivery).where(*mine).values(claimed=False, **values)))
