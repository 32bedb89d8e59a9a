"""Reading incidents by id."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.engine import incident_names, incident_work
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Kind, operation
from tocsin.store.database import Tx
from tocsin.wire.incident import TAG, IncidentInfo, ObjectId

AT_ONCE_MAX = 1000


class OneIncident(Struct, frozen=True):
    incident_id: ObjectId | None = None
    num: Annotated[str, Meta(description="The short label instead; the newest that has it.")] = ""


class SeveralIncidents(Struct, frozen=True):
    incident_ids: tuple[ObjectId, ...]


class IncidentsById(Struct, frozen=True):
    items: list[IncidentInfo]
    total: int
    has_next_page: bool = False
    search_after_ctx: str = ""


@operation("/incident/info", Permission.INCIDENTS_READ, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: OneIncident) -> IncidentInfo:
    """Read one incident, by its id or by its short label."""
    if request.incident_id:
        found = incident_work.reachable(tx, caller, [request.incident_id])[0]
    elif request.num:
        found = incident_work.newest_of_num(tx, caller, request.num)
    else:
        raise InvalidParameter("give incident_id or num", field="incident_id")
    return IncidentInfo.of(found, incident_names.load(tx, caller.account_id, [found]))


@operation("/incident/list-by-ids", Permission.INCIDENTS_READ, Kind.READ, tag=TAG)
def list_by_ids(tx: Tx, caller: Caller, request: SeveralIncidents) -> IncidentsById:
    """Read incidents by id.

    They come in the order asked for; ids that are unknown to the caller are left out.
    """
    if len(request.incident_ids) > AT_ONCE_MAX:
        raise InvalidParameter(
            "{field} must have at most {maximum} entries, not {count}",
            field="incident_ids",
            maximum=AT_ONCE_MAX,
            count=len(request.incident_ids),
        )
    found = incident_work.visible_of(tx, caller, request.incident_ids)
    names = incident_names.load(tx, caller.account_id, found)
    return IncidentsById([IncidentInfo.of(one, names) for one in found], len(found))
