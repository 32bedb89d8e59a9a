"""What may be done to the drop rules of a channel."""

from msgspec.structs import asdict, replace

from tocsin.domain.drop_rule import DropRule
from tocsin.domain.filter import Filter
from tocsin.domain.noise_rule import check_filter, check_priority
from tocsin.engine import noise_rule
from tocsin.engine.noise_rule import Label
from tocsin.kernel.caller import Caller
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.noise_rule import DROPS


def create(tx: Tx, caller: Caller, channel_id: int, label: Label, filters: Filter) -> DropRule:
    """A new rule; InvalidParameter for a filter that cannot be meant."""
    draft = drafted(tx, caller, channel_id, label, filters)
    noise_rule.admit(tx, caller, DROPS, channel_id)
    new = replace(draft, id=tx.ids.object_id())
    rules.add(tx, DROPS, new)
    return new


def drafted(tx: Tx, caller: Caller, channel_id: int, label: Label, filters: Filter) -> DropRule:
    """A rule as it would be, without an id; InvalidParameter for a filter that cannot be meant."""
    check_priority(label.priority)
    check_filter(filters, "filters")
    return DropRule(
        id="",
        account_id=caller.account_id,
        channel_id=channel_id,
        **asdict(label),
        filters=filters,
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )


def change(
    tx: Tx, caller: Caller, channel_id: int, rule_id: str, label: Label, filters: Filter
) -> None:
    """Replace what a rule says."""
    check_priority(label.priority)
    check_filter(filters, "filters")
    current = noise_rule.held(tx, caller, DROPS, channel_id, rule_id)
    changed = replace(
        current,
        **asdict(label),
        filters=filters,
        updated_by=caller.member_id,
        updated_at=tx.now,
    )
    rules.save(tx, DROPS, changed)
