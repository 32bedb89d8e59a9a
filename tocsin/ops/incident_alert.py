"""The alerts of an incident."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.alert_view import AlertInfo
from tocsin.engine import alert_names, incident_work
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import window
from tocsin.store import alert as alerts
from tocsin.store.database import Tx
from tocsin.wire.incident import TAG, ObjectId

ALERTS_MAX: Final = 1000
EVENTS_SHOWN_MAX: Final = 20


class ListIncidentAlerts(Struct, frozen=True):
    incident_id: ObjectId
    include_events: Annotated[bool, Meta(description="With the newest 20 events of each.")] = False
    is_active: Annotated[bool | None, Meta(description="Whether it fires; absent: either way.")] = (
        None
    )
    p: int = 0
    limit: Annotated[int, Meta(le=ALERTS_MAX)] = 0


class IncidentAlerts(Struct, frozen=True):
    items: list[AlertInfo]
    total: int


@operation("/incident/alert/list", Permission.INCIDENTS_READ, Kind.READ, tag=TAG)
def list_alerts(tx: Tx, caller: Caller, request: ListIncidentAlerts) -> IncidentAlerts:
    """Read the alerts of an incident, first come first."""
    place = window(request.p, request.limit, default=ALERTS_MAX, maximum=ALERTS_MAX)
    (incident,) = incident_work.reachable(tx, caller, [request.incident_id])
    account_id, incident_id = caller.account_id, incident.incident_id
    found = alerts.of_incident(
        tx,
        account_id,
        incident_id,
        is_active=request.is_active,
        offset=place.offset,
        limit=place.limit,
    )
    names = alert_names.of(tx, account_id, found, [incident])
    items = [
        AlertInfo.of(
            alert,
            names,
            alerts.events(tx, account_id, alert.id, EVENTS_SHOWN_MAX)
            if request.include_events
            else UNSET,
        )
        for alert in found
    ]
    return IncidentAlerts(
        items, alerts.count_of_incident(tx, account_id, incident_id, is_active=request.is_active)
    )
