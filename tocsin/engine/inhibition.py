"""The alerts that may explain others, as a batch of events finds and changes them."""

from collections.abc import Callable, Collection, Iterable, Sequence

from tocsin.domain.alert import Alert
from tocsin.domain.filter import LABEL, Subject, canonical, matching
from tocsin.domain.inhibition import (
    TOUCHED_WITHIN_MS,
    InhibitRule,
    Source,
    Target,
    explains_others,
    shared,
)
from tocsin.domain.subject import of_alert
from tocsin.store import alert_source
from tocsin.store.alert_source import Having
from tocsin.store.database import Tx


class Sources:
    """What may explain the alerts of a batch.

    Stored alerts are asked for when the first target of a rule shows up, once a rule and batch,
    and only those that share a label with a target if the rule demands it. What the batch makes
    of alerts is learned as it goes, so that it matters not where one batch ends.
    """

    def __init__(self, tx: Tx, account_id: int, targets: Callable[[], Sequence[Subject]]) -> None:
        self._tx = tx
        self._account_id = account_id
        self._targets = targets
        self._touched: dict[int, dict[str, tuple[Alert, bool]]] = {}
        self._rules: dict[str, _Candidates] = {}

    def learn(self, alert: Alert, *, acknowledged: bool) -> None:
        """An alert as the batch has made it."""
        self._touched.setdefault(alert.channel_id, {})[alert.id] = (alert, acknowledged)
        for candidates in self._rules.values():
            if candidates.rule.channel_id == alert.channel_id:
                candidates.put(source_of(alert, acknowledged=acknowledged))

    def of(self, rule: InhibitRule, target: Target) -> Iterable[Source]:
        """What may explain a target by a rule."""
        if rule.id not in self._rules:
            self._rules[rule.id] = self._candidates(rule)
        return self._rules[rule.id].of(target)

    def _candidates(self, rule: InhibitRule) -> "_Candidates":
        since = self._tx.now - TOUCHED_WITHIN_MS
        having = _having(rule, self._targets())
        found = alert_source.find(self._tx, self._account_id, rule.channel_id, since, having)
        sources = {one.id: source_of(one) for one in found}
        candidates = _Candidates(rule)
        for alert, acknowledged in self._touched.get(rule.channel_id, {}).values():
            sources[alert.id] = source_of(alert, acknowledged=acknowledged)
        for source in sources.values():
            candidates.put(source)
        return candidates


class _Candidates:
    """What matches the source filters of a rule, by the values that must be shared."""

    def __init__(self, rule: InhibitRule) -> None:
        self.rule = rule
        self._by_values: dict[tuple[str, ...], dict[str, Source]] = {}
        self._values: dict[str, tuple[str, ...]] = {}

    def put(self, source: Source) -> None:
        """A source as it is now, in place of what was known of it."""
        known = self._values.pop(source.alert_id, None)
        if known is not None:
            del self._by_values[known][source.alert_id]
        values = shared(self.rule.equals, source.subject)
        if values is None or matching(self.rule.source_filters, source.subject) < 0:
            return
        self._values[source.alert_id] = values
        self._by_values.setdefault(values, {})[source.alert_id] = source

    def of(self, target: Target) -> Collection[Source]:
        values = shared(self.rule.equals, target.subject)
        return () if values is None else self._by_values.get(values, {}).values()


def source_of(alert: Alert, *, acknowledged: bool = False) -> Source:
    """An alert as one that may explain others."""
    return Source(
        alert_id=alert.id,
        integration_id=alert.integration_id,
        alert_key=alert.alert_key,
        subject=of_alert(alert),
        heard_at=alert.updated_at,
        recovered=not alert.is_open,
        speaks=not acknowledged and (bool(alert.incident_id) or explains_others(alert.muted_by)),
    )


def _having(rule: InhibitRule, targets: Sequence[Subject]) -> Having | None:
    """The label that a source shares with a target, where the rule demands one."""
    keys = [key for key in map(canonical, rule.equals) if key.startswith(LABEL)]
    if not keys:
        return None
    wanted = {one[keys[0]]: None for one in targets if keys[0] in one}
    return Having(keys[0].removeprefix(LABEL), tuple(wanted))
