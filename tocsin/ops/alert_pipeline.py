"""Alert pipelines: what becomes of an integration's alerts before they are routed."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.alert_pipeline import RULES_MAX, AlertPipeline
from tocsin.engine import alert_pipeline as engine
from tocsin.engine import integration as engine_integration
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store import alert_pipeline as pipelines
from tocsin.store.database import Tx
from tocsin.wire.alert_pipeline import WireRule
from tocsin.wire.rules import OfIntegration, OfIntegrations

TAG: Final = "Alerts"


class UpsertPipeline(Struct, frozen=True):
    """Replaces all rules of the integration."""

    integration_id: int
    rules: Annotated[tuple[WireRule, ...], Meta(max_length=RULES_MAX)]


class PipelineItem(Struct, frozen=True):
    integration_id: int
    rules: list[WireRule]
    status: Literal["enabled", "disabled"]
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int


class Pipelines(Struct, frozen=True):
    items: list[PipelineItem]


@operation("/alert/pipeline/info", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: OfIntegration) -> PipelineItem | None:
    """Show the alert pipeline of one integration, null where it has none."""
    one = engine_integration.readable(tx, caller, request.integration_id)
    found = pipelines.get(tx, caller.account_id, one.id)
    return _item(found) if found else None


@operation("/alert/pipeline/list", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: OfIntegrations) -> Pipelines:
    """Show the alert pipelines of several integrations; those without one are left out."""
    ids = engine_integration.readable_ids(tx, caller, request.integration_ids)
    return Pipelines([_item(one) for one in pipelines.get_many(tx, caller.account_id, ids)])


@operation("/alert/pipeline/upsert", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def upsert(tx: Tx, caller: Caller, request: UpsertPipeline) -> Empty:
    """Replace the alert pipeline of an integration.

    Rules run in order, each on what the one before it left: they give an alert another title,
    description or severity, drop it, or drop it while an active alert of the same integration
    explains it. Recoveries pass by.
    """
    engine.replace_rules(tx, caller, request.integration_id, request.rules)
    return Empty()


def _item(one: AlertPipeline) -> PipelineItem:
    return PipelineItem(
        integration_id=one.integration_id,
        rules=list(one.rules),
        status="enabled",
        creator_id=one.creator_id,
        updated_by=one.updated_by,
        created_at=seconds(one.created_at),
        updated_at=seconds(one.updated_at),
    )
