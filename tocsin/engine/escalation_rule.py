"""What may be done to the escalation and notification rules of a channel."""

from collections.abc import Sequence
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace

from tocsin.domain import time_filter
from tocsin.domain.escalation import (
    EscalationRule,
    Layer,
    NotifyRule,
    Target,
    check_layers,
    check_target,
)
from tocsin.domain.filter import Filter
from tocsin.domain.noise_rule import check_filter, check_priority
from tocsin.domain.time_filter import TimeFilter
from tocsin.engine import escalation_target, noise_rule
from tocsin.engine.account_time import calendars, named
from tocsin.engine.noise_rule import Label
from tocsin.engine.robot_secret import closed, closed_layers
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import HOUR, seconds
from tocsin.store import escalation
from tocsin.store.database import Tx
from tocsin.store.escalation import ESCALATIONS, NOTICES
from tocsin.store.noise_rule import Shelf

R = TypeVar("R", EscalationRule, NotifyRule)
AGGREGATION_MS_MAX: Final = HOUR


class Scope(Struct, frozen=True):
    """Which incidents a rule is about, and the template of its messages."""

    template_id: str
    windows: tuple[TimeFilter, ...] = ()
    filters: Filter = ()


class Terms(Struct, frozen=True):
    """What an escalation rule is to say."""

    scope: Scope
    layers: tuple[Layer, ...]
    aggregation_ms: int = 0


def info(tx: Tx, caller: Caller, channel_id: int, rule_id: str) -> EscalationRule:
    """A rule of a channel that the caller may see."""
    return noise_rule.seen(tx, caller, ESCALATIONS, channel_id, rule_id)


def create(tx: Tx, caller: Caller, channel_id: int, label: Label, terms: Terms) -> EscalationRule:
    """A new escalation rule; InvalidParameter for terms that cannot be meant."""
    noise_rule.admit(tx, caller, ESCALATIONS, channel_id)
    _check(tx, caller, label, terms)
    new = EscalationRule(
        id=tx.ids.object_id(),
        account_id=caller.account_id,
        channel_id=channel_id,
        **asdict(label),
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
        **asdict(terms.scope),
        layers=closed_layers(tx, caller.account_id, terms.layers),
        aggregation_ms=terms.aggregation_ms,
    )
    escalation.add(tx, ESCALATIONS, new)
    return new


def change(
    tx: Tx, caller: Caller, channel_id: int, rule_id: str, label: Label, terms: Terms
) -> None:
    """Replace what an escalation rule says; incidents it has in hand go on by the new terms."""
    current = noise_rule.held(tx, caller, ESCALATIONS, channel_id, rule_id)
    _check(tx, caller, label, terms)
    changed = replace(
        current,
        **asdict(label),
        updated_by=caller.member_id,
        updated_at=tx.now,
        **asdict(terms.scope),
        layers=closed_layers(tx, caller.account_id, terms.layers),
        aggregation_ms=terms.aggregation_ms,
    )
    escalation.save(tx, ESCALATIONS, changed)


def create_notice(
    tx: Tx, caller: Caller, channel_id: int, label: Label, scope: Scope, target: Target
) -> NotifyRule:
    """A new notification rule; InvalidParameter for terms that cannot be meant."""
    noise_rule.admit(tx, caller, NOTICES, channel_id)
    _check_notice(tx, caller, label, scope, target)
    new = NotifyRule(
        id=tx.ids.object_id(),
        account_id=caller.account_id,
        channel_id=channel_id,
        **asdict(label),
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
        **asdict(scope),
        target=closed(tx, caller.account_id, target),
    )
    escalation.add(tx, NOTICES, new)
    return new


def change_notice(
    tx: Tx,
    caller: Caller,
    channel_id: int,
    rule_id: str,
    label: Label,
    scope: Scope,
    target: Target,
) -> None:
    """Replace what a notification rule says."""
    current = noise_rule.held(tx, caller, NOTICES, channel_id, rule_id)
    _check_notice(tx, caller, label, scope, target)
    changed = replace(
        current,
        **asdict(label),
        updated_by=caller.member_id,
        updated_at=tx.now,
        **asdict(scope),
        target=closed(tx, caller.account_id, target),
    )
    escalation.save(tx, NOTICES, changed)


def drafted(
    tx: Tx, caller: Caller, channel_id: int, rule_id: str, label: Label, terms: Terms
) -> EscalationRule:
    """The rule as it would be, in place of the one with that id or, where it is empty, beside all
    others; saved by nobody. Raises as saving it does."""
    _check(tx, caller, label, terms)
    current = info(tx, caller, channel_id, rule_id) if rule_id else None
    return EscalationRule(
        id=current.id if current else tx.ids.object_id(),
        account_id=caller.account_id,
        channel_id=channel_id,
        **asdict(label),
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=current.created_at if current else tx.now,
        updated_at=tx.now,
        **asdict(terms.scope),
        layers=terms.layers,
        aggregation_ms=terms.aggregation_ms,
    )


def remove(tx: Tx, caller: Caller, shelf: Shelf[R], channel_id: int, rule_id: str) -> None:
    """Remove a rule of either kind."""
    found = noise_rule.remove(tx, caller, shelf, channel_id, rule_id)
    escalation.forget_references(tx, caller.account_id, [found.id])


def _check(tx: Tx, caller: Caller, label: Label, terms: Terms) -> None:
    check_layers(terms.layers)
    if not 0 <= terms.aggregation_ms <= AGGREGATION_MS_MAX:
        raise InvalidParameter(
            "aggr_window must lie from 0 to {maximum}, not {value}",
            maximum=seconds(AGGREGATION_MS_MAX),
            value=seconds(terms.aggregation_ms),
        )
    _check_scope(tx, caller, label, terms.scope, [layer.target for layer in terms.layers])


def _check_notice(tx: Tx, caller: Caller, label: Label, scope: Scope, target: Target) -> None:
    if not label.name:
        raise InvalidParameter("{field} is required; send it", field="rule_name")
    check_target(target, "target")
    _check_scope(tx, caller, label, scope, [target])


def _check_scope(
    tx: Tx, caller: Caller, label: Label, scope: Scope, targets: Sequence[Target]
) -> None:
    check_priority(label.priority)
    check_filter(scope.filters, "filters")
    known = calendars(tx, caller.account_id, named(scope.windows))
    time_filter.check(scope.windows, known, "time_filters")
    escalation_target.require(tx, caller.account_id, targets)
    escalation_target.require_template(tx, caller.account_id, scope.template_id)
