"""Owner rules: whom an application's new issues are assigned to, and which channels hear of them."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.issue_rule import IssueRule, RuleFamily, Rules
from tocsin.domain.noise_rule import RuleStatus
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

TAG: Final = "RUM/Issue owners"
FAMILY: Final = RuleFamily.OWNER

Members = Annotated[
    tuple[int, ...], Meta(max_length=50, description="Whom a new issue is assigned to.")
]
Team = Annotated[int, Meta(description="The team it belongs to; 0 for none.")]
Channels = Annotated[
    tuple[int, ...],
    Meta(max_length=20, description="Where its alerts go in place of the application's channels."),
]


class CreateOwnerRule(Struct, frozen=True, kw_only=True):
    application_id: str
    rule_name: RuleName
    filters: Filters
    description: Description = ""
    person_ids: Members = ()
    team_id: Team = 0
    channel_ids: Channels = ()


class UpdateOwnerRule(CreateOwnerRule, frozen=True, kw_only=True):
    rule_id: str


class OwnerRuleItem(RuleItem, frozen=True, kw_only=True):
    person_ids: Members
    team_id: Team
    channel_ids: Channels


class OwnerRules(Struct, frozen=True):
    items: list[OwnerRuleItem]
    total: int


class OwnerRevision(RuleRevision, frozen=True, kw_only=True):
    rules: list[OwnerRuleItem]


class OwnerHistory(Struct, frozen=True):
    items: list[OwnerRevision]
    has_next_page: bool
    total: int


@operation("/rum/issue/owner/rules/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: RulesOf) -> OwnerRules:
    """List an application's owner rules in the order they are tried."""
    found = applications.seen(tx, caller, request.application_id)
    items = _items(stored.of_family(tx, found.account_id, found.id, FAMILY))
    return OwnerRules(items, len(items))


@operation("/rum/issue/owner/rules/create", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateOwnerRule) -> CreatedRule:
    """Say whose the new issues of matching errors are.

    It stands behind the others; an application may have 50.
    """
    made = engine.create(tx, caller, _place(request.application_id), _rule(request, ""))
    return CreatedRule(made.id, made.name)


@operation("/rum/issue/owner/rules/update", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateOwnerRule) -> Empty:
    """Replace what an owner rule says."""
    wording = _rule(request, request.rule_id)
    engine.change(tx, caller, _place(request.application_id), wording)
    return Empty()


@operation("/rum/issue/owner/rules/delete", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Delete an owner rule."""
    engine.delete(tx, caller, _place(request.application_id), request.rule_id)
    return Empty()


@operation("/rum/issue/owner/rules/enable", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Have an owner rule decide again."""
    place = _place(request.application_id)
    engine.set_status(tx, caller, place, request.rule_id, RuleStatus.ENABLED)
    return Empty()


@operation("/rum/issue/owner/rules/disable", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def disable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Keep an owner rule without deciding anything by it."""
    place = _place(request.application_id)
    engine.set_status(tx, caller, place, request.rule_id, RuleStatus.DISABLED)
    return Empty()


@operation("/rum/issue/owner/rules/reorder", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def reorder(tx: Tx, caller: Caller, request: ReorderRule) -> Empty:
    """Move an owner rule to the place of another."""
    place = _place(request.application_id)
    engine.reorder(tx, caller, place, request.drag_rule_id, request.target_rule_id)
    return Empty()


@operation("/rum/issue/owner/rules/history/list", None, Kind.READ, tag=TAG)
def history(tx: Tx, caller: Caller, request: ListRuleHistory) -> OwnerHistory:
    """List the changes of an application's owner rules, the newest first, 200 at most."""
    found = applications.seen(tx, caller, request.application_id)
    page = window(request.p, request.limit)
    shown, total = stored.history(tx, found.account_id, found.id, FAMILY, page)
    items = [_revision(each) for each in shown]
    return OwnerHistory(items, page.offset + len(items) < total, total)


@operation(
    "/rum/issue/owner/rules/history/revert", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG
)
def revert(tx: Tx, caller: Caller, request: RevertRules) -> Empty:
    """Have an application's owner rules as an entry of the history shows them."""
    engine.revert(tx, caller, _place(request.application_id), request.history_id)
    return Empty()


def _place(application_id: str) -> Place:
    return Place(application_id, FAMILY)


def _rule(request: CreateOwnerRule, rule_id: str) -> IssueRule:
    return IssueRule(
        id=rule_id,
        name=request.rule_name,
        description=request.description,
        filters=request.filters,
        member_ids=request.person_ids,
        team_id=request.team_id,
        channel_ids=request.channel_ids,
    )


def _items(rules: Rules) -> list[OwnerRuleItem]:
    return [
        OwnerRuleItem(
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
            person_ids=rule.member_ids,
            team_id=rule.team_id,
            channel_ids=rule.channel_ids,
        )
        for place, rule in enumerate(rules, start=1)
    ]


def _revision(one: Revision) -> OwnerRevision:
    return OwnerRevision(
        history_id=one.id,
        action=one.action,
        rule_name=one.rule_name,
        operator_id=one.member_id,
        created_at=one.at,
        rules=_items(one.rules),
    )
