"""What a rule would hide, asked before it is made: of the last seven days and of now."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import drop_rule, silence, subject
from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import StoredEvent
from tocsin.domain.drop_rule import DropRule
from tocsin.domain.filter import Subject
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.noise_preview import Life, inhibited
from tocsin.domain.severity import EventStatus
from tocsin.domain.silence import SilenceRule
from tocsin.domain.trace import Step
from tocsin.engine import account_time
from tocsin.kernel.units import DAY
from tocsin.store import alert as alerts
from tocsin.store import noise_preview as store
from tocsin.store.database import Tx

LOOKBACK_MS: Final = 7 * DAY
EXAMPLES_MAX: Final = 20

Judge: TypeAlias = Callable[[Subject, int], Step | None]
"""Why something like this is hidden at an instant (ms), None for not at all."""


class Example(Struct, frozen=True):
    """Something hidden, and why. `at` in ms is when it came; of an alert, when it began."""

    alert_id: str
    alert_key: str
    title: str
    status: EventStatus
    at: int
    labels: dict[str, str]
    incident_id: str
    step: Step


class Preview(Struct, frozen=True):
    """What a rule would hide. Counts are of everything looked at: events since `since` (ms), and
    alerts that fire now; of the hidden ones the newest are examples.

    `incident_ids` are open incidents of which everything that fires is hidden.
    """

    since: int
    event_count: int
    hidden_events: list[Example]
    alert_count: int
    hidden_alerts: list[Example]
    incident_ids: list[str]


def drop(tx: Tx, rule: DropRule) -> Preview:
    """What a drop rule would discard."""

    def judge(seen: Subject, _at: int) -> Step | None:
        return drop_rule.decide([rule], seen)

    return _judged(tx, rule.account_id, rule.channel_id, judge, judge)


def silenced(tx: Tx, rule: SilenceRule) -> Preview:
    """What a silence would mute: of the past as if it had always been there, in its windows if it
    has some; of what fires only what it mutes now."""
    when = account_time.moment(tx, rule.account_id, tx.now, rule.windows)
    ever = rule if rule.windows else replace(rule, start_time=0, end_time=tx.now + 1)

    def judge(of: SilenceRule, seen: Subject, at: int) -> Step | None:
        muting = silence.decide([of], seen, replace(when, at=at))
        return muting.step if muting else None

    return _judged(
        tx,
        rule.account_id,
        rule.channel_id,
        lambda seen, at: judge(ever, seen, at),
        lambda seen, at: judge(rule, seen, at),
    )


def inhibits(tx: Tx, rule: InhibitRule) -> Preview:
    """What an inhibit rule would hide. Its events are the beginnings of alerts."""
    place = (tx, rule.account_id, rule.channel_id)
    since = tx.now - LOOKBACK_MS
    lives = store.lives(*place, since)
    if len(lives) == store.ALERTS_MAX:
        since = min(life.alert.updated_at for life in lives)
    began = [life.alert for life in lives if life.alert.created_at >= since]
    past = inhibited(rule, lives, lambda one: one.created_at if one.created_at >= since else 0)
    active = store.active(*place)
    now = inhibited(rule, active, lambda _: tx.now)
    return Preview(
        since=since,
        event_count=len(began),
        hidden_events=[_of_alert(*one) for one in reversed(past)],
        alert_count=len(active),
        hidden_alerts=[_of_alert(*one) for one in reversed(now)],
        incident_ids=_covered(active, {alert.id for alert, _ in now}),
    )


def _judged(tx: Tx, account_id: int, channel_id: int, past: Judge, now: Judge) -> Preview:
    found = store.events(tx, account_id, channel_id, tx.now - LOOKBACK_MS)
    events = [
        (event, past(subject.of_event(event, event.integration_id), event.created_at))
        for event in found.events
    ]
    active = store.active(tx, account_id, channel_id)
    alerts = [(life.alert, now(_as_its_next_event(life.alert), tx.now)) for life in active]
    return Preview(
        since=found.since,
        event_count=len(events),
        hidden_events=_of_events(tx, account_id, [(event, step) for event, step in events if step]),
        alert_count=len(alerts),
        hidden_alerts=[_of_alert(alert, step) for alert, step in alerts if step],
        incident_ids=_covered(active, {alert.id for alert, step in alerts if step}),
    )


def _of_events(tx: Tx, account_id: int, hidden: list[tuple[StoredEvent, Step]]) -> list[Example]:
    """Events as examples; those that are shown with the incident of their alert."""
    shown = {event.alert_id for event, _ in hidden[:EXAMPLES_MAX]}
    owners = {one.id: one.incident_id for one in alerts.get_many(tx, account_id, shown)}
    return [
        Example(
            alert_id=event.alert_id,
            alert_key=event.alert_key,
            title=event.title,
            status=event.status,
            at=event.happened_at,
            labels=event.labels,
            incident_id=owners.get(event.alert_id, ""),
            step=step,
        )
        for event, step in hidden
    ]


def _as_its_next_event(alert: Alert) -> Subject:
    """An alert as its next event shows it, if that says the same again."""
    return {**subject.of_alert(alert), "severity": str(alert.status)}


def _of_alert(alert: Alert, step: Step) -> Example:
    return Example(
        alert_id=alert.id,
        alert_key=alert.alert_key,
        title=alert.title,
        status=alert.status,
        at=alert.start_time,
        labels=alert.labels,
        incident_id=alert.incident_id,
        step=step,
    )


def _covered(active: Sequence[Life], hidden: set[str]) -> list[str]:
    """The incidents of which everything that fires is hidden."""
    shown = {life.alert.incident_id for life in active if life.alert.id not in hidden}
    owners = {life.alert.incident_id: None for life in active}
    return [owner for owner in owners if owner and owner not in shown]
