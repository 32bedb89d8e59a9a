"""Enrichment rules of integrations: who may set them."""

from collections.abc import Sequence

from msgspec.structs import replace

from tocsin.domain.enrichment import Enrichment, MappingRule, Rule, check_rules
from tocsin.engine import integration as engine_integration
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.store import enrichment as enrichments
from tocsin.store import mapping_api as apis
from tocsin.store import mapping_schema as schemas
from tocsin.store.database import Tx


def replace_rules(tx: Tx, caller: Caller, integration_id: int, rules: tuple[Rule, ...]) -> None:
    """Give an integration these rules in place of those it has."""
    integration = engine_integration.ruled(tx, caller, integration_id)
    require_sound(tx, caller.account_id, rules, lock=True)
    new = Enrichment(
        account_id=integration.account_id,
        integration_id=integration.id,
        rules=rules,
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    current = enrichments.get(tx, caller.account_id, integration_id, lock=True)
    if current:
        new = replace(new, creator_id=current.creator_id, created_at=current.created_at)
    enrichments.save(tx, new)


def require_sound(tx: Tx, account_id: int, rules: Sequence[Rule], *, lock: bool) -> None:
    """Raise InvalidParameter where a rule is not right in itself, looks in a table or service that
    is not there, or wants a label that the table does not have. Where the rules are to be kept,
    the tables and services are locked: whoever deletes one at the same time sees that it is
    used."""
    check_rules(rules)
    for rule in rules:
        if not isinstance(rule, MappingRule):
            continue
        wanted = rule.settings
        if wanted.mapping_type == "api":
            if apis.get(tx, account_id, wanted.mapping_id, lock=lock) is None:
                raise InvalidParameter("no mapping API has the id {api_id}", api_id=wanted.api_id)
            continue
        schema = schemas.get(tx, account_id, wanted.mapping_id, lock=lock)
        if schema is None:
            raise InvalidParameter(
                "no mapping schema has the id {schema_id}", schema_id=wanted.schema_id
            )
        for label in wanted.result_labels:
            if label not in schema.result_labels:
                raise InvalidParameter(
                    "mapping schema {name} has no result label {label}",
                    name=schema.name,
                    label=label,
                )
