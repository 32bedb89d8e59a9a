"""What alerts do to an incident: open it, raise it, recover it, and run out of time."""

from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.channel import GroupMethod
from tocsin.domain.feed import ClosedFrom, Entry, EntryType, NewDetail, ResetSeverityDetail
from tocsin.domain.incident import (
    Decision,
    Frequency,
    Incident,
    Overridable,
    Progress,
    SetTimer,
    TimerKind,
    number_of,
    unchanged,
)
from tocsin.domain.incident_closing import Closing, deadline
from tocsin.domain.incident_escalation import Moved, raised
from tocsin.domain.incident_progress import close
from tocsin.domain.incident_storm import grown
from tocsin.domain.severity import EventStatus, Severity, worst

_ALL_ENDED: Final = {
    ClosedFrom.EVENT: "all its alerts recovered",
    ClosedFrom.EXPIRED: "all its alerts ended, the last by not being heard of in time",
}


class Facts(Struct, frozen=True):
    """The alerts of an incident taken together. `status` is the worst that still fires, else Ok.

    `labels` are the first alert's.
    """

    alert_cnt: int
    active_alert_cnt: int
    alert_event_cnt: int
    severity: Severity
    status: EventStatus
    last_time: int
    end_time: int
    labels: dict[str, str]


class Origin(Struct, frozen=True):
    """Where a new incident comes from: its channel's grouping, the buckets (MD5) it will be
    found by and the values behind them, and the type of the first alert's integration."""

    plugin_type: str = ""
    method: GroupMethod = GroupMethod.NONE
    buckets: tuple[str, ...] = ()
    grouped_by: dict[str, str] = {}


class Joining(Struct, frozen=True):
    """Where the alerts come from that grouping put into an incident just now."""

    integration_ids: tuple[int, ...]
    integration_types: tuple[str, ...]


def opened(
    alert: Alert,
    incident_id: str,
    fields: dict[str, Any],
    frequency: Frequency,
    origin: Origin,
    closing: Closing,
    at: int,
) -> Decision:
    """A new incident for its first alert. `fields` are the defaults of the custom fields."""
    incident = Incident(
        incident_id=incident_id,
        account_id=alert.account_id,
        num=number_of(incident_id),
        channel_id=alert.channel_id,
        title=alert.title,
        description=alert.description,
        severity=alert.severity,
        status=alert.status,
        start_time=alert.start_time,
        last_time=alert.last_time,
        created_at=at,
        updated_at=at,
        group_method=origin.method,
        buckets=origin.buckets,
        grouped_by=origin.grouped_by,
        merged_at=at,
        dedup_key=alert.alert_key,
        ever_muted=alert.ever_muted,
        frequency=frequency,
        alert_cnt=1,
        active_alert_cnt=1,
        alert_event_cnt=alert.event_count,
        integration_ids=(alert.integration_id,),
        integration_types=(origin.plugin_type,),
        labels=alert.labels,
        fields=fields,
    )
    return Decision(
        incident, "an alert began", (new_entry(incident, 0),), deadline(incident, closing)
    )


def new_entry(incident: Incident, by: int) -> Entry:
    """The first entry of every timeline."""
    severity = EventStatus(incident.severity)
    detail = NewDetail(severity, incident.title, incident.reporter_email)
    return Entry(EntryType.NEW, detail, by)


def joined(incident: Incident, joining: Joining, at: int) -> Incident:
    """The incident after grouping put alerts into it."""
    ids = (*incident.integration_ids, *joining.integration_ids)
    types = (*incident.integration_types, *joining.integration_types)
    return replace(
        incident,
        merged_at=at,
        integration_ids=tuple(dict.fromkeys(ids)),
        integration_types=tuple(dict.fromkeys(types)),
    )


def refresh(
    incident: Incident,
    facts: Facts,
    closing: Closing,
    at: int,
    ended_by: ClosedFrom = ClosedFrom.EVENT,
    storms: tuple[int, ...] = (),
) -> Decision:
    """Bring the incident up to its alerts; close it once all of them ended. `ended_by` says how
    the last one did: by an event, or because it expired.

    The severity only rises, and not at all once a person set it. A closed incident keeps count
    and changes no more than that. `storms` are the counts of alerts that are warned of.
    """
    severity = _raised(incident, facts)
    changed = replace(
        incident,
        severity=severity,
        status=facts.status,
        alert_cnt=facts.alert_cnt,
        active_alert_cnt=facts.active_alert_cnt,
        alert_event_cnt=facts.alert_event_cnt,
        last_time=max(incident.last_time, facts.last_time),
        end_time=0 if facts.active_alert_cnt else facts.end_time,
        # An incident that people made keeps its labels empty, whatever is merged into it.
        labels=incident.labels if incident.creator_id else facts.labels,
    )
    entries = _raised_entry(incident, severity)
    storm = grown(changed, storms, at)
    reasons = [f"an alert of it is {severity}"] if entries else []
    reasons += [storm.reason] if storm.entries else []
    why = "; ".join(reasons) or "its alerts changed"
    changed, entries = storm.incident, (*entries, *storm.entries)
    if changed.progress is Progress.CLOSED:
        return Decision(changed, f"{why} after it was closed", entries)
    if closing.on_recovery and facts.alert_cnt and not facts.active_alert_cnt:
        over = close(changed, ended_by, 0, at)
        return Decision(
            over.incident, _ALL_ENDED[ended_by], (*entries, *over.entries), over.effects
        )
    timers = deadline(changed, closing) if closing.from_last_merge else ()
    worse = Moved(changed)
    if severity is not incident.severity:
        worse = raised(changed, at)
    effects = (*timers, *storm.effects, *worse.effects)
    return Decision(worse.incident, why, entries, effects)


def _raised(incident: Incident, facts: Facts) -> Severity:
    if Overridable.SEVERITY in incident.manual_overrides or not facts.alert_cnt:
        return incident.severity
    return worst(incident.severity, facts.severity)


def _raised_entry(incident: Incident, severity: Severity) -> tuple[Entry, ...]:
    if severity is incident.severity:
        return ()
    detail = ResetSeverityDetail(EventStatus(incident.severity), EventStatus(severity))
    return (Entry(EntryType.RESET_SEVERITY, detail),)


def timed_out(incident: Incident, closing: Closing, at: int) -> Decision:
    """Its time ran out: close it, unless the channel meanwhile gives it longer."""
    due = closing.due(incident)
    if not due:
        return unchanged(incident, "the channel no longer closes incidents by time")
    if due > at:
        again = SetTimer(TimerKind.TIMEOUT, due)
        return Decision(incident, "it has time left", effects=(again,))
    return close(incident, ClosedFrom.TIMEOUT, 0, at)
