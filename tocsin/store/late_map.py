"""Errors that source maps came too late for: where they are, and what becomes of them."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, exists, select, update

from tocsin.domain.artifact import Place
from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.issue_event import Keep
from tocsin.store.database import Tx
from tocsin.store.issue_event import Packed, unpack
from tocsin.store.tables.artifact import late_map
from tocsin.store.tables.issue import issue, issue_event, issue_version
from tocsin.store.upsert import upsert


class Seen(Struct, frozen=True):
    """An issue that may be explained now."""

    issue_id: str
    application_id: str


class Stale(Struct, frozen=True):
    """A stored event by its row, as it was understood, and the JSON it arrived as."""

    id: int
    event: ErrorEvent
    raw: bytes


def remember(tx: Tx, account_id: int, subject: str, place: Place) -> None:
    """Note a place under a name of its own."""
    upsert(tx, late_map, {"account_id": account_id, "subject": subject}, {"place": place})


def recall(tx: Tx, account_id: int, subject: str) -> Place | None:
    """The place of a name, locked."""
    wanted = select(late_map.c.place).where(_named(account_id, subject))
    found: Place | None = tx.value(wanted.with_for_update())
    return found


def forget(tx: Tx, account_id: int, subject: str) -> None:
    tx.run(delete(late_map).where(_named(account_id, subject)))


def issues_at(
    tx: Tx, account_id: int, place: Place, since: int, after: str, limit: int
) -> list[Seen]:
    """Issues behind `after` that a place showed since then, by id."""
    conditions = [
        issue.c.account_id == account_id,
        issue.c.last_seen_at >= since,
        issue.c.issue_id > after,
    ]
    if place.application_id:
        conditions.append(issue.c.application_id == place.application_id)
    elif place.service:
        conditions.append(issue.c.service == place.service)
    if place.release:
        shown = (issue_version.c.issue_id == issue.c.issue_id) & (
            issue_version.c.version == place.release
        )
        conditions.append(exists().where(shown))
    wanted = select(issue.c.issue_id, issue.c.application_id).where(*conditions)
    return tx.rows(wanted.order_by(issue.c.issue_id).limit(limit), Seen)


def events_of(tx: Tx, issue_id: str, release: str, limit: int) -> list[Stale]:
    """The newest events of an issue (of a release, unless it is "") and those that stay with it,
    the oldest first."""
    mine = [issue_event.c.issue_id == issue_id]
    if release:
        mine.append(issue_event.c.version == release)
    newest = select(issue_event.c.id).where(*mine).order_by(issue_event.c.id.desc()).limit(limit)
    staying = select(issue_event.c.id).where(*mine, issue_event.c.keep != Keep.SAMPLE)
    ids = {*tx.values(newest), *tx.values(staying.limit(limit))}
    columns = (issue_event.c.id, issue_event.c.raw_bytes, issue_event.c.payload)
    wanted = select(*columns).where(issue_event.c.id.in_(ids)).order_by(issue_event.c.id)
    return [
        Stale(key, *unpack(payload, raw_bytes)) for key, raw_bytes, payload in tx.tuples(wanted)
    ]


def retell(tx: Tx, told: Sequence[tuple[int, Packed]]) -> None:
    """Store events anew, each by its row."""
    for row_id, packed in told:
        values = {"raw_bytes": packed.raw_bytes, "payload": packed.payload}
        tx.run(update(issue_event).where(issue_event.c.id == row_id).values(**values))


def _named(account_id: int, subject: str) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = (late_map.c.account_id == account_id) & (
        late_map.c.subject == subject
    )
    return mine
