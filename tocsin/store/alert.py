"""Alerts, the labels they are found by, and the events behind them."""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import (
    Select,
    and_,
    delete,
    func,
    literal_column,
    select,
    update,
)

from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import AlertEvent, StoredEvent
from tocsin.domain.news import About
from tocsin.domain.severity import EventStatus, Severity, rank
from tocsin.kernel.paging import Window
from tocsin.store import bulk, label_filter, news, posting
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.few import hour_of
from tocsin.store.tables.alert import OPEN, alert, alert_event, alert_label
from tocsin.store.tables.engine import timer
from tocsin.store.tables.incident import feed
from tocsin.store.tables.trace import trace


class Totals(Struct, frozen=True):
    """The alerts of one incident taken together; `labels` are the first one's, `worst_active` is
    Ok when all recovered."""

    labels: dict[str, str]
    count: int
    active_count: int
    event_count: int
    last_time: int
    end_time: int
    worst: Severity
    worst_active: EventStatus


_PLACE = ("account_id", "integration_id", "alert_key", "channel_id")
_BY_RANK = {rank(status): status for status in EventStatus}


def _rank(column: str) -> str:
    cases = (f"WHEN '{status}' THEN {rank(status)}" for status in EventStatus)
    return f"CASE {column} {' '.join(cases)} ELSE 0 END"


_ACTIVE = alert.c.end_time == 0
# Statements of the intake are built once, as building takes longer than running them.
_TOTALS = f"""
SELECT
  incident_id,
  min(id),
  count(*),
  sum(CASE WHEN end_time = 0 THEN 1 ELSE 0 END),
  sum(event_count),
  max(last_time),
  max(end_time),
  max({_rank("severity")}),
  max(CASE WHEN end_time = 0 THEN {_rank("status")} ELSE 0 END)
FROM alert
"""  # noqa: S608

_LAST_SEEN = ("last_time", "expires_at", "updated_at")
_SEEN_AGAIN = (
    "UPDATE alert SET last_time = ?, expires_at = ?, updated_at = ? WHERE account_id = ? AND id = ?"
)


def find_open(tx: Tx, account_id: int, keys: Sequence[tuple[int, str]]) -> list[Alert]:
    """The alerts that further events of these keys, each of an integration, belong to, in
    whichever channel."""
    of_keys, wanted = bulk.among_pairs(tx, ("integration_id", "alert_key"), keys)
    where = f"account_id = ? AND {of_keys} AND {OPEN}"
    return bulk.read(tx, alert, Alert, where, (account_id, *wanted))


def lock_seen(tx: Tx, account_id: int, seen: Sequence[Alert]) -> list[Alert]:
    """Alerts just read, as they are now, locked in the order of their ids. On SQLite nobody else
    writes meanwhile."""
    if tx.dialect == "sqlite" or not seen:
        return list(seen)
    return lock(tx, account_id, [one.id for one in seen])


def open_keys(tx: Tx, account_id: int, integration_id: int, keys: Sequence[str]) -> set[str]:
    """Those of these keys of an integration under which an alert is open, in any channel."""
    found = select(alert.c.alert_key).where(
        alert.c.account_id == account_id,
        alert.c.integration_id == integration_id,
        alert.c.alert_key.in_(keys),
        OPEN,
    )
    return set(tx.values(found))


def lock(tx: Tx, account_id: int, alert_ids: Sequence[str]) -> list[Alert]:
    """Alerts as they are now, locked in the order of their ids."""
    found = select(alert).where(alert.c.account_id == account_id, alert.c.id.in_(alert_ids))
    return tx.rows(found.order_by(alert.c.id).with_for_update(), Alert)


def get(tx: Tx, account_id: int, alert_id: str, *, lock: bool = False) -> Alert | None:
    """One alert, None for an id that is unknown here."""
    found = select(alert).where(alert.c.account_id == account_id, alert.c.id == alert_id)
    return tx.row(found.with_for_update() if lock else found, Alert)


def get_many(tx: Tx, account_id: int, alert_ids: Collection[str]) -> list[Alert]:
    """Those of these alerts that exist, in no order."""
    of_ids, ids = bulk.among(tx, "id", list(alert_ids))
    return bulk.read(tx, alert, Alert, f"account_id = ? AND {of_ids}", (account_id, ids))


def heard_since(tx: Tx, timer_kind: str, at: int, limit: int) -> list[Alert]:
    """Open alerts, of any account, whose timer of a kind is due at an instant though they hold
    for longer; locked, but for those that somebody else holds."""
    found = (
        select(alert)
        .join(timer, timer.c.subject == alert.c.id)
        .where(timer.c.kind == timer_kind, timer.c.due_at <= at, OPEN, alert.c.expires_at > at)
        .order_by(timer.c.due_at)
        .limit(limit)
    )
    return tx.rows(found.with_for_update(of=alert, skip_locked=True), Alert)


