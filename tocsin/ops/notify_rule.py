"""Notification rules of a channel: who else hears of its incidents when they begin."""

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict

from tocsin.domain.access import Permission
from tocsin.domain.escalation import NotifyRule, Target
from tocsin.domain.noise_rule import RuleStatus
from tocsin.engine import escalation_rule as engine
from tocsin.engine import noise_rule
from tocsin.engine.escalation_rule import Scope
from tocsin.engine.noise_rule import Label
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store.database import Tx
from tocsin.store.escalation import NOTICES
from tocsin.wire.escalation import Matching, Windows
from tocsin.wire.noise_rule import (
    TAG,
    CreatedRule,
    Description,
    Priority,
    RuleItem,
    common,
)

# The contract documents no field of this family, so none may be required by its shape: what is
# missing is refused by name.
Channel = Annotated[int, Meta(description="Required.")]
Name = Annotated[str, Meta(max_length=39, description="Required.")]
Recipients = Annotated[Target, Meta(description="Required: whom to tell, and how.")]
Rule = Annotated[str, Meta(description="Required.")]
Template = Annotated[
    str, Meta(pattern="^([0-9a-fA-F]{24})?$", description="The built-in one, if none.")
]


class ListNotifyRules(Struct, frozen=True):
    channel_id: Channel = 0


class NotifyRuleId(Struct, frozen=True):
    channel_id: Channel = 0
    rule_id: Rule = ""


class CreateNotifyRule(Struct, frozen=True, kw_only=True):
    channel_id: Channel = 0
    rule_name: Name = ""
    template_id: Template = ""
    target: Recipients = Target()
    time_filters: Windows = ()
    filters: Matching = ()
    description: Description = ""
    priority: Priority = 0

    @property
    def label(self) -> Label:
        return Label(self.rule_name, self.description, self.priority)

    @property
    def scope(self) -> Scope:
        return Scope(self.template_id.lower(), self.time_filters, self.filters)


class UpdateNotifyRule(CreateNotifyRule, frozen=True, kw_only=True):
    rule_id: Rule = ""


class NotifyRuleItem(RuleItem, frozen=True, kw_only=True):
    template_id: Template
    target: Target
    time_filters: Windows
    filters: Matching


class NotifyRules(Struct, frozen=True):
    items: list[NotifyRuleItem]


@operation("/channel/notify/rule/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListNotifyRules) -> NotifyRules:
    """List the notification rules of a channel."""
    found = noise_rule.browse(tx, caller, NOTICES, request.channel_id)
    return NotifyRules([_item(rule) for rule in found])


@operation("/channel/notify/rule/create", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateNotifyRule) -> CreatedRule:
    """Have people or chats told once when an incident of a channel begins.

    They become no responders. Every rule that matches tells its target.
    """
    made = engine.create_notice(
        tx, caller, request.channel_id, request.label, request.scope, request.target
    )
    return CreatedRule.of(made)


@operation("/channel/notify/rule/update", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateNotifyRule) -> Empty:
    """Replace a notification rule: what is not sent is empty afterwards."""
    engine.change_notice(
        tx,
        caller,
        request.channel_id,
        request.rule_id,
        request.label,
        request.scope,
        request.target,
    )
    return Empty()


@operation("/channel/notify/rule/delete", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: NotifyRuleId) -> Empty:
    """Delete a notification rule."""
    engine.remove(tx, caller, NOTICES, request.channel_id, request.rule_id)
    return Empty()


@operation("/channel/notify/rule/enable", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: NotifyRuleId) -> Empty:
    """Have a notification rule tell again."""
    status = RuleStatus.ENABLED
    noise_rule.set_status(tx, caller, NOTICES, request.channel_id, request.rule_id, status)
    return Empty()


@operation("/channel/notify/rule/disable", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def disable(tx: Tx, caller: Caller, request: NotifyRuleId) -> Empty:
    """Keep a notification rule without telling anybody by it."""
    status = RuleStatus.DISABLED
    noise_rule.set_status(tx, caller, NOTICES, request.channel_id, request.rule_id, status)
    return Empty()


def _item(rule: NotifyRule) -> NotifyRuleItem:
    return NotifyRuleItem(
        **asdict(common(rule)),
        template_id=rule.template_id,
        target=rule.target,
        time_filters=rule.windows,
        filters=rule.filters,
    )
