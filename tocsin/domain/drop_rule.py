"""Drop rules: what a channel does not want at all."""

from collections.abc import Iterable

from tocsin.domain.filter import Filter, Subject, matching
from tocsin.domain.noise_rule import NoiseRule, Ruling, in_force, passed
from tocsin.domain.trace import Stage, Step


class DropRule(NoiseRule, frozen=True, kw_only=True):
    """Events that match are discarded before they become or touch an alert, recoveries too."""

    filters: Filter = ()


def decide(rules: Iterable[DropRule], subject: Subject) -> Ruling:
    """Whether a channel wants an event, and which rule says that it does not."""
    for rule in in_force(rules):
        group = matching(rule.filters, subject)
        if group >= 0:
            step = Step(Stage.DROP, "dropped", rule.id, rule.name, {"group": str(group)})
            return Ruling(step, hides=True, discards=True)
    return passed(Stage.DROP)
