"""Alerts whose sender fell silent: one that is not heard of by its `expires_at` has expired.

An alert that can expire has one timer, set no later than it expires. A repeat moves only
`expires_at`; a timer that comes due too early is set anew.
"""

from collections.abc import Iterable
from typing import Final

from tocsin.domain.alert import Alert, expired
from tocsin.domain.alert_feed import AlertEntry, AlertEntryType, NothingDetail
from tocsin.domain.feed import ClosedFrom
from tocsin.domain.timer import Timer
from tocsin.engine import incident
from tocsin.store import alert as alerts
from tocsin.store import feed, timer
from tocsin.store.database import Tx
from tocsin.store.feed import Addition

KIND: Final = "alert.expiry"
PUT_OFF_AT_ONCE: Final = 200


def watch(tx: Tx, changes: Iterable[tuple[Alert | None, Alert]]) -> None:
    """Set the timers of alerts, as they were stored (None if new) and as they have become."""
    due = {
        after.id: after
        for before, after in changes
        if after.is_open and after.expires_at and _is_sooner(before, after)
    }
    timer.set_many(tx, KIND, [(one.account_id, one.id, one.expires_at) for one in due.values()])


def _is_sooner(before: Alert | None, after: Alert) -> bool:
    return before is None or not before.expires_at or after.expires_at < before.expires_at


def hold(tx: Tx, account_id: int, subject: str) -> None:
    """Lock the alert that a timer is about, its incident first."""
    found = alerts.get(tx, account_id, subject)
    if found and found.incident_id:
        incident.lock(tx, account_id, found.incident_id)
    alerts.lock(tx, account_id, [subject])


def expire(tx: Tx, fired: Timer) -> None:
    """The timer of an alert came due: end it, unless it was heard of since."""
    found = alerts.get(tx, fired.account_id, fired.subject, lock=True)
    if found is None or not found.is_open or not found.expires_at:
        return
    if found.expires_at > tx.now:
        timer.set_(tx, found.account_id, KIND, found.id, found.expires_at)
        _put_off_others(tx)
        return
    ended = expired(found, tx.now)
    alerts.save(tx, found, ended)
    entry = AlertEntry(AlertEntryType.EXPIRE, NothingDetail())
    feed.append(tx, [Addition(ended.account_id, ended.id, [entry], "it was not heard of in time")])
    if ended.incident_id:
        incident.refresh(tx, ended.account_id, ended.incident_id, ended_by=ClosedFrom.EXPIRED)


def _put_off_others(tx: Tx) -> None:
    """Where one alert was heard of since, so were most that its sender repeats: set their timers
    anew together, as one transaction an alert would be too many."""
    heard = alerts.heard_since(tx, KIND, tx.now, PUT_OFF_AT_ONCE)
    timer.set_many(tx, KIND, [(one.account_id, one.id, one.expires_at) for one in heard])
