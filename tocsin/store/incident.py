"""Incidents at rest."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Table, delete, insert, select, update

from tocsin.domain.incident import Incident, Progress
from tocsin.kernel.errors import ResourceNotFound
from tocsin.kernel.text import fold
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.incident import (
    incident,
    incident_field,
    incident_label,
    incident_responder,
)

WHOLE = select(*fields(incident, Incident))
SAME_NUM_MAX: Final = 20
_SEARCHED: Final = ("title", "description", "labels")


class Earlier(Struct, frozen=True):
    """An incident as far as it is compared with others."""

    incident_id: str
    title: str
    labels: dict[str, str]
    start_time: int
    root_cause: str
    resolution: str


def add(tx: Tx, new: Incident) -> None:
    """Keep a new incident."""
    tx.run(insert(incident).values(**asdict(new), search=_search(new)))
    _write_sides(tx, new, {"labels", "responders", "fields"})


def save(tx: Tx, before: Incident, after: Incident) -> None:
    """Keep what became of an incident, and that it changed now; nothing if it did not."""
    changed = {
        name: value for name, value in asdict(after).items() if value != getattr(before, name)
    }
    if not changed:
        return
    if changed.keys() & {*_SEARCHED}:
        changed["search"] = _search(after)
    changed["updated_at"] = tx.now
    mine = _mine(incident, after.account_id, [after.incident_id])
    tx.run(update(incident).where(*mine).values(**changed))
    _write_sides(tx, after, changed.keys())


def get(tx: Tx, account_id: int, incident_id: str, *, lock: bool = False) -> Incident:
    """One incident; ResourceNotFound for an id that is unknown here."""
    return get_all(tx, account_id, [incident_id], lock=lock)[0]


def get_all(
    tx: Tx, account_id: int, incident_ids: Sequence[str], *, lock: bool = False
) -> list[Incident]:
    """These incidents in the order asked for; ResourceNotFound if any is unknown here."""
    found = {one.incident_id: one for one in find(tx, account_id, incident_ids, lock=lock)}
    for incident_id in incident_ids:
        if incident_id not in found:
            raise unknown(incident_id)
    return [found[incident_id] for incident_id in dict.fromkeys(incident_ids)]


def unknown(incident_id: str) -> ResourceNotFound:
    """What is said of an incident that is not there, or not for this caller."""
    return ResourceNotFound("no incident has the id {incident_id}", incident_id=incident_id)


def of_num(tx: Tx, account_id: int, num: str) -> list[Incident]:
    """The newest incidents with a short label."""
    found = WHOLE.where(incident.c.account_id == account_id, incident.c.num == num)
    return tx.rows(found.order_by(incident.c.start_time.desc()).limit(SAME_NUM_MAX), Incident)


def find(
    tx: Tx, account_id: int, incident_ids: Collection[str], *, lock: bool = False
) -> list[Incident]:
    """Those of these incidents that exist; locked in the order of their ids."""
    if not incident_ids:
        return []
    found = WHOLE.where(*_mine(incident, account_id, incident_ids))
    found = found.order_by(incident.c.incident_id)
    return tx.rows(found.with_for_update() if lock else found, Incident)


def earlier(
    tx: Tx,
    account_id: int,
    channel_id: int,
    since: int,
    until: int,
    limit: int,
    *,
    closed_only: bool = False,
) -> list[Earlier]:
    """The newest incidents of a channel that began in that span."""
    found = select(*fields(incident, Earlier)).where(
        incident.c.account_id == account_id,
        incident.c.channel_id == channel_id,
        incident.c.start_time.between(since, until),
    )
    if closed_only:
        found = found.where(incident.c.progress == Progress.CLOSED)
    newest = found.order_by(incident.c.start_time.desc(), incident.c.incident_id.desc())
    return tx.rows(newest.limit(limit), Earlier)


def of_channel(tx: Tx, account_id: int, channel_id: int, limit: int) -> list[str]:
    """Ids of a channel's incidents."""
    found = select(incident.c.incident_id).where(
        incident.c.account_id == account_id, incident.c.channel_id == channel_id
    )
    return [str(one) for one in tx.values(found.limit(limit))]


def having_field(tx: Tx, account_id: int, name: str, limit: int) -> list[str]:
    """Ids of incidents that hold a value of a custom field."""
    found = select(incident_field.c.incident_id).where(
        incident_field.c.account_id == account_id, incident_field.c.name == name
    )
    return [str(one) for one in tx.values(found.limit(limit))]


def remove(tx: Tx, account_id: int, incident_ids: Collection[str]) -> None:
    """Erase incidents; timelines, alerts and timers are the caller's."""
    for table in (incident_label, incident_responder, incident_field, incident):
        tx.run(delete(table).where(*_mine(table, account_id, incident_ids)))


def _mine(
    table: Table, account_id: int, incident_ids: Collection[str]
) -> tuple[ColumnElement[bool], ...]:
    return (table.c.account_id == account_id, table.c.incident_id.in_(incident_ids))


def _search(of: Incident) -> str:
    return fold("\n".join((of.title, of.description, *of.labels.values())))


def _write_sides(tx: Tx, of: Incident, changed: Collection[str]) -> None:
    """Bring the search tables of what changed up to the incident."""
    sides: dict[str, tuple[Table, list[dict[str, Any]]]] = {
        "labels": (
            incident_label,
            [{"name": name, "value": value} for name, value in of.labels.items()],
        ),
        "responders": (
            incident_responder,
            [
                {"person_id": one.person_id, "acknowledged": one.acknowledged_at > 0}
                for one in of.responders
            ],
        ),
        "fields": (incident_field, [{"name": name} for name in of.fields]),
    }
    key = {"account_id": of.account_id, "incident_id": of.incident_id}
    for name, (table, rows) in sides.items():
        if name in changed:
            tx.run(delete(table).where(*_mine(table, of.account_id, [of.incident_id])))
            tx.run(insert(table), [{**key, **row} for row in rows])
