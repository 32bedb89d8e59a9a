"""Error-ingestion rules: errors an application keeps without making issues of them."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.error_ingestion import IngestionRule
from tocsin.domain.filter import Filter
from tocsin.domain.noise_rule import RuleStatus
from tocsin.engine import application as applications
from tocsin.engine import error_ingestion as engine
from tocsin.engine.error_ingestion import Wording
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.store import error_ingestion as rules
from tocsin.store.database import Tx
from tocsin.store.error_ingestion import Revision
from tocsin.wire.issue_rule import Description, Milliseconds, RuleName

TAG: Final = "RUM/Error ingestion"

Filters = Annotated[
    Filter,
    Meta(
        description="Groups of which one must hold, each of conditions that must all hold, on"
        " `error.error_type` and its like or on `context.<path>`."
    ),
]


class IngestionRulesOf(Struct, frozen=True):
    application_id: str


class CreateIngestionRule(Struct, frozen=True):
    application_id: str
    rule_name: RuleName
    filters: Filters
    description: Description = ""


class UpdateIngestionRule(Struct, frozen=True):
    application_id: str
    rule_id: str
    rule_name: RuleName
    filters: Filters
    description: Description = ""


class IngestionRuleId(Struct, frozen=True):
    application_id: str
    rule_id: str


class CreatedIngestionRule(Struct, frozen=True):
    rule_id: str
    rule_name: str


class IngestionRuleItem(Struct, frozen=True):
    rule_id: str
    application_id: str
    rule_name: str
    description: str
    filters: Filters
    status: RuleStatus
    created_by: int
    updated_by: int
    created_at: Milliseconds
    updated_at: Milliseconds


class IngestionRules(Struct, frozen=True):
    items: list[IngestionRuleItem]
    total: int


class ListIngestionHistory(Struct, frozen=True):
    application_id: str
    p: int = 1
    limit: int = 20


class IngestionRevision(Struct, frozen=True):
    """All rules of the application as a change left them."""

    history_id: str
    action: Annotated[str, Meta(description="create, update, delete, enable, disable or revert.")]
    rule_name: str
    operator_id: int
    created_at: Milliseconds
    rules: list[IngestionRuleItem]


class IngestionHistory(Struct, frozen=True):
    items: list[IngestionRevision]
    has_next_page: bool
    total: int


class RevertIngestion(Struct, frozen=True):
    application_id: str
    history_id: str


@operation("/rum/error-ingestion/rules/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: IngestionRulesOf) -> IngestionRules:
    """List the error-ingestion rules of an application, the oldest first."""
    found = applications.seen(tx, caller, request.application_id)
    items = [_item(rule) for rule in rules.of_application(tx, found.account_id, found.id)]
    return IngestionRules(items, len(items))


@operation("/rum/error-ingestion/rules/create", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateIngestionRule) -> CreatedIngestionRule:
    """Have errors that match kept without an issue, from now on.

    Their events stay and can be searched. An application may have 50 rules.
    """
    made = engine.create(tx, caller, request.application_id, _wording(request))
    return CreatedIngestionRule(made.id, made.name)


@operation("/rum/error-ingestion/rules/update", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateIngestionRule) -> Empty:
    """Replace what an error-ingestion rule says."""
    engine.change(tx, caller, request.application_id, request.rule_id, _wording(request))
    return Empty()


@operation("/rum/error-ingestion/rules/delete", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: IngestionRuleId) -> Empty:
    """Delete an error-ingestion rule."""
    engine.delete(tx, caller, request.application_id, request.rule_id)
    return Empty()


@operation("/rum/error-ingestion/rules/enable", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: IngestionRuleId) -> Empty:
    """Have an error-ingestion rule decide again."""
    status = RuleStatus.ENABLED
    engine.set_status(tx, caller, request.application_id, request.rule_id, status)
    return Empty()


@operation(
    "/rum/error-ingestion/rules/disable", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG
)
def disable(tx: Tx, caller: Caller, request: IngestionRuleId) -> Empty:
    """Keep an error-ingestion rule without deciding anything by it."""
    status = RuleStatus.DISABLED
    engine.set_status(tx, caller, request.application_id, request.rule_id, status)
    return Empty()


@operation("/rum/error-ingestion/rules/history/list", None, Kind.READ, tag=TAG)
def history(tx: Tx, caller: Caller, request: ListIngestionHistory) -> IngestionHistory:
    """List the changes of an application's error-ingestion rules, the newest first, 200 at most."""
    found = applications.seen(tx, caller, request.application_id)
    page = window(request.p, request.limit)
    items = [_revision(each) for each in rules.history(tx, found.account_id, found.id, page)]
    total = rules.history_count(tx, found.account_id, found.id)
    return IngestionHistory(items, page.offset + len(items) < total, total)


@operation(
    "/rum/error-ingestion/rules/history/revert",
    Permission.APPLICATIONS_MANAGE,
    Kind.WRITE,
    tag=TAG,
)
def revert(tx: Tx, caller: Caller, request: RevertIngestion) -> Empty:
    """Have an application's error-ingestion rules as an entry of the history shows them."""
    engine.revert(tx, caller, request.application_id, request.history_id)
    return Empty()


def _wording(request: CreateIngestionRule | UpdateIngestionRule) -> Wording:
    return Wording(request.rule_name, request.description, request.filters)


def _item(rule: IngestionRule) -> IngestionRuleItem:
    return IngestionRuleItem(
        rule_id=rule.id,
        application_id=rule.application_id,
        rule_name=rule.name,
        description=rule.description,
        filters=rule.filters,
        status=rule.status,
        created_by=rule.created_by,
        updated_by=rule.updated_by,
        created_at=rule.created_at,
        updated_at=rule.updated_at,
    )


def _revision(revision: Revision) -> IngestionRevision:
    return IngestionRevision(
        history_id=revision.id,
        action=revision.action,
        rule_name=revision.rule_name,
        operator_id=revision.member_id,
        created_at=revision.at,
        rules=[_item(rule) for rule in revision.rules],
    )
