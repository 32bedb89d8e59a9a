"""Azure Monitor action groups: the common alert schema, activity log alerts, metric alerts v2.

Azure pauses for a quarter of an hour after too many errors, and tries again after 408, 429, 503
and 504 only; a failure of ours is told with one of these. Severities: Sev0 is Critical, Sev1 and
Sev2 are Warning, Sev3 and Sev4 are Info.
"""

from typing import Any, Final

from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import AZURE
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import Failure, InvalidParameter
from tocsin.sources import answer, payload
from tocsin.sources.answer import accepted, query_key
from tocsin.sources.door import Door, Kept, Knock, Reply, Report
from tocsin.sources.source import instant, listing, mapping, text, word

COMMON: Final = "azureMonitorCommonAlertSchema"
ACTIVITY_LOG: Final = "Microsoft.Insights/activityLogs"
METRIC: Final = "AzureMonitorMetricAlert"

BY_SEVERITY: Final = {
    "0": EventStatus.CRITICAL,
    "1": EventStatus.WARNING,
    "2": EventStatus.WARNING,
    "3": EventStatus.INFO,
    "4": EventStatus.INFO,
}
BY_LEVEL: Final = {
    "critical": EventStatus.CRITICAL,
    "error": EventStatus.WARNING,
    "warning": EventStatus.WARNING,
    "informational": EventStatus.INFO,
    "verbose": EventStatus.INFO,
}
_OVER: Final = ("resolved", "deactivated")


def check(knock: Knock, integration: Integration) -> dict[str, str]:
    """Refuse what follows none of the three schemas, or lacks what its alerts are told apart by."""
    sent = payload.json_object(knock.body)
    schema, data = word(sent.get("schemaId")), mapping(sent.get("data"))
    if schema == COMMON:
        payload.required(mapping(data.get("essentials")), "alertId", "monitorCondition")
    elif schema == ACTIVITY_LOG:
        payload.required(mapping(data.get("context")), "activityLog")
    elif schema == METRIC:
        payload.required(mapping(data.get("context")), "id")
    else:
        raise InvalidParameter(
            "schemaId must be {expected}, not {value}",
            field="schemaId",
            expected=f"{COMMON}, {ACTIVITY_LOG} or {METRIC}",
            value=schema or "absent",
        )
    return {}


def read(kept: Kept, integration: Integration) -> list[Report]:
    """The alert, by the schema it came in."""
    sent = payload.json_object(kept.body)
    data = mapping(sent.get("data"))
    match word(sent.get("schemaId")):
        case "azureMonitorCommonAlertSchema":
            return [_common(data, kept.received_at)]
        case "Microsoft.Insights/activityLogs":
            return [_activity(data, kept.received_at)]
        case _:
            return [_metric(data, kept.received_at)]


def _common(data: dict[str, Any], received_at: int) -> AlertEvent:
    found = mapping(data.get("essentials"))
    severity = word(found.get("severity"))
    over = word(found.get("monitorCondition")).lower() in _OVER
    happened_at = instant(found.get("resolvedDateTime" if over else "firedDateTime"))
    targets = [word(one) for one in listing(found.get("configurationItems"))]
    return payload.event(
        payload.key(found.get("alertId")),
        EventStatus.OK if over else BY_SEVERITY.get(severity[-1:], EventStatus.WARNING),
        word(found.get("alertRule")),
        happened_at or received_at,
        description=payload.lines(
            found.get("description"),
            text(mapping(data.get("alertContext")).get("condition"), 1500),
        ),
        labels=payload.labels(
            {
                "alert_rule": found.get("alertRule"),
                "severity": severity,
                "signal_type": found.get("signalType"),
                "monitoring_service": found.get("monitoringService"),
                "resource": ", ".join(targets[:5]),
                "target": word((listing(found.get("alertTargetIDs")) or [""])[0]),
            },
            mapping(data.get("customProperties")),
        ),
    )


def _activity(data: dict[str, Any], received_at: int) -> AlertEvent:
    """An activity log alert. Only service health among them says when it is over."""
    log = mapping(mapping(data.get("context")).get("activityLog"))
    properties = mapping(log.get("properties"))
    level = word(log.get("level")).lower()
    over = word(log.get("status")).lower() in _OVER
    return payload.event(
        payload.key(properties.get("trackingId"))
        or payload.key(log.get("correlationId") or log.get("eventDataId"), log.get("resourceId")),
        EventStatus.OK if over else BY_LEVEL.get(level, EventStatus.WARNING),
        word(properties.get("title")) or word(log.get("operationName")),
        instant(log.get("eventTimestamp")) or received_at,
        description=payload.lines(log.get("description"), log.get("status"), log.get("caller")),
        labels=payload.labels(
            {
                "operation": log.get("operationName"),
                "level": log.get("level"),
                "event_source": log.get("eventSource"),
                "resource": log.get("resourceId"),
                "resource_group": log.get("resourceGroupName"),
                "subscription": log.get("subscriptionId"),
            }
        ),
    )


def _metric(data: dict[str, Any], received_at: int) -> AlertEvent:
    found = mapping(data.get("context"))
    over = word(data.get("status")).lower() in _OVER
    severity = text(found.get("severity"), 16)
    return payload.event(
        payload.key(found.get("id"), found.get("resourceId")),
        EventStatus.OK if over else BY_SEVERITY.get(severity, EventStatus.WARNING),
        word(found.get("name")),
        instant(found.get("timestamp")) or received_at,
        description=payload.lines(found.get("description"), text(found.get("condition"), 1500)),
        labels=payload.labels(
            {
                "alert_rule": found.get("name"),
                "severity": f"Sev{severity}" if severity else "",
                "resource": found.get("resourceName"),
                "resource_type": found.get("resourceType"),
                "resource_group": found.get("resourceGroupName"),
                "subscription": found.get("subscriptionId"),
                "link": found.get("portalLink"),
            },
            mapping(data.get("properties")),
        ),
    )


def refused(knock: Knock, failure: Failure, request_id: str) -> Reply:
    """As others are told, but never 500."""
    reply = answer.refused(knock, failure, request_id)
    return replace(reply, status=503) if reply.status == 500 else reply


SETUP: Final = """\
# Monitor > Alerts > Action groups > Actions > Webhook, "Enable the common alert schema": Yes
URL/event/push/alert/azure-monitor?integration_key=KEY
"""

DOORS: Final = (
    Door(
        plugin=AZURE,
        path="/event/push/alert/azure-monitor",
        key=query_key,
        check=check,
        read=read,
        accepted=accepted,
        refused=refused,
        setup=SETUP,
    ),
)
