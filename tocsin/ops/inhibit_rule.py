"""Inhibit rules of a channel: what stays quiet while something that explains it fires."""

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict

from tocsin.domain.access import Permission
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.noise_rule import RuleStatus
from tocsin.engine import channel as channels
from tocsin.engine import inhibit_rule as engine
from tocsin.engine import noise_preview, noise_rule
from tocsin.engine.inhibit_rule import Terms
from tocsin.engine.noise_rule import UNNAMED
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store.database import Tx
from tocsin.store.noise_rule import INHIBITS
from tocsin.wire.incident import ObjectId
from tocsin.wire.noise_preview import RulePreview
from tocsin.wire.noise_rule import (
    TAG,
    CreatedRule,
    Discard,
    Filters,
    ListRules,
    RuleId,
    RuleItem,
    RuleText,
    common,
)

Equals = Annotated[
    tuple[str, ...],
    Meta(description="Keys such as `labels.host`: both alerts have them, with equal values."),
]


class PreviewInhibitRule(Struct, frozen=True, kw_only=True):
    channel_id: int
    equals: Equals
    source_filters: Filters
    target_filters: Filters


class CreateInhibitRule(RuleText, frozen=True, kw_only=True):
    equals: Equals
    source_filters: Filters = ()
    target_filters: Filters = ()
    is_directly_discard: Discard = False

    @property
    def terms(self) -> Terms:
        return Terms(
            self.source_filters, self.target_filters, self.equals, self.is_directly_discard
        )


class UpdateInhibitRule(CreateInhibitRule, frozen=True, kw_only=True):
    rule_id: ObjectId


class InhibitRuleItem(RuleItem, frozen=True, kw_only=True):
    source_filters: Filters
    target_filters: Filters
    equals: Equals
    is_directly_discard: bool


class InhibitRules(Struct, frozen=True):
    items: list[InhibitRuleItem]


@operation("/channel/inhibit/rule/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListRules) -> InhibitRules:
    """List the inhibit rules of a channel, in the order in which they are tried."""
    found = noise_rule.browse(tx, caller, INHIBITS, request.channel_id)
    return InhibitRules([_item(rule) for rule in found])


@operation("/channel/inhibit/rule/create", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateInhibitRule) -> CreatedRule:
    """Hide new alerts of a channel while others of it fire that explain them.

    An alert that matches `target_filters` opens no incident while an active one that matches
    `source_filters` has an equal value for every key of `equals`. Active is what has not
    recovered, is not acknowledged and was heard of in the last 10 minutes. Empty filters match
    nothing.
    """
    made = engine.create(tx, caller, request.channel_id, request.label, request.terms)
    return CreatedRule.of(made)


@operation("/channel/inhibit/rule/update", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateInhibitRule) -> Empty:
    """Replace an inhibit rule: what is not sent is empty or false afterwards."""
    engine.change(tx, caller, request.channel_id, request.rule_id, request.label, request.terms)
    return Empty()


@operation("/channel/inhibit/rule/delete", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Delete an inhibit rule; what it hid opens an incident when it is heard of again."""
    noise_rule.remove(tx, caller, INHIBITS, request.channel_id, request.rule_id)
    return Empty()


@operation("/channel/inhibit/rule/enable", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Have an inhibit rule hide again."""
    status = RuleStatus.ENABLED
    noise_rule.set_status(tx, caller, INHIBITS, request.channel_id, request.rule_id, status)
    return Empty()


@operation("/channel/inhibit/rule/disable", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def disable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Keep an inhibit rule without hiding anything by it."""
    status = RuleStatus.DISABLED
    noise_rule.set_status(tx, caller, INHIBITS, request.channel_id, request.rule_id, status)
    return Empty()


@operation("/channel/inhibit/rule/preview", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: PreviewInhibitRule) -> RulePreview:
    """Show what an inhibit rule would have hidden in the last seven days, and would now.

    Its events are the beginnings of alerts.
    """
    channels.seen(tx, caller, request.channel_id)
    terms = Terms(
        request.source_filters, request.target_filters, request.equals, is_directly_discard=False
    )
    rule = engine.drafted(tx, caller, request.channel_id, UNNAMED, terms)
    return RulePreview.of(noise_preview.inhibits(tx, rule))


def _item(rule: InhibitRule) -> InhibitRuleItem:
    return InhibitRuleItem(
        **asdict(common(rule)),
        source_filters=rule.source_filters,
        target_filters=rule.target_filters,
        equals=rule.equals,
        is_directly_discard=rule.is_directly_discard,
    )
