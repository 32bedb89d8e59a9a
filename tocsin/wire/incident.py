"""What several incident operations send and receive."""

from typing import Annotated, Final, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.alert_view import AlertInfo
from tocsin.domain.incident import Incident
from tocsin.domain.incident_view import IncidentView, Names, view

TAG: Final = "On-call/Incidents"
OBJECT_ID: Final = "^[0-9a-fA-F]{24}$"

ObjectId = Annotated[str, Meta(pattern=OBJECT_ID)]
IncidentIds = Annotated[tuple[ObjectId, ...], Meta(min_length=1, max_length=100)]
PersonIds = Annotated[tuple[int, ...], Meta(max_length=100, description="Member ids.")]


class ChosenIncidents(Struct, frozen=True):
    incident_ids: IncidentIds


class IncidentInfo(IncidentView, frozen=True, kw_only=True):
    """An incident; `alerts` is left out here, as /incident/alert/list gives them."""

    alerts: list[AlertInfo] | UnsetType = UNSET

    @classmethod
    def of(cls, incident: Incident, names: Names) -> Self:
        return view(incident, names, cls)
