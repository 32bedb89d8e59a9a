"""Alerts and heartbeats as Opsgenie's API shows them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType

from tocsin.domain.alert import Alert
from tocsin.domain.heartbeat import Heartbeat, HeartbeatStatus
from tocsin.domain.incident import Incident, Progress
from tocsin.domain.integration import Integration
from tocsin.domain.order import TAGS, Settled, tags_of
from tocsin.kernel.units import DAY, HOUR, MINUTE
from tocsin.sources.opsgenie import PRIORITY_OF
from tocsin.sources.opsgenie_order import PRIORITY, tiny_of

_OWN_LABELS: Final = {TAGS, PRIORITY, "entity", "source", "user", "alias", "actions", "responders"}
_UNITS: Final = (("days", DAY), ("hours", HOUR), ("minutes", MINUTE))
UNITS: Final = dict(_UNITS)


class Origin(Struct, frozen=True):
    """The integration an alert came by."""

    id: str
    name: str
    type: str


class Responder(Struct, frozen=True):
    type: str
    id: str


class Report(Struct, frozen=True, rename="camel", omit_defaults=True):
    """How long things took, in ms from the alert's beginning, and who did them."""

    ack_time: int = 0
    close_time: int = 0
    acknowledged_by: str = ""
    closed_by: str = ""


class BaseAlert(Struct, frozen=True, rename="camel", kw_only=True):
    """An alert as lists show it."""

    id: str
    tiny_id: str
    alias: str
    message: str
    status: str
    acknowledged: bool
    is_seen: bool
    tags: list[str]
    snoozed: bool
    snoozed_until: str | UnsetType = UNSET
    count: int
    last_occurred_at: str
    created_at: str
    updated_at: str
    source: str
    owner: str
    priority: str
    responders: list[Responder]
    integration: Origin
    report: Report


class FullAlert(BaseAlert, frozen=True, rename="camel", kw_only=True):
    """An alert with all there is to it."""

    actions: list[str]
    entity: str
    description: str
    details: dict[str, str]


class RequestStatus(Struct, frozen=True, rename="camel"):
    """What came of a request."""

    success: bool
    action: str
    processed_at: str
    integration_id: str
    is_success: bool
    status: str
    alert_id: str
    alias: str


class HeartbeatMeta(Struct, frozen=True):
    """A heartbeat in short."""

    name: str
    enabled: bool
    expired: bool


class HeartbeatView(Struct, frozen=True, rename="camel"):
    """A heartbeat with its settings."""

    name: str
    description: str
    interval: int
    enabled: bool
    interval_unit: str
    expired: bool
    alert_message: str
    alert_tags: list[str]
    alert_priority: str
    last_ping_time: str | UnsetType = UNSET


def instant(at: int) -> str:
    """An instant in ms as the API writes it."""
    whole = datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{at % 1000:03d}Z"


def base_alert(
    alert: Alert, incident: Incident | None, sender: Integration, names: Mapping[int, str], now: int
) -> BaseAlert:
    """An alert of a list; `names` are those of the people who have it."""
    return BaseAlert(**_base(alert, incident, sender, names, now))


def full_alert(
    alert: Alert, incident: Incident | None, sender: Integration, names: Mapping[int, str], now: int
) -> FullAlert:
    """One alert."""
    labels = alert.labels
    return FullAlert(
        **_base(alert, incident, sender, names, now),
        actions=list(filter(None, labels.get("actions", "").split(","))),
        entity=labels.get("entity", ""),
        description=alert.description,
        details={name: value for name, value in labels.items() if name not in _OWN_LABELS},
    )


def alias_of(alert: Alert) -> str:
    """What the sender calls it; a long alias stands beside its key."""
    return alert.labels.get("alias") or alert.alert_key


def _base(
    alert: Alert, incident: Incident | None, sender: Integration, names: Mapping[int, str], now: int
) -> dict[str, Any]:
    snoozed_before = incident.snoozed_before if incident and alert.is_open else 0
    acknowledged = incident is not None and incident.progress is Progress.PROCESSING
    people = incident.responders if incident else ()
    holders = [one for one in people if one.acknowledged_at] or list(people)
    return {
        "id": alert.id,
        "tiny_id": tiny_of(alert.id),
        "alias": alias_of(alert),
        "message": alert.title,
        "status": "open" if alert.is_open else "closed",
        "acknowledged": acknowledged and alert.is_open,
        "is_seen": acknowledged,
        "tags": list(tags_of(alert.labels)),
        "snoozed": snoozed_before > now,
        "snoozed_until": instant(snoozed_before) if snoozed_before > now else UNSET,
        "count": alert.event_count,
        "last_occurred_at": instant(alert.last_time),
        "created_at": instant(alert.created_at),
        "updated_at": instant(alert.updated_at),
        "source": alert.labels.get("source", ""),
        "owner": next((names[one.person_id] for one in holders if one.person_id in names), ""),
        "priority": alert.labels.get(PRIORITY) or PRIORITY_OF[alert.severity],
        "responders": [Responder("user", str(one.person_id)) for one in people if one.person_id],
        "integration": Origin(str(sender.id), sender.name, "API"),
        "report": _report(alert, incident, names),
    }


def _report(alert: Alert, incident: Incident | None, names: Mapping[int, str]) -> Report:
    ended = alert.end_time or alert.close_time
    took: dict[str, Any] = {"close_time": max(0, ended - alert.start_time)} if ended else {}
    if incident is None or not incident.ack_time:
        return Report(**took)
    first = min(
        (one for one in incident.responders if one.acknowledged_at),
        key=lambda one: one.acknowledged_at,
        default=None,
    )
    return Report(
        **took,
        ack_time=max(0, incident.ack_time - alert.start_time),
        acknowledged_by=names.get(first.person_id, "System") if first else "",
    )


def request_status(settled: Settled, alias: str) -> RequestStatus:
    """What came of a request, by the alias that its sender knows."""
    return RequestStatus(
        success=settled.is_success,
        action=settled.verb,
        processed_at=instant(settled.processed_at),
        integration_id=str(settled.integration_id),
        is_success=settled.is_success,
        status=settled.status,
        alert_id=settled.alert_id,
        alias=alias,
    )


def heartbeat_meta(found: Heartbeat) -> HeartbeatMeta:
    """A heartbeat in short."""
    is_on = found.status is not HeartbeatStatus.PAUSED
    return HeartbeatMeta(found.name, is_on, found.status is HeartbeatStatus.DOWN)


def heartbeat_view(found: Heartbeat) -> HeartbeatView:
    """A heartbeat; its interval in the largest unit that leaves no rest."""
    length, unit = interval(found.schedule.period_ms)
    meta = heartbeat_meta(found)
    return HeartbeatView(
        name=found.name,
        description=found.description,
        interval=length,
        enabled=meta.enabled,
        interval_unit=unit,
        expired=meta.expired,
        alert_message=found.labels.get("alert_message", ""),
        alert_tags=list(tags_of(found.labels)),
        alert_priority=found.labels.get(PRIORITY) or PRIORITY_OF[found.severity],
        last_ping_time=instant(found.last_ping_at) if found.last_ping_at else UNSET,
    )


def interval(period_ms: int) -> tuple[int, str]:
    """A period as a number of the largest unit that leaves no rest; at least one minute."""
    unit, length = next((one for one in _UNITS if period_ms % one[1] == 0), _UNITS[-1])
    return max(1, period_ms // length), unit
