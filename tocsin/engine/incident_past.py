"""Earlier incidents that resemble one."""

from msgspec import Struct

from tocsin.domain.incident import Incident
from tocsin.domain.similarity import Likeness
from tocsin.engine.incident_likeness import closed_and_alike
from tocsin.engine.incident_work import reachable
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import ResourceNotFound
from tocsin.store import incident as incidents
from tocsin.store.database import Tx


class Alike(Struct, frozen=True):
    """An earlier incident, and how like it is and by what."""

    incident: Incident
    likeness: Likeness


def alike(tx: Tx, caller: Caller, incident_id: str, limit: int) -> list[Alike]:
    """Closed incidents of the same channel that resemble one, the most useful first.

    They began in the 30 days before it. ResourceNotFound for an incident outside channels.
    """
    (now,) = reachable(tx, caller, [incident_id])
    if not now.channel_id:
        raise ResourceNotFound("Channel not found: the incident lives outside channels")
    place = (caller.account_id, now.channel_id)
    known = closed_and_alike(tx, *place, now.title, now.labels, now.start_time)
    chosen = sorted(
        ((one, score) for one, score in known if one.incident_id != now.incident_id),
        key=lambda pair: (
            not (pair[0].root_cause or pair[0].resolution),
            -pair[1].score,
            -pair[0].start_time,
        ),
    )[:limit]
    full = incidents.get_all(tx, caller.account_id, [one.incident_id for one, _ in chosen])
    return [Alike(one, score) for one, (_, score) in zip(full, chosen, strict=True)]
