"""Enrichment: labels that an integration adds to what it sends."""

from typing import Final

from msgspec import Struct

from tocsin.domain.access import Permission
from tocsin.domain.enrichment import Enrichment
from tocsin.engine import enrichment as engine
from tocsin.engine import integration as engine_integration
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store import enrichment as enrichments
from tocsin.store.database import Tx
from tocsin.wire.enrichment import WireRule
from tocsin.wire.rules import OfIntegration, OfIntegrations

TAG: Final = "Alert enrichment"
LISTERS: Final = (Permission.INTEGRATIONS_READ, Permission.INTEGRATIONS_MANAGE)
READERS: Final = (Permission.CHANNELS_READ, Permission.CHANNELS_MANAGE, *LISTERS)
WRITERS: Final = (Permission.CHANNELS_MANAGE, Permission.INTEGRATIONS_MANAGE)


class UpsertEnrichment(Struct, frozen=True):
    """Replaces all rules of the integration."""

    integration_id: int
    rules: tuple[WireRule, ...]


class EnrichmentItem(Struct, frozen=True):
    integration_id: int
    rules: list[WireRule]
    status: str
    updated_by: int
    creator_id: int
    created_at: int
    updated_at: int


class Enrichments(Struct, frozen=True):
    items: list[EnrichmentItem]


@operation("/enrichment/info", READERS, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: OfIntegration) -> EnrichmentItem | None:
    """Show the enrichment rules of one integration, null where it has none."""
    one = engine_integration.readable(tx, caller, request.integration_id)
    found = enrichments.get(tx, caller.account_id, one.id)
    return _item(found) if found else None


@operation("/enrichment/list", LISTERS, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: OfIntegrations) -> Enrichments:
    """Show the enrichment rules of several integrations; those without any are left out."""
    ids = engine_integration.readable_ids(tx, caller, request.integration_ids)
    return Enrichments([_item(one) for one in enrichments.get_many(tx, caller.account_id, ids)])


@operation("/enrichment/upsert", WRITERS, Kind.WRITE, tag=TAG)
def upsert(tx: Tx, caller: Caller, request: UpsertEnrichment) -> Empty:
    """Replace the enrichment rules of an integration.

    Rules run in order, each on what the one before it left: they take a label out of a text
    (`extraction`), write one (`composition`), look labels up in a table or ask a service for them
    (`mapping`), or take labels away (`drop`). A rule whose `if` does not hold is passed over; one
    that fails changes nothing and never holds an alert back.
    """
    engine.replace_rules(tx, caller, request.integration_id, request.rules)
    return Empty()


def _item(one: Enrichment) -> EnrichmentItem:
    return EnrichmentItem(
        integration_id=one.integration_id,
        rules=list(one.rules),
        status="enabled",
        updated_by=one.updated_by,
        creator_id=one.creator_id,
        created_at=seconds(one.created_at),
        updated_at=seconds(one.updated_at),
    )
