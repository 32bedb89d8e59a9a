"""Google Cloud Monitoring: incidents of its alerting policies, by webhook.

Google sends no headers of one's own: the key stands in the address, as `integration_key` or as
`auth_token`, or is the password of basic authentication. Severities: Critical is Critical, Error
and Warning are Warning, none is Info.
"""

from typing import Any, Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import GCP
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload
from tocsin.sources.answer import accepted, address_or_header_key, refused
from tocsin.sources.door import Door, Kept, Knock, Report
from tocsin.sources.source import instant, mapping, word

BY_SEVERITY: Final = {
    "critical": EventStatus.CRITICAL,
    "error": EventStatus.WARNING,
    "warning": EventStatus.WARNING,
    "no severity": EventStatus.INFO,
    "": EventStatus.INFO,
}


def key(knock: Knock) -> str:
    """The key, wherever Google was told to put it."""
    return address_or_header_key(knock) or knock.query.get("auth_token", "")


def check(knock: Knock, integration: Integration) -> dict[str, str]:
    """Refuse what holds no incident, or one without its id and state."""
    incident = payload.json_object(knock.body).get("incident")
    if not isinstance(incident, dict):
        raise InvalidParameter("{field} is required", field="incident")
    payload.required(incident, "incident_id", "state")
    return {}


def read(kept: Kept, integration: Integration) -> list[Report]:
    """The incident as an event: open fires, closed recovers."""
    incident = mapping(payload.json_object(kept.body).get("incident"))
    closed = word(incident.get("state")).lower() == "closed"
    severity = word(incident.get("severity"))
    happened_at = instant(incident.get("ended_at" if closed else "started_at"))
    return [
        payload.event(
            payload.key(incident.get("incident_id")),
            EventStatus.OK if closed else BY_SEVERITY.get(severity.lower(), EventStatus.WARNING),
            word(incident.get("condition_name")) or word(incident.get("policy_name")),
            happened_at or kept.received_at,
            description=payload.lines(
                incident.get("summary"),
                _documentation(incident.get("documentation")),
                incident.get("url"),
            ),
            labels=_labels(incident, severity),
        )
    ]


def _documentation(found: Any) -> str:
    """What the policy says; a plain text in the console's test message."""
    return word(found, 2048) or word(mapping(found).get("content"), 2048)


def _labels(incident: dict[str, Any], severity: str) -> dict[str, str]:
    resource, metric = mapping(incident.get("resource")), mapping(incident.get("metric"))
    return payload.labels(
        {
            "policy": incident.get("policy_name"),
            "condition": incident.get("condition_name"),
            "severity": severity,
            "project": incident.get("scoping_project_id"),
            "resource": incident.get("resource_display_name") or incident.get("resource_name"),
            "resource_type": resource.get("type"),
            "metric": metric.get("type"),
            "observed_value": incident.get("observed_value"),
            "threshold_value": incident.get("threshold_value"),
            "link": incident.get("url"),
        },
        mapping(incident.get("policy_user_labels")),
        mapping(resource.get("labels")),
        mapping(metric.get("labels")),
    )


SETUP: Final = """\
# Monitoring > Alerting > Edit notification channels > Webhooks > Add new
URL/event/push/alert/google-cloud-monitoring?integration_key=KEY
"""

DOORS: Final = (
    Door(
        plugin=GCP,
        path="/event/push/alert/google-cloud-monitoring",
        key=key,
        check=check,
        read=read,
        accepted=accepted,
        refused=refused,
        setup=SETUP,
    ),
)
