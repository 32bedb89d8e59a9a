"""How receivers of webhooks are doing, at rest; a row only for those that fail."""

from collections.abc import Collection

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, select

from tocsin.domain.webhook_health import WebhookHealth
from tocsin.store.database import Tx
from tocsin.store.tables.webhook import webhook_health
from tocsin.store.upsert import upsert


def get(
    tx: Tx, account_id: int, integration_id: int, *, lock: bool = False
) -> WebhookHealth | None:
    """How a receiver is doing, None for well."""
    found = select(webhook_health).where(_key(account_id, integration_id))
    return tx.row(found.with_for_update() if lock else found, WebhookHealth)


def is_paused(tx: Tx, account_id: int, integration_id: int) -> bool:
    """Whether nothing is sent to a receiver."""
    paused = and_(_key(account_id, integration_id), webhook_health.c.paused_at > 0)
    return tx.value(select(webhook_health.c.integration_id).where(paused)) is not None


def of(tx: Tx, account_id: int, integration_ids: Collection[int]) -> dict[int, WebhookHealth]:
    """Those of these receivers that fail."""
    found = select(webhook_health).where(
        webhook_health.c.account_id == account_id,
        webhook_health.c.integration_id.in_(integration_ids),
    )
    return {one.integration_id: one for one in tx.rows(found, WebhookHealth)}


def save(tx: Tx, changed: WebhookHealth) -> None:
    """Keep how a receiver is doing."""
    values = asdict(changed)
    key = {name: values.pop(name) for name in ("account_id", "integration_id")}
    upsert(tx, webhook_health, key, values)


def forget(tx: Tx, account_id: int, integration_id: int) -> None:
    """A receiver is well."""
    tx.run(delete(webhook_health).where(_key(account_id, integration_id)))


def recover(tx: Tx, account_id: int, integration_id: int) -> None:
    """A receiver said yes; one that is paused stays so until somebody resumes it."""
    key = _key(account_id, integration_id)
    tx.run(delete(webhook_health).where(key, webhook_health.c.paused_at == 0))


def _key(account_id: int, integration_id: int) -> ColumnElement[bool]:
    return and_(
        webhook_health.c.account_id == account_id,
        webhook_health.c.integration_id == integration_id,
    )
