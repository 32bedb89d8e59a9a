"""What people may do to alerts, each in the caller's one transaction: all of them or none."""

from collections.abc import Sequence

from tocsin.domain import alert as alert_rules
from tocsin.domain import alert_move
from tocsin.domain.alert import Alert
from tocsin.domain.alert_feed import AlertEntry
from tocsin.domain.alert_move import MoveWish, Source
from tocsin.domain.incident import Incident
from tocsin.engine import alert_webhook, incident_work
from tocsin.engine.alert_search import reachable
from tocsin.engine.incident import refresh
from tocsin.engine.incident_effects import keep_all
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, RequestLocked
from tocsin.store import alert as alerts
from tocsin.store import feed
from tocsin.store import incident as incidents
from tocsin.store.database import Tx
from tocsin.store.feed import Addition


def merge(
    tx: Tx, caller: Caller, alert_ids: Sequence[str], incident_id: str, wish: MoveWish
) -> None:
    """Move alerts into an incident; one that loses its last alert is closed."""
    account_id, target_id = caller.account_id, incident_id.lower()
    if wish.owner_id:
        incident_work.require_members(tx, account_id, [wish.owner_id])
    incident_work.reachable(tx, caller, [target_id])
    held, moving = _held(tx, caller, alert_ids, target_id)
    moving = [one for one in moving if one.incident_id != target_id]
    if not moving:
        raise InvalidParameter(
            "alert_ids must name an alert that is not in the incident yet", field="alert_ids"
        )
    sources = tuple(
        Source(one, _is_emptied(tx, one, moving))
        for one in held.values()
        if one.incident_id != target_id
    )
    moved = alert_move.move(held[target_id], sources, tuple(moving), wish, caller.member_id, tx.now)
    keep_all(
        tx,
        [
            (held[target_id], moved.target),
            *((one.incident, left) for one, left in zip(sources, moved.sources, strict=True)),
        ],
    )
    alerts.put(tx, account_id, [one.id for one in moving], target_id)
    _log(tx, [(one, entry) for one, entry in zip(moving, moved.logs, strict=True)], "moved by hand")
    for incident in held.values():
        refresh(tx, account_id, incident.incident_id)


def close(tx: Tx, caller: Caller, alert_ids: Sequence[str]) -> None:
    """End alerts that still fire: they count as recovered and take no further event."""
    held, found = _held(tx, caller, alert_ids)
    ending = [one for one in found if one.is_open]
    for one in ending:
        alerts.save(tx, one, alert_rules.ended_by_hand(one, tx.now))
    entry = alert_move.closed_entry(caller.member_id)
    _log(tx, [(one, entry) for one in ending], "closed by hand")
    for incident_id in held:
        refresh(tx, caller.account_id, incident_id)


def _held(
    tx: Tx, caller: Caller, alert_ids: Sequence[str], *also: str
) -> tuple[dict[str, Incident], list[Alert]]:
    """Alerts the caller may know of and their incidents, locked: incidents first, as always."""
    seen = reachable(tx, caller, alert_ids)
    wanted = {one.incident_id for one in seen} - {""} | {*also}
    found = incidents.find(tx, caller.account_id, wanted, lock=True)
    locked = {one.id: one for one in alerts.lock(tx, caller.account_id, [one.id for one in seen])}
    for one in seen:
        if one.id not in locked or locked[one.id].incident_id not in {*wanted, ""}:
            raise RequestLocked(
                "alert {alert_id} is being moved by somebody else; try again", alert_id=one.id
            )
    return {one.incident_id: one for one in found}, [locked[one.id] for one in seen]


def _is_emptied(tx: Tx, incident: Incident, moving: Sequence[Alert]) -> bool:
    leaving = sum(one.incident_id == incident.incident_id for one in moving)
    return alerts.count_of_incident(tx, incident.account_id, incident.incident_id) == leaving


def _log(tx: Tx, told: Sequence[tuple[Alert, AlertEntry]], reason: str) -> None:
    feed.append(tx, [Addition(one.account_id, one.id, (entry,), reason) for one, entry in told])
    if told:
        account_id = told[0][0].account_id
        now = alerts.get_many(tx, account_id, [one.id for one, _ in told])
        entries = {one.id: entry for one, entry in told}
        alert_webhook.report(tx, account_id, [(one, entries[one.id]) for one in now])
