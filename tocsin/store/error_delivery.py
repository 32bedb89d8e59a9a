"""Delivery rules of applications."""

from sqlalchemy import select

from tocsin.domain.error_delivery import ALL, ErrorDelivery
from tocsin.store.database import Tx
from tocsin.store.tables.error_delivery import error_delivery
from tocsin.store.upsert import upsert


def get(tx: Tx, account_id: int, application_id: str) -> ErrorDelivery:
    """What an application says; all becomes issues where nobody said."""
    wanted = select(error_delivery.c.rules).where(
        error_delivery.c.account_id == account_id,
        error_delivery.c.application_id == application_id,
    )
    found = tx.value(wanted)
    return found if isinstance(found, ErrorDelivery) else ALL


def save(tx: Tx, account_id: int, application_id: str, rules: ErrorDelivery, by: int) -> None:
    values = {"account_id": account_id, "rules": rules, "updated_at": tx.now, "updated_by": by}
    upsert(tx, error_delivery, {"application_id": application_id}, values)
