"""The life of incidents as their alerts, the clock and people's wishes drive it.

Lock order: an incident, then its alerts, then its timers. Whoever changes an alert takes the
incident's lock first (`lock`).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from tocsin.domain import incident_alert, incident_progress
from tocsin.domain.alert import Alert
from tocsin.domain.channel import Channel
from tocsin.domain.custom_field import Value
from tocsin.domain.feed import ClosedFrom
from tocsin.domain.incident import Frequency, Incident, TimerKind
from tocsin.domain.incident_alert import Facts
from tocsin.domain.incident_closing import closing_of
from tocsin.domain.similarity import is_rare, sketch
from tocsin.domain.timer import Timer
from tocsin.engine.incident_effects import begin, keep
from tocsin.kernel.units import DAY
from tocsin.store import alert as alerts
from tocsin.store import channel as channels
from tocsin.store import custom_field as custom_fields
from tocsin.store import feed, timer
from tocsin.store import incident as incidents
from tocsin.store import integration as integrations
from tocsin.store.database import Tx

LOOKBACK_MS: Final = 30 * DAY
COMPARED_MAX: Final = 50


def lock(tx: Tx, account_id: int, incident_id: str) -> None:
    """Hold the incident, so that nobody else changes it or its alerts until the end."""
    incidents.find(tx, account_id, [incident_id], lock=True)


def open_for_alert(tx: Tx, account_id: int, channel: Channel, alert: Alert) -> str:
    """A new incident for a new alert; its id, which the caller gives to the alert."""
    integration = integrations.get(tx, account_id, alert.integration_id)
    decision = incident_alert.opened(
        alert,
        tx.ids.object_id(),
        default_fields(tx, account_id),
        frequency(tx, channel, alert.title, alert.labels),
        integration.plugin_type if integration else "",
        closing_of(channel),
        tx.now,
    )
    return begin(tx, decision).incident_id


def refresh(
    tx: Tx, account_id: int, incident_id: str, ended_by: ClosedFrom = ClosedFrom.EVENT
) -> None:
    """Bring an incident up to its alerts; `ended_by` is how one ended, if one did."""
    found = incidents.find(tx, account_id, [incident_id], lock=True)
    first = alerts.of_incident(tx, account_id, incident_id, limit=1)
    if not found or not first:
        return
    totals = alerts.totals(tx, account_id, incident_id)
    facts = Facts(
        alert_cnt=totals.count,
        active_alert_cnt=totals.active_count,
        alert_event_cnt=totals.event_count,
        severity=totals.worst,
        status=totals.worst_active,
        last_time=totals.last_time,
        end_time=totals.end_time,
        labels=first[0].labels,
    )
    closing = closing_of(channel_of(tx, found[0]))
    keep(tx, found[0], incident_alert.refresh(found[0], facts, closing, tx.now, ended_by))


def channel_of(tx: Tx, incident: Incident) -> Channel | None:
    """The channel the incident lives in, None outside channels."""
    if not incident.channel_id:
        return None
    return channels.get(tx, incident.account_id, incident.channel_id)


def end_snooze(tx: Tx, fired: Timer) -> None:
    """The timer of a snooze came due."""
    for incident in incidents.find(tx, fired.account_id, [fired.subject], lock=True):
        keep(tx, incident, incident_progress.snooze_over(incident, tx.now))


def time_out(tx: Tx, fired: Timer) -> None:
    """The timer of automatic closing came due."""
    for incident in incidents.find(tx, fired.account_id, [fired.subject], lock=True):
        closing = closing_of(channel_of(tx, incident))
        keep(tx, incident, incident_alert.timed_out(incident, closing, tx.now))


def remove(tx: Tx, account_id: int, incident_ids: Sequence[str]) -> None:
    """Erase incidents with everything that belongs to them. The caller holds their locks."""
    alerts.remove_of_incidents(tx, account_id, incident_ids)
    feed.remove(tx, account_id, incident_ids)
    incidents.remove(tx, account_id, incident_ids)
    for incident_id in incident_ids:
        for kind in TimerKind:
            timer.clear(tx, kind, incident_id)


def default_fields(tx: Tx, account_id: int) -> dict[str, Value]:
    """What custom fields hold in a new incident."""
    return {
        field.name: field.default_value
        for field in custom_fields.all_of(tx, account_id)
        if field.default_value is not None
    }


def frequency(tx: Tx, channel: Channel | None, title: str, labels: Mapping[str, str]) -> Frequency:
    """Whether the channel's latest incidents, of a month at most, include one like it."""
    if channel is None or channel.disable_outlier_detection:
        return Frequency.FREQUENT
    latest = incidents.earlier(
        tx, channel.account_id, channel.id, tx.now - LOOKBACK_MS, tx.now, COMPARED_MAX
    )
    known = (sketch(one.title, one.labels) for one in latest)
    return Frequency.RARE if is_rare(sketch(title, labels), known) else Frequency.FREQUENT
