"""Severity rules: how bad an application's issues are, whatever would be guessed of them."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.issue_rule import IssueRule, RuleFamily, Rules
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.severity import Severity
from tocsin.engine import application as applications
from tocsin.engine import issue_rule as engine
from tocsin.engine.issue_rule import Place
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.store import issue_rule as stored
from tocsin.store.database import Tx
from tocsin.store.issue_rule import Revision
from tocsin.wire.issue_rule import (
    CreatedRule,
    Description,
    Filters,
    ListRuleHistory,
    ReorderRule,
    RevertRules,
    RuleId,
    RuleItem,
    RuleName,
    RuleRevision,
    RulesOf,
)

TAG: Final = "RUM/Issue severity"
FAMILY: Final = RuleFamily.SEVERITY

Level = Annotated[
    Severity, Meta(description="Of a new issue; later errors can only raise an issue's severity.")
]


class CreateSeverityRule(Struct, frozen=True, kw_only=True):
    application_id: str
    rule_name: RuleName
    filters: Filters
    description: Description = ""
    severity: Level


class UpdateSeverityRule(CreateSeverityRule, frozen=True, kw_only=True):
    rule_id: str


class SeverityRuleItem(RuleItem, frozen=True, kw_only=True):
    severity: Level


class SeverityRules(Struct, frozen=True):
    items: list[SeverityRuleItem]
    total: int


class SeverityRevision(RuleRevision, frozen=True, kw_only=True):
    rules: list[SeverityRuleItem]


class SeverityHistory(Struct, frozen=True):
    items: list[SeverityRevision]
    has_next_page: bool
    total: int


@operation("/rum/issue/preset-severity/rules/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: RulesOf) -> SeverityRules:
    """List an application's severity rules in the order they are tried."""
    found = applications.seen(tx, caller, request.application_id)
    items = _items(stored.of_family(tx, found.account_id, found.id, FAMILY))
    return SeverityRules(items, len(items))


@operation(
    "/rum/issue/preset-severity/rules/create", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG
)
def create(tx: Tx, caller: Caller, request: CreateSeverityRule) -> CreatedRule:
    """Have the issues of matching errors be of a severity, from their next error on.

    It stands behind the others; an application may have 50.
    """
    made = engine.create(tx, caller, _place(request.application_id), _rule(request, ""))
    return CreatedRule(made.id, made.name)


@operation(
    "/rum/issue/preset-severity/rules/update", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG
)
def update(tx: Tx, caller: Caller, request: UpdateSeverityRule) -> Empty:
    """Replace what a severity rule says."""
    wording = _rule(request, request.rule_id)
    engine.change(tx, caller, _place(request.application_id), wording)
    return Empty()


@operation(
    "/rum/issue/preset-severity/rules/delete", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG
)
def delete(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Delete a severity rule."""
    engine.delete(tx, caller, _place(request.application_id), request.rule_id)
    return Empty()


@operation(
    "/rum/issue/preset-severity/rules/enable", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG
)
def enable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Have a severity rule decide again."""
    place = _place(request.application_id)
    engine.set_status(tx, caller, place, request.rule_id, RuleStatus.ENABLED)
    return Empty()


@operation(
    "/rum/issue/preset-severity/rules/disable", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG
)
def disable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Keep a severity rule without deciding anything by it."""
    place = _place(request.application_id)
    engine.set_status(tx, caller, place, request.rule_id, RuleStatus.DISABLED)
    return Empty()


@operation(
    "/rum/issue/preset-severity/rules/reorder", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG
)
def reorder(tx: Tx, caller: Caller, request: ReorderRule) -> Empty:
    """Move a severity rule to the place of another."""
    place = _place(request.application_id)
    engine.reorder(tx, caller, place, request.drag_rule_id, request.target_rule_id)
    return Empty()


@operation("/rum/issue/preset-severity/rules/history/list", None, Kind.READ, tag=TAG)
def history(tx: Tx, caller: Caller, request: ListRuleHistory) -> SeverityHistory:
    """List the changes of an application's severity rules, the newest first, 200 at most."""
    found = applications.seen(tx, caller, request.application_id)
    page = window(request.p, request.limit)
    shown, total = stored.history(tx, found.account_id, found.id, FAMILY, page)
    items = [_revision(each) for each in shown]
    return SeverityHistory(items, page.offset + len(items) < total, total)


@operation(
    "/rum/issue/preset-severity/rules/history/revert",
    Permission.APPLICATIONS_MANAGE,
    Kind.WRITE,
    tag=TAG,
)
def revert(tx: Tx, caller: Caller, request: RevertRules) -> Empty:
    """Have an application's severity rules as an entry of the history shows them."""
    engine.revert(tx, caller, _place(request.application_id), request.history_id)
    return Empty()


def _place(application_id: str) -> Place:
    return Place(application_id, FAMILY)


def _rule(request: CreateSeverityRule, rule_id: str) -> IssueRule:
    return IssueRule(
        id=rule_id,
        name=request.rule_name,
        description=request.description,
        filters=request.filters,
        severity=request.severity,
    )


def _items(rules: Rules) -> list[SeverityRuleItem]:
    return [
        SeverityRuleItem(
            rule_id=rule.id,
            rule_name=rule.name,
            description=rule.description,
            filters=rule.filters,
            status=rule.status,
            priority=place,
            created_by=rule.created_by,
            updated_by=rule.updated_by,
            created_at=rule.created_at,
            updated_at=rule.updated_at,
            severity=rule.severity or Severity.INFO,
        )
        for place, rule in enumerate(rules, start=1)
    ]


def _revision(one: Revision) -> SeverityRevision:
    return SeverityRevision(
        history_id=one.id,
        action=one.action,
        rule_name=one.rule_name,
        operator_id=one.member_id,
        created_at=one.at,
        rules=_items(one.rules),
    )
