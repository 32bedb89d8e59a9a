"""Drop rules: what a channel does not want at all."""

from collections.abc import Iterable

from tocsin.domain.filter import Filter, Subject, matching
from tocsin.domain.noise_rule import NoiseRule, in_force
from tocsin.domain.trace import Stage, Step


class DropRule(NoiseRule, frozen=True, kw_only=True):
    """Events that match are discarded before they become or touch an alert."""

    filters: Filter = ()


def decide(rules: Iterable[DropRule], subject: Subject) -> Step | None:
    """Which rule says that a channel does not want an event, None if none does."""
    for rule in in_force(rules):
        group = matching(rule.filters, subject)
        if group >= 0:
            return Step(Stage.DROP, "dropped", rule.id, rule.name, {"group": str(group)})
    return None
