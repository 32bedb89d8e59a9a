"""Alert pipelines of integrations: who may set them, and what they look at."""

from tocsin.domain.alert_pipeline import AlertPipeline, Rule, check_rules
from tocsin.domain.integration import Integration
from tocsin.engine import integration as engine_integration
from tocsin.kernel.caller import Caller
from tocsin.store import alert_pipeline as pipelines
from tocsin.store.database import Tx


def replace_rules(tx: Tx, caller: Caller, integration_id: int, rules: tuple[Rule, ...]) -> None:
    """Give an integration these rules in place of those it has."""
    integration = engine_integration.ruled(tx, caller, integration_id)
    current = pipelines.get(tx, caller.account_id, integration_id, lock=True)
    pipelines.save(tx, drafted(tx, caller, integration, rules, current))


def drafted(
    tx: Tx,
    caller: Caller,
    integration: Integration,
    rules: tuple[Rule, ...],
    current: AlertPipeline | None,
) -> AlertPipeline:
    """The pipeline with these rules, in place of `current`; saved by nobody yet.

    Raises InvalidParameter for rules that say nothing sensible.
    """
    check_rules(rules)
    return AlertPipeline(
        account_id=integration.account_id,
        integration_id=integration.id,
        rules=rules,
        creator_id=current.creator_id if current else caller.member_id,
        updated_by=caller.member_id,
        created_at=current.created_at if current else tx.now,
        updated_at=tx.now,
    )
