"""What the drop, silence and inhibit rules of a channel have in common."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, TypeVar

from msgspec import Struct

from tocsin.domain import filter as filters
from tocsin.domain.filter import Filter
from tocsin.kernel.errors import InvalidParameter

PER_CHANNEL_MAX: Final = 200
PRIORITY_MAX: Final = 1_000_000


class RuleStatus(StrEnum):
    """A disabled rule stays and decides nothing."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class NoiseRule(Struct, frozen=True, kw_only=True):
    """What every rule has. Rules are tried by rising `priority`, then oldest first."""

    id: str
    account_id: int
    channel_id: int
    name: str
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int
    priority: int = 0
    description: str = ""
    status: RuleStatus = RuleStatus.ENABLED


R = TypeVar("R", bound=NoiseRule)


def in_force(rules: Iterable[R]) -> list[R]:
    """The rules that decide, in the order in which they are tried."""
    enabled = (rule for rule in rules if rule.status is RuleStatus.ENABLED)
    return sorted(enabled, key=lambda rule: (rule.priority, rule.id))


def check_priority(priority: int) -> None:
    """Raise InvalidParameter for a priority out of bounds."""
    if not 0 <= priority <= PRIORITY_MAX:
        raise InvalidParameter(
            "priority must lie from 0 to {maximum}, not {value}",
            maximum=PRIORITY_MAX,
            value=priority,
        )


def check_filter(wanted: Filter, field: str) -> None:
    """Raise InvalidParameter, naming `field`, for a filter no rule may have: a group without
    conditions would hide everything by oversight."""
    if not all(wanted):
        raise InvalidParameter("{field}: every group needs a condition", field=field)
    filters.check(wanted, field)
