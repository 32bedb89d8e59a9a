"""What may be done to the inhibit rules of a channel."""

from msgspec import Struct
from msgspec.structs import asdict, replace

from tocsin.domain.filter import Filter
from tocsin.domain.inhibition import InhibitRule, check_equals
from tocsin.domain.noise_rule import check_filter, check_priority
from tocsin.engine import noise_rule
from tocsin.engine.noise_rule import Label
from tocsin.kernel.caller import Caller
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.noise_rule import INHIBITS


class Terms(Struct, frozen=True):
    """What an inhibit rule is to say."""

    source_filters: Filter
    target_filters: Filter
    equals: tuple[str, ...]
    is_directly_discard: bool


def create(tx: Tx, caller: Caller, channel_id: int, label: Label, terms: Terms) -> InhibitRule:
    """A new rule; InvalidParameter for terms that cannot be meant."""
    draft = drafted(tx, caller, channel_id, label, terms)
    noise_rule.admit(tx, caller, INHIBITS, channel_id)
    new = replace(draft, id=tx.ids.object_id())
    rules.add(tx, INHIBITS, new)
    return new


def drafted(tx: Tx, caller: Caller, channel_id: int, label: Label, terms: Terms) -> InhibitRule:
    """A rule as it would be, without an id; InvalidParameter for terms that cannot be meant."""
    check_priority(label.priority)
    check(terms)
    return InhibitRule(
        id="",
        account_id=caller.account_id,
        channel_id=channel_id,
        **asdict(label),
        source_filters=terms.source_filters,
        target_filters=terms.target_filters,
        equals=terms.equals,
        is_directly_discard=terms.is_directly_discard,
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )


def change(
    tx: Tx, caller: Caller, channel_id: int, rule_id: str, label: Label, terms: Terms
) -> None:
    """Replace what a rule says."""
    check_priority(label.priority)
    check(terms)
    current = noise_rule.held(tx, caller, INHIBITS, channel_id, rule_id)
    changed = replace(
        current,
        **asdict(label),
        source_filters=terms.source_filters,
        target_filters=terms.target_filters,
        equals=terms.equals,
        is_directly_discard=terms.is_directly_discard,
        updated_by=caller.member_id,
        updated_at=tx.now,
    )
    rules.save(tx, INHIBITS, changed)


def check(terms: Terms) -> None:
    """Raise InvalidParameter for terms that cannot be meant."""
    check_filter(terms.source_filters, "source_filters")
    check_filter(terms.target_filters, "target_filters")
    check_equals(terms.equals)
