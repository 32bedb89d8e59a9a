"""What the operations on drop, silence and inhibit rules send and receive alike."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.filter import Condition
from tocsin.domain.noise_rule import NoiseRule, RuleStatus
from tocsin.engine.noise_rule import Label
from tocsin.kernel.units import seconds
from tocsin.wire.incident import ObjectId

TAG: Final = "Channels"

RuleName = Annotated[str, Meta(min_length=1, max_length=39)]
Description = Annotated[str, Meta(max_length=500)]
Priority = Annotated[
    int, Meta(description="From 0; smaller is tried earlier, equal ones oldest first.")
]
Conditions = Annotated[tuple[Condition, ...], Meta(description="Conditions that must all hold.")]
Filters = Annotated[
    tuple[Conditions, ...], Meta(description="Groups of conditions, one of which must hold.")
]
Discard = Annotated[bool, Meta(description="Keep nothing of what matches, not even the alert.")]


class ListRules(Struct, frozen=True):
    channel_id: int


class RuleId(Struct, frozen=True):
    channel_id: int
    rule_id: ObjectId


class CreatedRule(Struct, frozen=True):
    rule_id: ObjectId
    rule_name: str

    @classmethod
    def of(cls, rule: NoiseRule) -> "CreatedRule":
        return cls(rule.id, rule.name)


class RuleText(Struct, frozen=True, kw_only=True):
    """What people call a rule. What is not sent is empty, in a change too."""

    channel_id: int
    rule_name: RuleName
    description: Description = ""
    priority: Priority = 0

    @property
    def label(self) -> Label:
        return Label(self.rule_name, self.description, self.priority)


class RuleItem(Struct, frozen=True, kw_only=True):
    """What every listed rule shows; instants in seconds."""

    rule_id: ObjectId
    account_id: int
    channel_id: int
    priority: int
    rule_name: str
    description: str
    status: RuleStatus
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int
    deleted_at: Annotated[int, Meta(description="0: a deleted rule is not listed.")] = 0


def common(rule: NoiseRule) -> RuleItem:
    """The members that all kinds of rules show."""
    return RuleItem(
        rule_id=rule.id,
        account_id=rule.account_id,
        channel_id=rule.channel_id,
        priority=rule.priority,
        rule_name=rule.name,
        description=rule.description,
        status=rule.status,
        creator_id=rule.creator_id,
        updated_by=rule.updated_by,
        created_at=seconds(rule.created_at),
        updated_at=seconds(rule.updated_at),
    )
