"""Earlier incidents that resemble one."""

from typing import Annotated, Self

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.incident import Incident
from tocsin.domain.incident_view import IncidentView, Names, view
from tocsin.domain.similarity import Likeness
from tocsin.engine import incident_names, incident_past
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, Rate, operation
from tocsin.kernel.paging import window
from tocsin.store.database import Tx
from tocsin.wire.incident import TAG, IncidentInfo, ObjectId


class ListPast(Struct, frozen=True):
    incident_id: ObjectId
    limit: Annotated[int, Meta(le=100, description="5 where absent.")] = 0


class PastIncident(IncidentInfo, frozen=True, kw_only=True):
    """An incident, and how alike it is."""

    score: Annotated[float, Meta(description="From 0.9 to 1.")]
    score_title: Annotated[float, Meta(description="How alike the titles are, word by word.")]
    score_labels: Annotated[
        float, Meta(description="How alike the labels are, pair by pair; 0 without labels.")
    ]

    @classmethod
    def scored(cls, incident: Incident, names: Names, likeness: Likeness) -> Self:
        shown = view(incident, names, IncidentView)
        fields = {name: getattr(shown, name) for name in shown.__struct_fields__}
        return cls(
            **fields,
            score=likeness.score,
            score_title=likeness.title,
            score_labels=likeness.labels or 0.0,
        )


class PastIncidents(Struct, frozen=True):
    items: list[PastIncident]
    total: int


@operation(
    "/incident/past/list",
    Permission.INCIDENTS_READ,
    Kind.READ,
    tag=TAG,
    rate=Rate(per_minute=100, per_second=20),
)
def list_past(tx: Tx, caller: Caller, request: ListPast) -> PastIncidents:
    """Find closed incidents of the same channel, up to 30 days earlier, that resemble one.

    Those with a root cause or a resolution come first, then the most alike, then the newest.
    Titles weigh 0.7 and labels 0.3; from 0.9 on two incidents are alike. The same incidents
    always score the same.
    """
    place = window(1, request.limit, default=5)
    found = incident_past.alike(tx, caller, request.incident_id, place.limit)
    names = incident_names.load(tx, caller.account_id, [one.incident for one in found])
    return PastIncidents(
        [PastIncident.scored(one.incident, names, one.likeness) for one in found], len(found)
    )
