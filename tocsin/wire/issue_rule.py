"""What rules of applications about their errors share on the wire."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.filter import Filter
from tocsin.domain.noise_rule import RuleStatus

Milliseconds = Annotated[int, Meta(description="Milliseconds since 1970.")]
RuleName = Annotated[str, Meta(min_length=1, max_length=128)]
Description = Annotated[str, Meta(max_length=512)]
Filters = Annotated[
    Filter,
    Meta(
        description="Groups of which one must hold, each of conditions that must all hold, on "
        "`error.error_type` and its like or on `tags.<name>`. Of the frames of the application "
        "one has to fit."
    ),
]


class RulesOf(Struct, frozen=True):
    application_id: str


class RuleId(Struct, frozen=True):
    application_id: str
    rule_id: str


class ReorderRule(Struct, frozen=True):
    """`drag_rule_id` takes the place of `target_rule_id`."""

    application_id: str
    drag_rule_id: str
    target_rule_id: str


class CreatedRule(Struct, frozen=True):
    rule_id: str
    rule_name: str


class ListRuleHistory(Struct, frozen=True):
    application_id: str
    p: int = 1
    limit: int = 20


class RevertRules(Struct, frozen=True):
    application_id: str
    history_id: str


class RuleItem(Struct, frozen=True, kw_only=True):
    rule_id: str
    rule_name: str
    description: str
    filters: Filters
    status: RuleStatus
    priority: Annotated[int, Meta(description="Its place, from 1; the first that matches counts.")]
    created_by: int
    updated_by: int
    created_at: Milliseconds
    updated_at: Milliseconds


class RuleRevision(Struct, frozen=True, kw_only=True):
    """All rules as a change left them."""

    history_id: str
    action: Annotated[
        str, Meta(description="create, update, delete, enable, disable, reorder or revert.")
    ]
    rule_name: str
    operator_id: int
    created_at: Milliseconds
