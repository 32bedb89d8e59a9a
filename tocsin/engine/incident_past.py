"""Earlier incidents that resemble one."""

from typing import Final

from msgspec import Struct

from tocsin.domain.incident import Incident
from tocsin.domain.similarity import Likeness, likeness, sketch
from tocsin.engine.incident_work import reachable
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import ResourceNotFound
from tocsin.kernel.units import DAY
from tocsin.store import incident as incidents
from tocsin.store.database import Tx

LOOKBACK_MS: Final = 30 * DAY
COMPARED_MAX: Final = 1000


class Alike(Struct, frozen=True):
    """An earlier incident, and how like it is and by what."""

    incident: Incident
    likeness: Likeness


def alike(tx: Tx, caller: Caller, incident_id: str, limit: int) -> list[Alike]:
    """Closed incidents of the same channel that resemble one, the most useful first.

    Only the newest COMPARED_MAX of the 30 days before it are compared. ResourceNotFound for an
    incident outside channels.
    """
    (now,) = reachable(tx, caller, [incident_id])
    if not now.channel_id:
        raise ResourceNotFound("Channel not found: the incident lives outside channels")
    mine = sketch(now.title, now.labels)
    earlier = incidents.earlier(
        tx,
        caller.account_id,
        now.channel_id,
        now.start_time - LOOKBACK_MS,
        now.start_time,
        COMPARED_MAX,
        closed_only=True,
    )
    compared = [
        (one, likeness(mine, sketch(one.title, one.labels)))
        for one in earlier
        if one.incident_id != now.incident_id
    ]
    chosen = sorted(
        ((one, score) for one, score in compared if score.is_alike),
        key=lambda pair: (
            not (pair[0].root_cause or pair[0].resolution),
            -pair[1].score,
            -pair[0].start_time,
        ),
    )[:limit]
    full = incidents.get_all(tx, caller.account_id, [one.incident_id for one, _ in chosen])
    return [Alike(one, score) for one, (_, score) in zip(full, chosen, strict=True)]
