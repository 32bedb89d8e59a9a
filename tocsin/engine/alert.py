"""Events into alerts, and alerts into incidents, a batch at a time.

A batch is folded in memory, event by event in its order, and what came of it is written once:
an alert that ten events touched is one row written and its incident brought up to it once.
Incidents are locked before their alerts, in one order, as everybody does.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.alert import Alert, Place, receive
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.channel import Channel
from tocsin.engine import incident
from tocsin.store import alert as alerts
from tocsin.store import incident as incidents
from tocsin.store.database import Tx


class Arrival(Struct, frozen=True):
    """An alert event on its way into one channel."""

    channel: Channel
    integration_id: int
    event: AlertEvent

    @property
    def place(self) -> Place:
        return Place(self.channel.account_id, self.channel.id, self.integration_id)


class _Draft(Struct):
    """An alert that the batch touches: as stored (None if it is new), after the first event
    that opened it, as it has become, and the events to keep."""

    channel: Channel
    stored: Alert | None
    first: Alert
    now: Alert
    events: list[AlertEvent]


def deliver(tx: Tx, arrivals: Sequence[Arrival]) -> None:
    """Take events into their channels, in order: merge each into the open alert of its key, or
    open an alert and an incident for it."""
    drafts = _fold(tx, arrivals)
    for draft in drafts:
        if draft.stored:
            alerts.save(tx, draft.stored, draft.now)
        else:
            _open(tx, draft)
    alerts.add_many(tx, [draft.now for draft in drafts if not draft.stored])
    alerts.add_events(tx, [(draft.now, event) for draft in drafts for event in draft.events])
    changed = {
        (draft.now.account_id, draft.now.incident_id): None
        for draft in drafts
        if draft.stored or draft.now != replace(draft.first, incident_id=draft.now.incident_id)
    }
    for account_id, incident_id in changed:
        incident.refresh(tx, account_id, incident_id)


def _open(tx: Tx, draft: _Draft) -> None:
    """Open the incident of a new alert, as its first event tells of it."""
    incident_id = incident.open_for_alert(tx, draft.now.account_id, draft.channel, draft.first)
    draft.now = replace(draft.now, incident_id=incident_id)


def _fold(tx: Tx, arrivals: Sequence[Arrival]) -> list[_Draft]:
    """What the batch makes of alerts, in the order it first touches them."""
    drafts: list[_Draft] = []
    latest: dict[tuple[Place, str], _Draft] = {}
    known = _locked(tx, arrivals)
    for arrival in arrivals:
        place, event = arrival.place, arrival.event
        key = (place, event.alert_key)
        draft = latest.get(key)
        current = draft.now if draft else known.get(key)
        received = receive(current, event, place, tx.ids.object_id(), tx.now)
        if received.alert is None:
            continue
        if draft is None or received.alert.id != draft.now.id:
            stored = current if current and current.id == received.alert.id else None
            draft = _Draft(arrival.channel, stored, received.alert, received.alert, [])
            drafts.append(draft)
            latest[key] = draft
        draft.now = received.alert
        if received.keeps_event:
            draft.events.append(event)
    return drafts


def _locked(tx: Tx, arrivals: Sequence[Arrival]) -> dict[tuple[Place, str], Alert]:
    """The open alerts these events belong to, locked, and their incidents before them."""
    keys: dict[Place, dict[str, None]] = {}
    for arrival in arrivals:
        keys.setdefault(arrival.place, {})[arrival.event.alert_key] = None
    seen = [found for place, of in keys.items() for found in alerts.find_open(tx, place, list(of))]
    locked: dict[tuple[Place, str], Alert] = {}
    for account_id in sorted({one.account_id for one in seen}):
        mine = [one for one in seen if one.account_id == account_id]
        incidents.find(tx, account_id, {one.incident_id for one in mine}, lock=True)
        for one in alerts.lock(tx, account_id, [one.id for one in mine]):
            if one.is_open:
                place = Place(account_id, one.channel_id, one.integration_id)
                locked[place, one.alert_key] = one
    return locked
