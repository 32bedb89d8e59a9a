"""Incidents at rest."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Table, bindparam, delete, select, update

from tocsin.domain import custom_field
from tocsin.domain.grouping import Holder
from tocsin.domain.incident import Incident, Progress
from tocsin.domain.news import About
from tocsin.domain.similarity import marks
from tocsin.kernel.errors import ResourceNotFound
from tocsin.store import bulk, incident_words, label_filter, news, posting
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.few import hour_of
from tocsin.store.tables.incident import (
    incident,
    incident_bucket,
    incident_field,
    incident_label,
    incident_mark,
    incident_responder,
    incident_word,
)

WHOLE = select(*fields(incident, Incident))
SAME_NUM_MAX: Final = 20
_SEARCHED: Final = ("title", "description", "labels", "impact", "root_cause", "resolution")

_SIDES: Final = {
    "responders": incident_responder,
    "fields": incident_field,
    "title": incident_mark,
    "progress": incident_bucket,
}
"""What an incident is searched by beside its words and labels: the field whose changes write a
table's rows anew."""
_UPDATE: Final = update(incident).where(
    incident.c.account_id == bindparam("account_id_"),
    incident.c.incident_id == bindparam("incident_id_"),
)


def add(tx: Tx, new: Incident) -> None:
    """Keep a new incident."""
    add_many(tx, [new])


def add_many(tx: Tx, new: Sequence[Incident]) -> None:
    """Keep new incidents, in order."""
    texts = [incident_words.text_of(one) for one in new]
    pairs = list(zip(new, texts, strict=True))
    bulk.add(tx, incident, [{**asdict(one), "search": text} for one, text in pairs])
    incident_words.add(tx, pairs)
    for one in new:
        news.tell(tx, one.account_id, About.INCIDENT, one.incident_id, one.channel_id)
    labels = ((key, one.incident_id) for one in new for key in _filed(one))
    posting.add(tx, incident_label, labels)
    for name in _SIDES:
        _write_side(tx, name, new)


def save(tx: Tx, before: Incident, after: Incident) -> None:
    """Keep what became of an incident, and that it changed now; nothing if it did not."""
    save_all(tx, [(before, after)])


def save_all(tx: Tx, changes: Sequence[tuple[Incident, Incident]]) -> None:
    """Keep what became of several incidents of one account, each before and after."""
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    by_side: dict[str, list[Incident]] = {}
    for before, after in changes:
        changed = _changed(before, after)
        if not changed:
            continue
        changed["updated_at"] = tx.now
        news.tell(tx, after.account_id, About.INCIDENT, after.incident_id, after.channel_id)
        key = {"account_id_": after.account_id, "incident_id_": after.incident_id}
        by_columns.setdefault(tuple(changed), []).append(key | changed)
        for name in _SIDES.keys() & changed.keys():
            by_side.setdefault(name, []).append(after)
        if "search" in changed:
            incident_words.add_late(tx, before, after)
        if "labels" in changed:
            known = set(_filed(before))
            keys = [key for key in _filed(after) if key not in known]
            posting.add_late(tx, incident_label, keys, after.incident_id)
    for rows in by_columns.values():
        tx.run(_UPDATE, rows)
    for name, owners in by_side.items():
        ids = [one.incident_id for one in owners]
        table = _SIDES[name]
        tx.run(delete(table).where(*_mine(table, owners[0].account_id, ids)))
        _write_side(tx, name, owners)


def _changed(before: Incident, after: Incident) -> dict[str, Any]:
    changed = {
        name: value for name, value in asdict(after).items() if value != getattr(before, name)
    }
    if changed.keys() & {*_SEARCHED}:
        changed["search"] = incident_words.text_of(after)
    return changed


def channels_of(tx: Tx, account_id: int, incident_ids: Collection[str]) -> dict[str, int]:
    """The channels that these incidents are in; those unknown are left out."""
    mine = _mine(incident, account_id, incident_ids)
    placed = select(incident.c.incident_id, incident.c.channel_id).where(*mine)
    return dict(tx.tuples(placed)) if incident_ids else {}


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
    return bulk.read(tx, incident, Incident, *_of_ids(tx, account_id, incident_ids, lock=lock))


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
    return [str(one) for one in tx.values(found.distinct().limit(limit))]


def remove(tx: Tx, account_id: int, incident_ids: Collection[str]) -> None:
    """Erase incidents; timelines, alerts and timers are the caller's."""
    rows = tx.tuples(
        select(incident.c.incident_id, incident.c.start_time).where(
            *_mine(incident, account_id, incident_ids)
        )
    )
    hours = {incident_id: hour_of(start_time) for incident_id, start_time in rows}
    for table in (incident_label, incident_word):
        posting.erase(tx, table, account_id, hours)
    for table in (*_SIDES.values(), incident):
        tx.run(delete(table).where(*_mine(table, account_id, incident_ids)))


def _mine(
    table: Table, account_id: int, incident_ids: Collection[str]
) -> tuple[ColumnElement[bool], ...]:
    return (table.c.account_id == account_id, table.c.incident_id.in_(incident_ids))


def _of_ids(
    tx: Tx, account_id: int, incident_ids: Collection[str], *, lock: bool
) -> tuple[str, tuple[Any, ...]]:
    of_ids, ids = bulk.among(tx, "incident_id", list(incident_ids))
    where = f"account_id = ? AND {of_ids} ORDER BY incident_id"
    locking = " FOR UPDATE" if lock and tx.dialect != "sqlite" else ""
    return where + locking, (account_id, ids)


def _write_side(tx: Tx, name: str, owners: Sequence[Incident]) -> None:
    """Fill the search table of `name` for incidents that have no rows in it."""
    bulk.add(tx, _SIDES[name], [row for owner in owners for row in _side_rows(name, owner)])


def _side_rows(name: str, owner: Incident) -> list[dict[str, Any]]:
    key = {"account_id": owner.account_id, "incident_id": owner.incident_id}
    if name == "fields":
        return [
            {**key, "name": field, "mark": mark}
            for field, value in owner.fields.items()
            for mark in custom_field.marks(value)
        ]
    if name == "title":
        found = marks(owner.title) if owner.channel_id else ()
        place = {**key, "channel_id": owner.channel_id, "start_time": owner.start_time}
        return [{"mark": mark, **place} for mark in dict.fromkeys(found)]
    if name == "progress":
        found = () if owner.progress is Progress.CLOSED else owner.buckets
        return [{**key, "channel_id": owner.channel_id, "bucket": bucket} for bucket in found]
    return [
        {**key, "person_id": one.person_id, "acknowledged": one.acknowledged_at > 0}
        for one in owner.responders
    ]


def _filed(one: Incident) -> list[posting.Key]:
    return label_filter.filed(one.account_id, hour_of(one.start_time), one.labels)


def holders(
    tx: Tx, account_id: int, incident_ids: Sequence[str], *, lock: bool = False
) -> list[Holder]:
    """What grouping sees of those of these incidents that exist; locked in the order of their
    ids."""
    if not incident_ids:
        return []
    return bulk.read(tx, incident, Holder, *_of_ids(tx, account_id, incident_ids, lock=lock))
