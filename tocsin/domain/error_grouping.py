"""How an application's errors are grouped: by which version of the calculation, and by its rules."""

from msgspec import Struct

from tocsin.domain import fingerprint_rule, stack_rule
from tocsin.domain.fingerprint import VERSION, Rules
from tocsin.domain.tracking import NO_FILTERS, NoiseFilters


class ErrorGrouping(Struct, frozen=True, kw_only=True):
    """What an application says; the rules are texts as people wrote them. Instants are ms."""

    application_id: str
    account_id: int
    fingerprint_rules: str = ""
    stack_rules: str = ""
    noise: NoiseFilters = NO_FILTERS
    version: int = VERSION
    updated_at: int = 0
    updated_by: int = 0


def rules_of(grouping: ErrorGrouping) -> Rules:
    """The rules as they are applied. Raises InvalidParameter for a text that holds none."""
    return Rules(
        fingerprint_rule.parse(grouping.fingerprint_rules), stack_rule.parse(grouping.stack_rules)
    )
