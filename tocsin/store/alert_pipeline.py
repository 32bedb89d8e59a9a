"""Alert pipelines of integrations."""

from collections.abc import Collection

from msgspec.structs import asdict
from sqlalchemy import select

from tocsin.domain.alert_pipeline import AlertPipeline
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.integration_rules import alert_pipeline
from tocsin.store.upsert import upsert

_COLUMNS = fields(alert_pipeline, AlertPipeline)


def get(
    tx: Tx, account_id: int, integration_id: int, *, lock: bool = False
) -> AlertPipeline | None:
    """The pipeline of an integration, None where it has none."""
    found = select(*_COLUMNS).where(
        alert_pipeline.c.account_id == account_id,
        alert_pipeline.c.integration_id == integration_id,
    )
    return tx.row(found.with_for_update() if lock else found, AlertPipeline)


def get_many(tx: Tx, account_id: int, integration_ids: Collection[int]) -> list[AlertPipeline]:
    """The pipelines of integrations that have one, in order of the integrations' ids."""
    found = select(*_COLUMNS).where(
        alert_pipeline.c.account_id == account_id,
        alert_pipeline.c.integration_id.in_(integration_ids),
    )
    return tx.rows(found.order_by(alert_pipeline.c.integration_id), AlertPipeline)


def save(tx: Tx, changed: AlertPipeline) -> None:
    """Keep a pipeline, in place of the one before."""
    values = asdict(changed)
    key = {name: values.pop(name) for name in ("account_id", "integration_id")}
    upsert(tx, alert_pipeline, key, values)
