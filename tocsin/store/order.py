"""What came of what senders asked for, for as long as they may ask."""

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import delete, select

from tocsin.domain.order import Settled
from tocsin.kernel.units import DAY
from tocsin.store.database import Tx
from tocsin.store.tables.order import settled_order
from tocsin.store.upsert import insert_new

REMEMBERED_MS: Final = 7 * DAY


def add(tx: Tx, settled: Settled) -> None:
    """Keep what came of an order, once."""
    insert_new(tx, settled_order, asdict(settled))


def get(tx: Tx, account_id: int, integration_id: int, request_id: str) -> Settled | None:
    """What came of an integration's order, None while it was not carried out."""
    return tx.row(
        select(settled_order).where(
            settled_order.c.account_id == account_id,
            settled_order.c.integration_id == integration_id,
            settled_order.c.request_id == request_id,
        ),
        Settled,
    )


def last_alert(tx: Tx, account_id: int, integration_id: int, alert_key: str) -> str:
    """The id of the alert that the last order about a key came to, open or not; "" for none."""
    found = (
        select(settled_order.c.alert_id)
        .where(
            settled_order.c.account_id == account_id,
            settled_order.c.integration_id == integration_id,
            settled_order.c.alert_key == alert_key,
            settled_order.c.alert_id != "",
        )
        .order_by(settled_order.c.processed_at.desc(), settled_order.c.request_id.desc())
        .limit(1)
    )
    return next(iter(tx.values(found)), "")


def sweep(tx: Tx, limit: int) -> int:
    """Forget up to `limit` outcomes of more than a week ago; how many."""
    old = select(settled_order.c.request_id).where(
        settled_order.c.processed_at < tx.now - REMEMBERED_MS
    )
    return tx.run(delete(settled_order).where(settled_order.c.request_id.in_(old.limit(limit))))
