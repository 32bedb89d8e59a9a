"""Reading a timeline, with what became of the messages on it."""

from collections.abc import Collection

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.domain.feed import EntryType, NotifyDetail, Outcome
from tocsin.engine.incident_work import reachable
from tocsin.kernel.caller import Caller
from tocsin.kernel.paging import Window
from tocsin.store import delivery, feed
from tocsin.store.database import Tx
from tocsin.store.feed import FeedRow


def page(
    tx: Tx,
    caller: Caller,
    incident_id: str,
    types: Collection[EntryType],
    place: Window,
    *,
    ascending: bool,
) -> list[FeedRow]:
    """Entries of an incident the caller may see; one more than the window holds if there is one."""
    (incident,) = reachable(tx, caller, [incident_id])
    rows = feed.page(
        tx, caller.account_id, incident.incident_id, types, ascending=ascending, window=place
    )
    told = {
        row.id: msgspec.json.decode(row.detail, type=NotifyDetail)
        for row in rows
        if row.type == EntryType.NOTIFY
    }
    rids = {detail.rid for detail in told.values()} - {""}
    if not rids:
        return rows
    sent = {one.id: one for one in delivery.by_ids(tx, caller.account_id, rids)}
    return [_with_outcome(row, told[row.id], sent) if row.id in told else row for row in rows]


def _with_outcome(row: FeedRow, detail: NotifyDetail, sent: dict[str, Delivery]) -> FeedRow:
    outcome = sent.get(detail.rid)
    if outcome is None:
        return row
    stands = _outcome(outcome)
    shown = replace(detail, outcome=stands, may_repeat=outcome.may_repeat)
    if stands in (Outcome.FAILED, Outcome.RETRYING):
        shown = replace(shown, failed_reason=outcome.last_error)
    if stands is Outcome.FAILED:
        why = outcome.last_error
        shown = replace(
            shown,
            persons=tuple(replace(one, failed_reason=why) for one in detail.persons),
            robots=tuple(replace(one, failed_reason=why) for one in detail.robots),
            chats=tuple(replace(one, failed_reason=why) for one in detail.chats),
        )
    return replace(row, detail=Raw(msgspec.json.encode(shown)))


def _outcome(of: Delivery) -> Outcome:
    if of.status is DeliveryStatus.PENDING and of.failures:
        return Outcome.RETRYING
    return Outcome(of.status)
