"""What may be done alike to the drop, silence and inhibit rules of a channel."""

from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.noise_rule import PER_CHANNEL_MAX, NoiseRule, RuleStatus
from tocsin.engine import channel as channels
from tocsin.engine.access import require_doer
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, ResourceNotFound
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.noise_rule import Shelf

R = TypeVar("R", bound=NoiseRule)


class Label(Struct, frozen=True):
    """What people call a rule, and where it stands among the others."""

    name: str
    description: str
    priority: int


UNNAMED: Final = Label("", "", 0)
"""Of a rule that is only asked about."""


def browse(tx: Tx, caller: Caller, shelf: Shelf[R], channel_id: int) -> list[R]:
    """The rules of a channel that the caller may see, in the order in which they are tried."""
    channels.seen(tx, caller, channel_id)
    return rules.of_channel(tx, shelf, caller.account_id, channel_id)


def seen(tx: Tx, caller: Caller, shelf: Shelf[R], channel_id: int, rule_id: str) -> R:
    """A rule of a channel that the caller may see."""
    channels.seen(tx, caller, channel_id)
    return _of_channel(tx, caller, shelf, channel_id, rule_id, lock=False)


def admit(tx: Tx, caller: Caller, shelf: Shelf[R], channel_id: int) -> None:
    """Hold a channel that the caller may change; BadRequest where it has all rules it may."""
    require_doer(caller)
    channels.managed(tx, caller, channel_id)
    if rules.count(tx, shelf, caller.account_id, channel_id) >= PER_CHANNEL_MAX:
        raise BadRequest(
            "a channel may have {maximum} such rules; delete one first", maximum=PER_CHANNEL_MAX
        )


def held(tx: Tx, caller: Caller, shelf: Shelf[R], channel_id: int, rule_id: str) -> R:
    """A rule of a channel that the caller may change, both locked."""
    require_doer(caller)
    channels.managed(tx, caller, channel_id)
    return _of_channel(tx, caller, shelf, channel_id, rule_id, lock=True)


def set_status(
    tx: Tx, caller: Caller, shelf: Shelf[R], channel_id: int, rule_id: str, status: RuleStatus
) -> None:
    """Have a rule decide, or not."""
    current = held(tx, caller, shelf, channel_id, rule_id)
    changed = replace(current, status=status, updated_by=caller.member_id, updated_at=tx.now)
    rules.save(tx, shelf, changed)


def remove(tx: Tx, caller: Caller, shelf: Shelf[R], channel_id: int, rule_id: str) -> R:
    """Remove a rule; what it was."""
    found = held(tx, caller, shelf, channel_id, rule_id)
    rules.remove(tx, shelf, caller.account_id, found.id)
    return found


def _of_channel(
    tx: Tx, caller: Caller, shelf: Shelf[R], channel_id: int, rule_id: str, *, lock: bool
) -> R:
    found = rules.get(tx, shelf, caller.account_id, rule_id.lower(), lock=lock)
    if found is None or found.channel_id != channel_id:
        raise ResourceNotFound(
            "channel {channel_id} has no such rule with the id {rule_id}",
            channel_id=channel_id,
            rule_id=rule_id,
        )
    return found
