"""Enrichment rules of integrations, and which mappings they look in."""

from collections.abc import Collection

from msgspec.structs import asdict
from sqlalchemy import delete, insert, select

from tocsin.domain.enrichment import Enrichment
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.integration_rules import enrichment, enrichment_mapping
from tocsin.store.upsert import upsert

_COLUMNS = fields(enrichment, Enrichment)


def get(tx: Tx, account_id: int, integration_id: int, *, lock: bool = False) -> Enrichment | None:
    """The enrichment of an integration, None where it has none."""
    found = select(*_COLUMNS).where(
        enrichment.c.account_id == account_id, enrichment.c.integration_id == integration_id
    )
    return tx.row(found.with_for_update() if lock else found, Enrichment)


def get_many(tx: Tx, account_id: int, integration_ids: Collection[int]) -> list[Enrichment]:
    """The enrichments of integrations that have one, in order of the integrations' ids."""
    found = select(*_COLUMNS).where(
        enrichment.c.account_id == account_id, enrichment.c.integration_id.in_(integration_ids)
    )
    return tx.rows(found.order_by(enrichment.c.integration_id), Enrichment)


def save(tx: Tx, changed: Enrichment) -> None:
    """Keep an enrichment, in place of the one before."""
    values = asdict(changed)
    key = {name: values.pop(name) for name in ("account_id", "integration_id")}
    upsert(tx, enrichment, key, values)
    tx.run(
        delete(enrichment_mapping).where(
            enrichment_mapping.c.account_id == changed.account_id,
            enrichment_mapping.c.integration_id == changed.integration_id,
        )
    )
    uses = [{**key, "mapping_id": mapping_id} for mapping_id in sorted(changed.mapping_ids)]
    tx.run(insert(enrichment_mapping), uses)
