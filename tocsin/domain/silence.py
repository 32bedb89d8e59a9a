"""Silences: for some time, what matches opens no incident.

Whether an event is silenced depends on the event, the rules and the time alone, never on what its
alert did before: one that flaps stays silent as long as the silence lasts.
"""

from collections.abc import Iterable
from typing import Final

from tocsin.domain.filter import Filter, Subject, matching
from tocsin.domain.label_matcher import LabelMatcher
from tocsin.domain.noise_rule import NoiseRule, RuleStatus, in_force
from tocsin.domain.time_filter import Moment, TimeFilter, covering
from tocsin.domain.trace import Muting, Stage, Step
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import DAY, seconds

DURATION_MAX_SECONDS: Final = 10 * 366 * 24 * 3600
KEPT_MS: Final = 5 * DAY
"""How long a silence made by matchers can still be looked at after its end."""


class SilenceRule(NoiseRule, frozen=True, kw_only=True):
    """Silences once, from `start_time` until `end_time` (ms), or in `windows` that come back.

    One that `is_auto_delete` goes when it has ended. `from_incident_id` names the incident it
    was made from, "" for none. `matchers` are what it was made from where somebody wrote it as
    Alertmanager has it, and `author` is who that was in their own words.
    """

    filters: Filter
    start_time: int = 0
    end_time: int = 0
    windows: tuple[TimeFilter, ...] = ()
    is_directly_discard: bool = False
    is_auto_delete: bool = False
    from_incident_id: str = ""
    author: str = ""
    matchers: tuple[LabelMatcher, ...] = ()

    @property
    def ends_at(self) -> int:
        """When it has ended for good (ms), 0 for never."""
        return 0 if self.windows else self.end_time

    @property
    def goes_at(self) -> int:
        """When it is removed (ms), 0 for never."""
        if not self.is_auto_delete or not self.ends_at:
            return 0
        return self.ends_at + (KEPT_MS if self.matchers else 0)


def is_effective(rule: SilenceRule, moment: Moment) -> bool:
    """Whether it silences at that moment what it is about."""
    return rule.status is RuleStatus.ENABLED and bool(_occasion(rule, moment))


def silencing(rules: Iterable[SilenceRule], subject: Subject, moment: Moment) -> list[SilenceRule]:
    """All rules that silence something at a moment, in the order in which they are tried."""
    return [
        rule
        for rule in in_force(rules)
        if matching(rule.filters, subject) >= 0 and _occasion(rule, moment)
    ]


def decide(rules: Iterable[SilenceRule], subject: Subject, moment: Moment) -> Muting | None:
    """Which rule silences an event at a moment, None if none does."""
    for rule in in_force(rules):
        group = matching(rule.filters, subject)
        occasion = _occasion(rule, moment) if group >= 0 else {}
        if occasion:
            detail = {"group": str(group), **occasion}
            verdict = "dropped" if rule.is_directly_discard else "muted"
            step = Step(Stage.SILENCE, verdict, rule.id, rule.name, detail)
            return Muting(step, rule.is_directly_discard)
    return None


def check_once(start_time: int, end_time: int) -> None:
    """Raise InvalidParameter for a time (seconds) that ends before it starts, or never."""
    if not 0 < start_time < end_time:
        raise InvalidParameter("time_filter.start_time must lie before time_filter.end_time")
    if end_time - start_time > DURATION_MAX_SECONDS:
        raise InvalidParameter("time_filter may last ten years at most; use time_filters instead")


def _occasion(rule: SilenceRule, moment: Moment) -> dict[str, str]:
    """What makes it a time of the rule, for the trace; empty outside its times."""
    if rule.windows:
        position = covering(rule.windows, moment)
        return {"window": str(position)} if position >= 0 else {}
    if rule.start_time <= moment.at < rule.end_time:
        return {"until": str(seconds(rule.end_time))}
    return {}
