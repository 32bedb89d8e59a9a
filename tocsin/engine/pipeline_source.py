"""What may explain the new alerts of an integration, as its pipeline finds them."""

from collections.abc import Iterable, Sequence

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.alert_pipeline import AlertInhibit, grouped
from tocsin.domain.filter import LABEL, Subject, canonical, matching
from tocsin.domain.inhibition import TOUCHED_WITHIN_MS, Source, shared
from tocsin.domain.integration import Integration
from tocsin.domain.severity import EventStatus
from tocsin.domain.subject import of_event
from tocsin.engine.inhibition import source_of
from tocsin.store import alert as alerts
from tocsin.store import alert_source
from tocsin.store.alert_source import Having
from tocsin.store.database import Tx


class PipelineSources:
    """The alerts of one integration that the events of a batch meet. What the batch lets through
    is learned as it goes, so that it matters not where one batch ends.

    Stored alerts are asked for once a rule and batch, and only those that share a label with an
    event of the batch if the rule demands it.
    """

    def __init__(self, tx: Tx, integration: Integration, events: Sequence[AlertEvent]) -> None:
        self._tx = tx
        self.integration = integration
        self._events = events
        self._open: set[str] | None = None
        self._learned: dict[str, Source | None] = {}
        self._stored: dict[AlertInhibit, dict[tuple[str, ...], list[Source]]] = {}

    @property
    def now(self) -> int:
        """The instant (ms)."""
        return self._tx.now

    def is_open(self, alert_key: str) -> bool:
        """Whether an alert of this key is open, in any channel."""
        if alert_key in self._learned:
            return self._learned[alert_key] is not None
        if self._open is None:
            keys = list(dict.fromkeys(event.alert_key for event in self._events))
            self._open = alerts.open_keys(
                self._tx, self.integration.account_id, self.integration.id, keys
            )
        return alert_key in self._open

    def sources(self, rule: AlertInhibit, subject: Subject) -> Iterable[Source]:
        """What may explain an event: of the batch, then stored."""
        yield from (source for source in self._learned.values() if source)
        if rule not in self._stored:
            self._stored[rule] = self._ask(rule)
        values = shared(rule.settings.equals, subject)
        for source in self._stored[rule].get(values, ()) if values is not None else ():
            if source.alert_key not in self._learned:
                yield source

    def learn(self, event: AlertEvent) -> None:
        """An event that the pipeline let through."""
        recovered = event.status is EventStatus.OK
        self._learned[event.alert_key] = (
            None
            if recovered
            else Source(
                alert_id="",
                integration_id=self.integration.id,
                alert_key=event.alert_key,
                subject=of_event(event, self.integration.id),
                heard_at=self._tx.now,
            )
        )

    def _ask(self, rule: AlertInhibit) -> dict[tuple[str, ...], list[Source]]:
        """Stored alerts that match the rule's source filters, by the values to share."""
        found = alert_source.of_integration(
            self._tx,
            self.integration.account_id,
            self.integration.id,
            self._tx.now - TOUCHED_WITHIN_MS,
            self._having(rule),
        )
        by_values: dict[tuple[str, ...], list[Source]] = {}
        for source in map(source_of, found):
            values = shared(rule.settings.equals, source.subject)
            if (
                values is not None
                and matching(grouped(rule.settings.source_filters), source.subject) >= 0
            ):
                by_values.setdefault(values, []).append(source)
        return by_values

    def _having(self, rule: AlertInhibit) -> Having | None:
        keys = [key for key in map(canonical, rule.settings.equals) if key.startswith(LABEL)]
        if not keys:
            return None
        name = keys[0].removeprefix(LABEL)
        wanted = {event.labels[name]: None for event in self._events if name in event.labels}
        return Having(name, tuple(wanted))
