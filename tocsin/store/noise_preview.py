"""What a preview of a rule looks at: the latest events and alerts of a channel, within bounds."""

from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Select, select

from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import StoredEvent
from tocsin.domain.noise_preview import Life
from tocsin.domain.severity import EventStatus
from tocsin.store.database import Tx
from tocsin.store.tables.alert import ACTIVE, alert, alert_event
from tocsin.store.tables.incident import incident

SCANNED_MAX: Final = 50_000
EVENTS_MAX: Final = 5_000
ALERTS_MAX: Final = 1_000


class Found(Struct, frozen=True):
    """Events, newest first; all there are since `since` (ms), which is later than was asked for
    where there are too many."""

    events: list[StoredEvent]
    since: int


def events(tx: Tx, account_id: int, channel_id: int, since: int) -> Found:
    """What fired in a channel since an instant (ms), 5,000 events at most."""
    latest = _latest(account_id, since).subquery()
    found = (
        select(alert_event)
        .join(latest, latest.c.id == alert_event.c.id)
        .where(latest.c.channel_id == channel_id, latest.c.status != EventStatus.OK)
        .order_by(latest.c.happened_at.desc(), latest.c.id.desc())
        .limit(EVENTS_MAX)
    )
    rows = tx.rows(found, StoredEvent)
    if len(rows) == EVENTS_MAX:
        since = rows[-1].happened_at
    return Found(rows, max(since, _oldest_scanned(tx, account_id, since)))


def active(tx: Tx, account_id: int, channel_id: int) -> list[Life]:
    """What fires in a channel, the latest 1,000."""
    return _lives(tx, account_id, active_statement(account_id, channel_id))


def active_statement(account_id: int, channel_id: int) -> Select[Any]:
    """The query behind `active`."""
    return (
        select(alert)
        .where(
            alert.c.account_id == account_id,
            alert.c.channel_id == channel_id,
            ACTIVE,
            alert.c.close_time == 0,
        )
        .order_by(alert.c.created_at.desc(), alert.c.id.desc())
        .limit(ALERTS_MAX)
    )


def lives(tx: Tx, account_id: int, channel_id: int, heard_since: int) -> list[Life]:
    """The alerts of a channel heard of since an instant (ms), the latest 1,000."""
    found = (
        select(alert)
        .where(
            alert.c.account_id == account_id,
            alert.c.channel_id == channel_id,
            alert.c.updated_at >= heard_since,
        )
        .order_by(alert.c.updated_at.desc(), alert.c.id.desc())
        .limit(ALERTS_MAX)
    )
    return _lives(tx, account_id, found)


def _latest(account_id: int, since: int) -> Select[Any]:
    """The account's latest events: so many are looked through at most, however long it takes to
    come across one of the channel."""
    columns = alert_event.c["id", "channel_id", "status", "happened_at"]
    return (
        select(*columns)
        .where(alert_event.c.account_id == account_id, alert_event.c.happened_at >= since)
        .order_by(alert_event.c.happened_at.desc(), alert_event.c.id.desc())
        .limit(SCANNED_MAX)
    )


def _oldest_scanned(tx: Tx, account_id: int, since: int) -> int:
    """Where looking stopped short of `since`, 0 where it did not."""
    last = _latest(account_id, since).with_only_columns(alert_event.c.happened_at)
    return int(tx.value(last.offset(SCANNED_MAX - 1).limit(1)) or 0)


def _lives(tx: Tx, account_id: int, found: Select[Any]) -> list[Life]:
    alerts = tx.rows(found, Alert)
    owners = {one.incident_id for one in alerts} - {""}
    acknowledged = select(incident.c.incident_id, incident.c.ack_time).where(
        incident.c.account_id == account_id, incident.c.incident_id.in_(owners)
    )
    times = {str(row[0]): int(row[1]) for row in tx.tuples(acknowledged)}
    return [Life(one, times.get(one.incident_id, 0)) for one in alerts]
