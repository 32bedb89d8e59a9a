"""An incident that never was, to try templates on."""

from tocsin.domain.alert import Alert
from tocsin.domain.channel import GroupMethod
from tocsin.domain.incident import Assignment, AssignType, Incident, Progress, Responder
from tocsin.domain.severity import EventStatus, Severity
from tocsin.kernel.units import MINUTE

INCIDENT_ID = "0" * 18 + "a1b2c3"
ALERT_ID = "0" * 18 + "a1b2c4"


def incident(account_id: int, person_id: int, at: int) -> Incident:
    """An incident of that account, in that person's hands since a quarter of an hour."""
    start = at - 15 * MINUTE
    return Incident(
        incident_id=INCIDENT_ID,
        account_id=account_id,
        num="A1B2C3",
        title="CPU usage is over 90% on web-1",
        description="The load of **web-1** has been over 90% for 10 minutes.",
        severity=Severity.CRITICAL,
        status=EventStatus.CRITICAL,
        start_time=start,
        last_time=at,
        created_at=start,
        updated_at=at,
        progress=Progress.TRIGGERED,
        group_method=GroupMethod.NONE,
        alert_cnt=1,
        active_alert_cnt=1,
        alert_event_cnt=3,
        labels={"check": "cpu usage", "host": "web-1", "env": "prod"},
        assigned_to=Assignment(person_ids=(person_id,), type=AssignType.ASSIGN, assigned_at=start),
        responders=(Responder(person_id, start),),
    )


def alert(of: Incident) -> Alert:
    """Its only alert."""
    return Alert(
        id=ALERT_ID,
        account_id=of.account_id,
        channel_id=of.channel_id,
        integration_id=0,
        alert_key="cpu",
        title=of.title,
        description=of.description,
        severity=of.severity,
        status=of.status,
        start_time=of.start_time,
        last_time=of.last_time,
        created_at=of.created_at,
        updated_at=of.updated_at,
        last_mark="",
        labels=of.labels,
        event_count=3,
    )
