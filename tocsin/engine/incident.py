"""The life of incidents as their alerts, the clock and people's wishes drive it.

Lock order: an incident, then its alerts, then its timers. Whoever changes an alert takes the
incident's lock first (`lock`).
"""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import incident_alert, incident_progress
from tocsin.domain.alert import Alert
from tocsin.domain.channel import Channel
from tocsin.domain.custom_field import Value
from tocsin.domain.escalation_step import untold
from tocsin.domain.feed import ClosedFrom
from tocsin.domain.flapping import Swung, mark
from tocsin.domain.grouping import storm_counts
from tocsin.domain.incident import Decision, Incident, TimerKind
from tocsin.domain.incident_alert import Facts, Joining, Origin, joined
from tocsin.domain.incident_closing import closing_of
from tocsin.domain.incident_escalation import begun
from tocsin.domain.timer import Timer
from tocsin.engine.incident_effects import begin_all, keep, keep_all
from tocsin.engine.incident_likeness import Past
from tocsin.store import alert as alerts
from tocsin.store import channel as channels
from tocsin.store import custom_field as custom_fields
from tocsin.store import escalation, feed, timer
from tocsin.store import incident as incidents
from tocsin.store.alert import Totals
from tocsin.store.database import Tx


def lock(tx: Tx, account_id: int, incident_id: str) -> None:
    """Hold the incident, so that nobody else changes it or its alerts until the end."""
    lock_all(tx, account_id, [incident_id])


def lock_all(tx: Tx, account_id: int, incident_ids: Sequence[str]) -> None:
    """Hold several incidents of one account."""
    incidents.find(tx, account_id, incident_ids, lock=True)


class Opening(Struct, frozen=True):
    """A new alert that opens an incident, by the id that it has for it; `swung` is what its last
    change between firing and recovered came to."""

    channel: Channel
    alert: Alert
    origin: Origin
    swung: Swung | None


def open_for_alerts(tx: Tx, account_id: int, openings: Sequence[Opening]) -> None:
    """New incidents for new alerts, in order."""
    if not openings:
        return
    fields = default_fields(tx, account_id)
    past = Past(tx)
    ruled = escalation.ruled(tx, account_id, sorted({one.channel.id for one in openings}))
    begin_all(tx, [_opened(tx, one, fields, past, ruled) for one in openings])


def _opened(
    tx: Tx, opening: Opening, fields: dict[str, Value], past: Past, ruled: Collection[int]
) -> Decision:
    alert, channel, swung = opening.alert, opening.channel, opening.swung
    decision = incident_alert.opened(
        alert,
        alert.incident_id,
        fields,
        past.frequency(channel, alert.title, alert.labels),
        opening.origin,
        closing_of(channel),
        tx.now,
    )
    decision = escalated(decision, tx.now) if channel.id in ruled else untold_to_all(decision)
    if not swung or not swung.is_flapping:
        return decision
    until = swung.swings.muted_until
    return _marked(decision, mark(decision.incident, channel.flapping, until, tx.now))


def escalated(opened: Decision, at: int) -> Decision:
    """A new incident of a channel that has rules: one of them is to be chosen."""
    moved = begun(opened.incident, at)
    effects = (*opened.effects, *moved.effects)
    return replace(opened, incident=moved.incident, effects=effects)


def untold_to_all(opened: Decision) -> Decision:
    """A new incident of a channel without rules: its timeline says why nobody is told."""
    why = untold(None, 0, "nobody is told: the channel has no escalation rule in force")
    return replace(opened, entries=(*opened.entries, why))


def _marked(opened: Decision, marked: Decision) -> Decision:
    return Decision(
        marked.incident,
        f"{opened.reason}; {marked.reason}",
        opened.entries + marked.entries,
        opened.effects + marked.effects,
    )


def refresh(
    tx: Tx, account_id: int, incident_id: str, ended_by: ClosedFrom = ClosedFrom.EVENT
) -> None:
    """Bring an incident up to its alerts; `ended_by` is how one ended, if one did."""
    refresh_all(tx, account_id, {incident_id: None}, ended_by)


def refresh_all(
    tx: Tx,
    account_id: int,
    changed: Mapping[str, Joining | None],
    ended_by: ClosedFrom = ClosedFrom.EVENT,
) -> None:
    """Bring incidents up to their alerts, by id with what grouping put there just now."""
    found = incidents.find(tx, account_id, list(changed), lock=True)
    totals = alerts.totals(tx, account_id, [one.incident_id for one in found]) if found else {}
    decided: list[tuple[Incident, Decision]] = []
    for before in found:
        if before.incident_id in totals:
            channel = channels.recall(tx, account_id, before.channel_id)
            joining = changed[before.incident_id]
            storms = storm_counts(channel.group) if channel else ()
            now = joined(before, joining, tx.now) if joining else before
            facts, closing = _facts(totals[before.incident_id]), closing_of(channel)
            decision = incident_alert.refresh(now, facts, closing, tx.now, ended_by, storms)
            decided.append((before, decision))
    keep_all(tx, decided)


def _facts(totals: Totals) -> Facts:
    return Facts(
        alert_cnt=totals.count,
        active_alert_cnt=totals.active_count,
        alert_event_cnt=totals.event_count,
        severity=totals.worst,
        status=totals.worst_active,
        last_time=totals.last_time,
        end_time=totals.end_time,
        labels=totals.labels,
    )


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
