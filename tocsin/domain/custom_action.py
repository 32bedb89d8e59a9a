"""What people have done to an incident elsewhere, at the press of a button."""

from msgspec import Struct

from tocsin.domain.alert_view import AlertInfo
from tocsin.domain.feed import CustomActionDetail, Entry, EntryType
from tocsin.domain.incident import Decision, Incident
from tocsin.domain.incident_view import IncidentView, PersonShort


class ActionIncident(IncidentView, frozen=True, kw_only=True):
    """An incident as a custom action is told of it: with its alerts."""

    alerts: list[AlertInfo]


class ActionCall(Struct, frozen=True):
    """The body that a custom action posts; `event_time` in ms."""

    event_time: int
    event_type: EntryType
    event_id: str
    incident: ActionIncident
    person: PersonShort


def ran(incident: Incident, integration_id: int, name: str, by: int) -> Decision:
    """A custom action did its work; that stands on the timeline."""
    entry = Entry(EntryType.CUSTOM_ACTION, CustomActionDetail(integration_id, name), by)
    return Decision(incident, "a person ran a custom action", (entry,))
