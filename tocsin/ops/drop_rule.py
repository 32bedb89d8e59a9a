"""Drop rules of a channel, on the wire "unsubscribe": what it does not want at all."""

from msgspec import Struct
from msgspec.structs import asdict

from tocsin.domain.access import Permission
from tocsin.domain.drop_rule import DropRule
from tocsin.domain.noise_rule import RuleStatus
from tocsin.engine import channel as channels
from tocsin.engine import drop_rule as engine
from tocsin.engine import noise_preview, noise_rule
from tocsin.engine.noise_rule import UNNAMED
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store.database import Tx
from tocsin.store.noise_rule import DROPS
from tocsin.wire.incident import ObjectId
from tocsin.wire.noise_preview import RulePreview
from tocsin.wire.noise_rule import (
    TAG,
    CreatedRule,
    Filters,
    ListRules,
    RuleId,
    RuleItem,
    RuleText,
    common,
)


class CreateDropRule(RuleText, frozen=True, kw_only=True):
    filters: Filters = ()


class UpdateDropRule(RuleText, frozen=True, kw_only=True):
    rule_id: ObjectId
    filters: Filters = ()


class PreviewDropRule(Struct, frozen=True):
    channel_id: int
    filters: Filters


class DropRuleItem(RuleItem, frozen=True, kw_only=True):
    filters: Filters


class DropRules(Struct, frozen=True):
    items: list[DropRuleItem]


@operation("/channel/unsubscribe/rule/list", None, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListRules) -> DropRules:
    """List the drop rules of a channel, in the order in which they are tried."""
    found = noise_rule.browse(tx, caller, DROPS, request.channel_id)
    return DropRules([_item(rule) for rule in found])


@operation("/channel/unsubscribe/rule/create", None, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateDropRule) -> CreatedRule:
    """Have a channel discard what matches, before it becomes an alert.

    Nothing of it is kept but its decision trace. A rule without filters discards nothing. No
    permission is asked, but the caller must belong to the channel's teams, or be its creator or
    an admin.
    """
    made = engine.create(tx, caller, request.channel_id, request.label, request.filters)
    return CreatedRule.of(made)


@operation("/channel/unsubscribe/rule/update", None, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateDropRule) -> Empty:
    """Replace a drop rule: what is not sent is empty afterwards."""
    engine.change(tx, caller, request.channel_id, request.rule_id, request.label, request.filters)
    return Empty()


@operation("/channel/unsubscribe/rule/delete", None, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Delete a drop rule."""
    noise_rule.remove(tx, caller, DROPS, request.channel_id, request.rule_id)
    return Empty()


@operation("/channel/unsubscribe/rule/enable", None, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Have a drop rule discard again."""
    status = RuleStatus.ENABLED
    noise_rule.set_status(tx, caller, DROPS, request.channel_id, request.rule_id, status)
    return Empty()


@operation("/channel/unsubscribe/rule/disable", None, Kind.WRITE, tag=TAG)
def disable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Keep a drop rule without discarding anything by it."""
    status = RuleStatus.DISABLED
    noise_rule.set_status(tx, caller, DROPS, request.channel_id, request.rule_id, status)
    return Empty()


@operation("/channel/unsubscribe/rule/preview", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: PreviewDropRule) -> RulePreview:
    """Show what a drop rule would have discarded in the last seven days, and would now."""
    channels.seen(tx, caller, request.channel_id)
    rule = engine.drafted(tx, caller, request.channel_id, UNNAMED, request.filters)
    return RulePreview.of(noise_preview.drop(tx, rule))


def _item(rule: DropRule) -> DropRuleItem:
    return DropRuleItem(**asdict(common(rule)), filters=rule.filters)
