"""Finding alerts for a caller, who sees none of other teams' private channels."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import StoredEvent
from tocsin.engine.incident_search import hidden_channels
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import ResourceNotFound
from tocsin.kernel.paging import Window
from tocsin.store import alert as alerts
from tocsin.store import alert_list, feed
from tocsin.store.alert_list import After, Order, Wanted, WantedEvents
from tocsin.store.database import Tx
from tocsin.store.feed import FeedRow

Row = TypeVar("Row")


class Found(Struct, Generic[Row], frozen=True):
    """A page; `total` is counted to TOTAL_MAX."""

    rows: list[Row]
    total: int
    has_more: bool


def search(
    tx: Tx,
    caller: Caller,
    wanted: Wanted,
    order: Order,
    place: Window,
    *,
    ascending: bool,
    after: After | None,
) -> Found[Alert]:
    """A page of alerts; behind `after` where it is given, whatever the window's offset."""
    mine = replace(wanted, hidden_channel_ids=hidden_channels(tx, caller))
    rows = alert_list.page(
        tx, caller.account_id, mine, order, place, ascending=ascending, after=after
    )
    total = alert_list.count(tx, caller.account_id, mine)
    return Found(rows[: place.limit], total, len(rows) > place.limit)


def search_events(
    tx: Tx,
    caller: Caller,
    wanted: WantedEvents,
    place: Window,
    *,
    ascending: bool,
    after: After | None,
) -> Found[StoredEvent]:
    """A page of events of all alerts; behind `after` where it is given."""
    mine = replace(wanted, hidden_channel_ids=hidden_channels(tx, caller))
    rows = alert_list.page_of_events(
        tx, caller.account_id, mine, place, ascending=ascending, after=after
    )
    total = alert_list.count_events(tx, caller.account_id, mine)
    return Found(rows[: place.limit], total, len(rows) > place.limit)


def reachable(tx: Tx, caller: Caller, alert_ids: Sequence[str]) -> list[Alert]:
    """These alerts, in this order; ResourceNotFound if the caller may not know of one."""
    ids = list(dict.fromkeys(one.lower() for one in alert_ids))
    hidden = set(hidden_channels(tx, caller))
    found = {one.id: one for one in alerts.get_many(tx, caller.account_id, ids)}
    for alert_id in ids:
        if alert_id not in found or found[alert_id].channel_id in hidden:
            raise ResourceNotFound("no alert has the id {alert_id}", alert_id=alert_id)
    return [found[alert_id] for alert_id in ids]


def log(
    tx: Tx,
    caller: Caller,
    alert_id: str,
    types: Sequence[str],
    place: Window,
    *,
    ascending: bool,
) -> list[FeedRow]:
    """Entries of an alert's log; one more than the window holds if there is one."""
    (alert,) = reachable(tx, caller, [alert_id])
    return feed.page(tx, caller.account_id, alert.id, types, ascending=ascending, window=place)