def add_many(tx: Tx, new: Sequence[Alert]) -> None:
    """Keep new alerts, in order."""
    bulk.add(tx, alert, [asdict(one) for one in new])
    news.tell_of(tx, About.ALERT, new)
    posting.add(tx, alert_label, ((key, one.id) for one in new for key in _filed(one)))


def save_many(tx: Tx, changes: Sequence[tuple[Alert, Alert]]) -> None:
    """Keep what became of alerts, each before and after. Those that were only heard of again
    are one statement together."""
    seen_again: list[tuple[Any, ...]] = []
    for before, after in changes:
        if replace(after, **{name: getattr(before, name) for name in _LAST_SEEN}) != before:
            save(tx, before, after)
        elif after != before:
            seen = (after.last_time, after.expires_at, after.updated_at)
            seen_again.append((*seen, after.account_id, after.id))
            news.tell_of(tx, About.ALERT, [after])
    bulk.run(tx, _SEEN_AGAIN, seen_again)


def save(tx: Tx, before: Alert, after: Alert) -> None:
    """Keep what became of an alert."""
    changed = {
        name: value for name, value in asdict(after).items() if value != getattr(before, name)
    }
    if not changed:
        return
    news.tell_of(tx, About.ALERT, [after])
    of_alert = and_(alert.c.account_id == after.account_id, alert.c.id == after.id)
    tx.run(update(alert).where(of_alert).values(**changed))
    if "labels" in changed:
        known = set(_filed(before))
        keys = [key for key in _filed(after) if key not in known]
        posting.add_late(tx, alert_label, keys, after.id)


def add_events(tx: Tx, new: Sequence[tuple[str, Alert, AlertEvent]]) -> None:
    """Keep events of alerts, in order, by these ids."""
    rows = [
        {
            "id": id_,
            "account_id": owner.account_id,
            "alert_id": owner.id,
            "channel_id": owner.channel_id,
            "integration_id": owner.integration_id,
            "created_at": tx.now,
            **asdict(event),
        }
        for id_, owner, event in new
    ]
    bulk.add(tx, alert_event, rows)


def events(tx: Tx, account_id: int, alert_id: str, limit: int) -> list[StoredEvent]:
    """The newest events of an alert, newest first."""
    return tx.rows(
        select(alert_event)
        .where(alert_event.c.account_id == account_id, alert_event.c.alert_id == alert_id)
        .order_by(alert_event.c.id.desc())
        .limit(limit),
        StoredEvent,
    )


def first_events(tx: Tx, account_id: int, alert_id: str, place: Window) -> list[StoredEvent]:
    """Events of an alert, oldest first."""
    found = select(alert_event).where(
        alert_event.c.account_id == account_id, alert_event.c.alert_id == alert_id
    )
    return tx.rows(
        found.order_by(alert_event.c.id).offset(place.offset).limit(place.limit), StoredEvent
    )


def move(tx: Tx, account_id: int, sources: Collection[str], target: str) -> int:
    """Put every alert of some incidents into another one; how many there were."""
    return tx.run(
        update(alert)
        .where(alert.c.account_id == account_id, alert.c.incident_id.in_(sources))
        .values(incident_id=target)
    )


def put(tx: Tx, account_id: int, alert_ids: Collection[str], incident_id: str) -> None:
    """Put these alerts into an incident."""
    tx.run(
        update(alert)
        .where(alert.c.account_id == account_id, alert.c.id.in_(alert_ids))
        .values(incident_id=incident_id, updated_at=tx.now)
    )


def of_incident(
    tx: Tx,
    account_id: int,
    incident_id: str,
    *,
    is_active: bool | None = None,
    offset: int = 0,
    limit: int = 1000,
) -> list[Alert]:
    """The alerts of an incident, first come first; `is_active` picks those not yet recovered."""
    found = _of_incident(account_id, incident_id, is_active)
    return tx.rows(found.order_by(alert.c.id).offset(offset).limit(limit), Alert)


def count_of_incident(
    tx: Tx, account_id: int, incident_id: str, *, is_active: bool | None = None
) -> int:
    """How many alerts an incident has."""
    found = _of_incident(account_id, incident_id, is_active).subquery()
    return int(tx.value(select(func.count()).select_from(found)))


def totals(tx: Tx, account_id: int, incident_ids: Sequence[str]) -> dict[str, Totals]:
    """The alerts of each of these incidents taken together; one without alerts is left out."""
    of_ids, ids = bulk.among(tx, "incident_id", incident_ids)
    grouped = f"{_TOTALS} WHERE account_id = ? AND {of_ids} GROUP BY incident_id"
    rows = bulk.rows(tx, grouped, (account_id, ids))
    firsts = {one.id: one for one in get_many(tx, account_id, [row[1] for row in rows])}
    return {row[0]: _totals(firsts[row[1]], *map(int, row[2:])) for row in rows}


