"""Inhibition: while something that explains it fires, an alert opens no incident."""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from tocsin.domain.filter import Filter, Subject, canonical, matching
from tocsin.domain.noise_rule import NoiseRule, in_force
from tocsin.domain.trace import Muting, Stage, Step
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import MINUTE

TOUCHED_WITHIN_MS: Final = 10 * MINUTE
EQUALS_MAX: Final = 20


class InhibitRule(NoiseRule, frozen=True, kw_only=True):
    """A new alert that matches `target_filters` is hidden while an active one that matches
    `source_filters` has equal values for every key of `equals`."""

    source_filters: Filter = ()
    target_filters: Filter = ()
    equals: tuple[str, ...] = ()
    is_directly_discard: bool = False


class Source(Struct, frozen=True):
    """An alert that may explain others; `heard_at`, in ms, is when it was last heard of.

    `speaks` says that people know of it or chose not to: it has an incident nobody acknowledged,
    or is silenced. One that is itself inhibited explains nothing, or two could hide each other.
    """

    alert_id: str
    integration_id: int
    alert_key: str
    subject: Subject
    heard_at: int
    recovered: bool = False
    speaks: bool = True


class Target(Struct, frozen=True):
    """A new alert as its event shows it."""

    integration_id: int
    alert_key: str
    subject: Subject


def decide(
    rules: Iterable[InhibitRule],
    target: Target,
    sources: Callable[[InhibitRule], Iterable[Source]],
    at: int,
) -> Muting | None:
    """Which rule inhibits a new alert at an instant (ms), and by which alert; None if none does.

    `sources` gives what may be a rule's sources, in the order to try; more than fit do no harm.
    """
    for rule in in_force(rules):
        if matching(rule.target_filters, target.subject) < 0:
            continue
        for source in sources(rule):
            if explains(rule, source, target, at):
                return _inhibited(rule, source)
    return None


def explains(rule: InhibitRule, source: Source, target: Target, at: int) -> bool:
    """Whether a source hides a target that matches the rule's target filters."""
    itself = (source.integration_id, source.alert_key) == (target.integration_id, target.alert_key)
    return (
        not itself
        and is_active(source, at)
        and _pair(rule.equals, source.subject, target.subject)
        and matching(rule.source_filters, source.subject) >= 0
    )


def is_active(source: Source, at: int) -> bool:
    """Whether an alert may explain others at an instant: it has not recovered, people have not
    taken it up, and it was heard of in the last ten minutes."""
    return source.speaks and not source.recovered and source.heard_at >= at - TOUCHED_WITHIN_MS


def explains_others(muted_by: Step | None) -> bool:
    """Whether an alert that was muted this way, or not at all, may explain others."""
    return muted_by is None or muted_by.stage is not Stage.INHIBIT


def shared(equals: Iterable[str], subject: Subject) -> tuple[str, ...] | None:
    """The values that source and target must share, None where one is missing."""
    values = [subject.get(canonical(key)) for key in equals]
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(values) else None


def check_equals(equals: tuple[str, ...]) -> None:
    """Raise InvalidParameter for more keys than a rule may have."""
    if len(equals) > EQUALS_MAX:
        raise InvalidParameter("equals may have at most {maximum} keys", maximum=EQUALS_MAX)


def _pair(equals: Iterable[str], source: Subject, target: Subject) -> bool:
    keys = tuple(equals)
    values = shared(keys, source)
    return values is not None and values == shared(keys, target)


def _inhibited(rule: InhibitRule, source: Source) -> Muting:
    verdict = "dropped" if rule.is_directly_discard else "muted"
    detail = {"source_alert_id": source.alert_id, "source_alert_key": source.alert_key}
    detail |= {key: source.subject[canonical(key)] for key in rule.equals}
    step = Step(Stage.INHIBIT, verdict, rule.id, rule.name, detail)
    return Muting(step, rule.is_directly_discard)
