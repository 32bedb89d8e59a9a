"""What filters see of an event, of an alert and of an incident."""

from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import AlertEvent, StoredEvent
from tocsin.domain.filter import LABEL, Subject
from tocsin.domain.incident import Incident
from tocsin.domain.severity import Severity


def of_event(event: AlertEvent | StoredEvent, integration_id: int) -> Subject:
    """An event as rules see it. The severity of a recovery is `Ok`: it has none of its own, and
    a rule about `Info` must not take the recovery of something worse."""
    return {
        **{LABEL + name: value for name, value in event.labels.items()},
        "severity": str(event.status),
        "status": str(event.status),
        "title": event.title,
        "title_rule": event.title_rule,
        "description": event.description,
        "alert_key": event.alert_key,
        "integration_id": str(integration_id),
    }


def of_alert(alert: Alert) -> Subject:
    """An alert as rules see it; its severity is the highest it had, its status the last."""
    return {
        **{LABEL + name: value for name, value in alert.labels.items()},
        "severity": str(alert.severity),
        "status": str(alert.status),
        "title": alert.title,
        "title_rule": alert.title_rule,
        "description": alert.description,
        "alert_key": alert.alert_key,
        "integration_id": str(alert.integration_id),
    }


def of_severity(severity: Severity) -> Subject:
    """An incident of which nothing is known but how bad it is."""
    return {"severity": str(severity), "status": str(severity), "title": ""}


def of_incident(incident: Incident) -> Subject:
    """An incident as escalation rules see it."""
    first = incident.integration_ids[0] if incident.integration_ids else 0
    return {
        **{LABEL + name: value for name, value in incident.labels.items()},
        "severity": str(incident.severity),
        "status": str(incident.status),
        "title": incident.title,
        "description": incident.description,
        "dedup_key": incident.dedup_key,
        "integration_id": str(first),
    }