def _totals(
    first: Alert,
    count: int,
    active_count: int,
    event_count: int,
    last_time: int,
    end_time: int,
    worst: int,
    worst_active: int,
) -> Totals:
    return Totals(
        first.labels,
        count,
        active_count,
        event_count,
        last_time,
        end_time,
        Severity(_BY_RANK[max(worst, rank(Severity.INFO))]),
        _BY_RANK[worst_active],
    )


def open_of_incidents(
    tx: Tx, account_id: int, incident_ids: Collection[str]
) -> list[tuple[str, str]]:
    """The alerts of incidents that still take events, each with its incident."""
    found = select(alert.c.id, alert.c.incident_id).where(
        alert.c.account_id == account_id, alert.c.incident_id.in_(incident_ids), OPEN
    )
    return [(str(alert_id), str(incident_id)) for alert_id, incident_id in tx.tuples(found)]


def keys_of(
    tx: Tx, account_id: int, alert_ids: Collection[str], integration_ids: Collection[int]
) -> list[str]:
    """The keys of those of these alerts that some integrations raised."""
    mine = (alert.c.account_id == account_id, alert.c.id.in_(alert_ids))
    found = select(alert.c.alert_key).where(*mine, alert.c.integration_id.in_(integration_ids))
    return sorted({str(key) for (key,) in tx.tuples(found)})


def close_of_incidents(tx: Tx, account_id: int, incident_ids: Collection[str], at: int) -> int:
    """Close the alerts of incidents closed by hand: later events of their keys open anew."""
    return tx.run(
        update(alert)
        .where(
            alert.c.account_id == account_id,
            alert.c.incident_id.in_(incident_ids),
            alert.c.close_time == 0,
        )
        .values(close_time=at, updated_at=at)
    )


def open_again(tx: Tx, account_id: int, incident_ids: Collection[str]) -> list[Alert]:
    """Let the alerts of incidents that were closed by hand take events again; which ones do.

    Not those that have ended or would have expired, nor where another of their key has opened.
    """
    if not incident_ids:
        return []
    newer = alert.alias()
    same = [newer.c[name] == alert.c[name] for name in _PLACE]
    # Zeros as literals, for SQLite to see that its index of open alerts answers this.
    is_open = (newer.c.end_time == literal_column("0"), newer.c.close_time == literal_column("0"))
    replaced = select(newer.c.id).where(*same, *is_open).exists()
    found = tx.rows(
        select(*fields(alert, Alert))
        .where(
            alert.c.account_id == account_id,
            alert.c.incident_id.in_(incident_ids),
            alert.c.end_time == 0,
            alert.c.close_time > 0,
            (alert.c.expires_at == 0) | (alert.c.expires_at > tx.now),
            ~replaced,
        )
        .order_by(alert.c.id),
        Alert,
    )
    found = list({tuple(getattr(one, name) for name in _PLACE): one for one in found}.values())
    tx.run(
        update(alert)
        .where(alert.c.account_id == account_id, alert.c.id.in_([one.id for one in found]))
        .values(close_time=0, updated_at=tx.now)
    )
    return [replace(one, close_time=0, updated_at=tx.now) for one in found]


def remove_of_incidents(tx: Tx, account_id: int, incident_ids: Collection[str]) -> None:
    """Remove the alerts of incidents, with labels, events and logs."""
    ids = tx.values(
        select(alert.c.id).where(
            alert.c.account_id == account_id, alert.c.incident_id.in_(incident_ids)
        )
    )
    remove(tx, account_id, ids)


def without_incident(tx: Tx, account_id: int, channel_id: int, limit: int) -> list[str]:
    """Ids of alerts of a channel that never came to an incident, as they were muted."""
    return tx.values(
        select(alert.c.id)
        .where(
            alert.c.account_id == account_id,
            alert.c.channel_id == channel_id,
            alert.c.incident_id == "",
        )
        .limit(limit)
    )


def remove(tx: Tx, account_id: int, alert_ids: Collection[str]) -> None:
    """Remove alerts, with labels, events, logs and traces."""
    mine = (alert.c.account_id == account_id, alert.c.id.in_(alert_ids))
    made = tx.tuples(select(alert.c.id, alert.c.created_at).where(*mine))
    posting.erase(tx, alert_label, account_id, {id_: hour_of(at) for id_, at in made})
    for table, column in (
        (trace, trace.c.alert_id),
        (feed, feed.c.ref_id),
        (alert_event, alert_event.c.alert_id),
        (alert, alert.c.id),
    ):
        tx.run(delete(table).where(table.c.account_id == account_id, column.in_(alert_ids)))


def _of_incident(account_id: int, incident_id: str, is_active: bool | None) -> Select[Any]:
    found = select(alert).where(
        alert.c.account_id == account_id, alert.c.incident_id == incident_id
    )
    if is_active is None:
        return found
    return found.where(alert.c.end_time == 0 if is_active else alert.c.end_time > 0)


def _filed(owner: Alert) -> list[posting.Key]:
    return label_filter.filed(owner.account_id, hour_of(owner.created_at), owner.labels)
