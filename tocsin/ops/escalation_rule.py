"""Escalation rules of a channel: who is told about its incidents, in which order."""

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict

from tocsin.domain.access import Permission
from tocsin.domain.escalation import EscalationRule, Layer
from tocsin.domain.noise_rule import RuleStatus
from tocsin.engine import channel as channels
from tocsin.engine import escalation_rule as engine
from tocsin.engine import noise_rule
from tocsin.engine.escalation_rule import Terms
from tocsin.engine.noise_rule import Label
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import from_seconds, seconds
from tocsin.store.database import Tx
from tocsin.store.escalation import ESCALATIONS
from tocsin.wire.escalation import Matching, RuleScope, Windows
from tocsin.wire.incident import ObjectId
from tocsin.wire.noise_rule import (
    TAG,
    CreatedRule,
    Description,
    ListRules,
    Priority,
    RuleId,
    RuleItem,
    RuleName,
    common,
)

Layers = Annotated[tuple[Layer, ...], Meta(min_length=1, description="Tried in order.")]
FirstPriority = Annotated[int, Meta(ge=0, le=200, description="Smaller is tried earlier.")]
Gathering = Annotated[
    int, Meta(description="Seconds to wait before the first message, up to 3600; 0 is off.")
]
FirstGathering = Annotated[Gathering, Meta(ge=0, le=3600)]


class RuleTerms(RuleScope, frozen=True, kw_only=True):
    channel_id: int
    rule_name: RuleName
    layers: Layers
    description: Description = ""
    priority: Priority = 0
    aggr_window: Gathering = 0

    @property
    def label(self) -> Label:
        return Label(self.rule_name, self.description, self.priority)

    @property
    def terms(self) -> Terms:
        return Terms(self.scope, self.layers, from_seconds(self.aggr_window))


class CreateEscalationRule(RuleTerms, frozen=True, kw_only=True):
    priority: FirstPriority = 0
    aggr_window: FirstGathering = 0


class UpdateEscalationRule(RuleTerms, frozen=True, kw_only=True):
    rule_id: ObjectId


class EscalationRuleItem(RuleItem, frozen=True, kw_only=True):
    channel_name: str
    template_id: ObjectId
    aggr_window: int
    layers: tuple[Layer, ...]
    time_filters: Windows
    filters: Matching


class EscalationRules(Struct, frozen=True):
    items: list[EscalationRuleItem]


@operation("/channel/escalate/rule/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListRules) -> EscalationRules:
    """List the escalation rules of a channel, in the order in which they are tried."""
    name = channels.seen(tx, caller, request.channel_id).name
    found = noise_rule.browse(tx, caller, ESCALATIONS, request.channel_id)
    return EscalationRules([_item(rule, name) for rule in found])


@operation("/channel/escalate/rule/info", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: RuleId) -> EscalationRuleItem:
    """Read one escalation rule."""
    name = channels.seen(tx, caller, request.channel_id).name
    return _item(engine.info(tx, caller, request.channel_id, request.rule_id), name)


@operation("/channel/escalate/rule/create", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateEscalationRule) -> CreatedRule:
    """Have people told about incidents of a channel, level by level.

    The first rule that matches an incident when it begins takes it. Each level names people,
    teams, schedules or addresses, and how they are told: `by` methods, or chats in `webhooks`.
    """
    made = engine.create(tx, caller, request.channel_id, request.label, request.terms)
    return CreatedRule.of(made)


@operation("/channel/escalate/rule/update", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateEscalationRule) -> Empty:
    """Replace an escalation rule: what is not sent is empty afterwards.

    Incidents that it has in hand go on by what it says now, from their next step on.
    """
    engine.change(tx, caller, request.channel_id, request.rule_id, request.label, request.terms)
    return Empty()


@operation("/channel/escalate/rule/delete", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Delete an escalation rule; the channel's other rules are tried for what it had in hand."""
    engine.remove(tx, caller, ESCALATIONS, request.channel_id, request.rule_id)
    return Empty()


@operation("/channel/escalate/rule/enable", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Have an escalation rule take incidents again."""
    status = RuleStatus.ENABLED
    noise_rule.set_status(tx, caller, ESCALATIONS, request.channel_id, request.rule_id, status)
    return Empty()


@operation("/channel/escalate/rule/disable", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def disable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Have an escalation rule take no more incidents; it finishes those it has in hand."""
    status = RuleStatus.DISABLED
    noise_rule.set_status(tx, caller, ESCALATIONS, request.channel_id, request.rule_id, status)
    return Empty()


def _item(rule: EscalationRule, channel_name: str) -> EscalationRuleItem:
    return EscalationRuleItem(
        **asdict(common(rule)),
        channel_name=channel_name,
        template_id=rule.template_id,
        aggr_window=seconds(rule.aggregation_ms),
        layers=rule.layers,
        time_filters=rule.windows,
        filters=rule.filters,
    )
