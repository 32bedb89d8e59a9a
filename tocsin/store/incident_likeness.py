"""Finding incidents of a channel that say much the same."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from sqlalchemy import bindparam, select

from tocsin.domain.incident import Progress
from tocsin.store import bulk
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.incident import incident, incident_mark

BEARING_MAX: Final = 500

BEARING: Final = (
    select(incident_mark.c.start_time, incident_mark.c.incident_id)
    .where(
        incident_mark.c.account_id == bindparam("account_id"),
        incident_mark.c.channel_id == bindparam("channel_id"),
        incident_mark.c.mark == bindparam("mark"),
        incident_mark.c.start_time.between(bindparam("since"), bindparam("until")),
    )
    .order_by(incident_mark.c.start_time.desc(), incident_mark.c.incident_id.desc())
    .limit(BEARING_MAX)
)
"""The newest incidents of a channel in a span that bear a mark."""


class Earlier(Struct, frozen=True):
    """An incident as far as it is compared with others."""

    incident_id: str
    title: str
    labels: dict[str, str]
    start_time: int
    root_cause: str
    resolution: str


def bearing(
    tx: Tx, account_id: int, channel_id: int, marks: Iterable[str], span: tuple[int, int]
) -> list[str]:
    """Ids of a channel's incidents that began in that span and bear one of these marks, newest
    first; at most BEARING_MAX a mark."""
    found: set[tuple[int, str]] = set()
    for mark in marks:
        wanted = {"account_id": account_id, "channel_id": channel_id, "mark": mark}
        rows = tx.tuples(BEARING, wanted | {"since": span[0], "until": span[1]})
        found.update((start_time, incident_id) for start_time, incident_id in rows)
    return [incident_id for _, incident_id in sorted(found, reverse=True)]


def said(tx: Tx, account_id: int, incident_ids: Sequence[str]) -> list[tuple[str, str]]:
    """The titles of these incidents, each with its labels as JSON, in no order."""
    of_ids, ids = bulk.among(tx, "incident_id", incident_ids)
    statement = f"SELECT title, labels FROM incident WHERE account_id = ? AND {of_ids}"  # noqa: S608
    return [(title, labels) for title, labels in bulk.rows(tx, statement, (account_id, ids))]


def earlier(
    tx: Tx, account_id: int, incident_ids: Sequence[str], *, closed_only: bool = False
) -> list[Earlier]:
    """These incidents, as they are compared."""
    found = select(*fields(incident, Earlier)).where(
        incident.c.account_id == account_id, incident.c.incident_id.in_(incident_ids)
    )
    if closed_only:
        found = found.where(incident.c.progress == Progress.CLOSED)
    return tx.rows(found, Earlier)
