"""Which escalation rule takes an incident, and why the others do not."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, TypeVar

from msgspec import Struct

from tocsin.domain.escalation import EscalationRule, NotifyRule
from tocsin.domain.filter import CORE_KEYS, Subject, matching
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.time_filter import Moment, covering

INCIDENT_KEYS: Final = CORE_KEYS | {"dedup_key"}
"""What these rules know of an incident beside its labels."""

R = TypeVar("R", EscalationRule, NotifyRule)


class Verdict(StrEnum):
    """What became of a rule that was tried."""

    TAKES = "takes it"
    DISABLED = "is disabled"
    OTHER_TIMES = "is for other times"
    OTHER_INCIDENTS = "does not match"


class Tried(Struct, frozen=True):
    """A rule that was tried."""

    rule_id: str
    rule_name: str
    verdict: Verdict


class Choice(Struct, frozen=True):
    """The rule that takes an incident, None for none, and all that were tried, in order."""

    rule: EscalationRule | None
    tried: tuple[Tried, ...]

    @property
    def reason(self) -> str:
        """In a line, for people."""
        if not self.tried:
            return "the channel has no escalation rule"
        return "; ".join(f"rule {one.rule_name} {one.verdict}" for one in self.tried)


def choose(rules: Iterable[EscalationRule], subject: Subject, moment: Moment) -> Choice:
    """The first rule in the order of priority whose times and filters both match."""
    tried: list[Tried] = []
    for rule in sorted(rules, key=lambda one: (one.priority, one.id)):
        verdict = judge(rule, subject, moment)
        tried.append(Tried(rule.id, rule.name, verdict))
        if verdict is Verdict.TAKES:
            return Choice(rule, tuple(tried))
    return Choice(None, tuple(tried))


def judge(rule: EscalationRule | NotifyRule, subject: Subject, moment: Moment) -> Verdict:
    """Whether a rule takes an incident at a moment."""
    if rule.status is RuleStatus.DISABLED:
        return Verdict.DISABLED
    if rule.windows and covering(rule.windows, moment) < 0:
        return Verdict.OTHER_TIMES
    if rule.filters and matching(rule.filters, subject, INCIDENT_KEYS) < 0:
        return Verdict.OTHER_INCIDENTS
    return Verdict.TAKES
