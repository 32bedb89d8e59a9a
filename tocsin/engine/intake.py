"""Pushed alerts and changes, on from the inbox: events become alerts, alerts open incidents."""

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import alert as alert_rules
from tocsin.domain import change as change_rules
from tocsin.domain.alert import Alert, Outcome, Place
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.change import ChangeEvent, ChangePlace
from tocsin.domain.channel import Channel
from tocsin.domain.integration import Integration
from tocsin.engine import incident
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import change as change_source
from tocsin.sources import standard
from tocsin.store import alert as alerts
from tocsin.store import change as changes
from tocsin.store import channel as channels
from tocsin.store import integration as integrations
from tocsin.store import rejected
from tocsin.store.database import Tx
from tocsin.store.inbox import Entry


class PushedAlert(Struct, frozen=True):
    """An alert event with the request it came in."""

    entry: Entry
    event: AlertEvent


class PushedChange(Struct, frozen=True):
    """A change event with the request it came in."""

    entry: Entry
    event: ChangeEvent


class _Arrival(Struct, frozen=True):
    """An alert event on its way into one channel."""

    channel: Channel
    integration_id: int
    event: AlertEvent


def read_alert(entry: Entry) -> PushedAlert:
    """The event in a standard push; ValueError where there is none."""
    try:
        event = standard.parse(entry.body, entry.meta["alert_key"], entry.received_at)
    except InvalidParameter as refusal:
        raise ValueError(str(refusal)) from None
    return PushedAlert(entry, event)


def read_change(entry: Entry) -> PushedChange:
    """The event in a standard change push; ValueError where there is none."""
    try:
        return PushedChange(entry, change_source.parse(entry.body, entry.received_at))
    except InvalidParameter as refusal:
        raise ValueError(str(refusal)) from None


def store_alerts(tx: Tx, pushed: list[PushedAlert]) -> None:
    """Deliver events to their channels, in order. What no channel takes is kept as rejected."""
    arrivals = [arrival for push in pushed for arrival in _arrivals(tx, push)]
    _hold_incidents(tx, arrivals)
    for arrival in arrivals:
        deliver(tx, arrival.channel, arrival.integration_id, arrival.event)


def deliver(tx: Tx, channel: Channel, integration_id: int, event: AlertEvent) -> Outcome:
    """Take one event into one channel: merge it into its alert, or open alert and incident."""
    place = Place(channel.account_id, channel.id, integration_id)
    current = _current(tx, place, event.alert_key)
    received = alert_rules.receive(current, event, place, tx.ids.object_id(), tx.now)
    alert = received.alert
    if alert is None:
        return received.outcome
    if current is None:
        incident_id = incident.open_for_alert(tx, channel.account_id, channel, alert)
        alert = replace(alert, incident_id=incident_id)
        alerts.add(tx, alert)
    else:
        alerts.save(tx, current, alert)
    if received.keeps_event:
        alerts.add_event(tx, alert, event, tx.now)
    if current is not None:
        incident.alert_changed(tx, channel.account_id, alert.id)
    return received.outcome


def store_changes(tx: Tx, pushed: list[PushedChange]) -> None:
    """Keep events with their changes, in each channel they are meant for, or outside channels."""
    for push in pushed:
        integration = _integration(tx, push.entry)
        account_id = push.entry.account_id
        live = [one.id for one in _channels(tx, push.entry, integration)] if integration else []
        for channel_id in live or [0]:
            place = ChangePlace(account_id, channel_id, int(push.entry.scope))
            _keep_change(tx, place, push.event)


def _keep_change(tx: Tx, place: ChangePlace, event: ChangeEvent) -> None:
    current = changes.find(tx, place, event.change_key)
    changed = change_rules.receive(current, event, place, tx.ids.object_id(), tx.now)
    if current is None:
        changes.add(tx, changed)
    else:
        changes.save(tx, changed)
    changes.add_event(tx, changed, event, tx.now)


def _arrivals(tx: Tx, push: PushedAlert) -> list[_Arrival]:
    integration = _integration(tx, push.entry)
    if integration is None:
        rejected.add(tx, push.entry, "its integration was deleted before it was digested")
        return []
    live = _channels(tx, push.entry, integration)
    if not live:
        rejected.add(tx, push.entry, "no enabled channel takes it; name one in the integration")
    return [_Arrival(channel, integration.id, push.event) for channel in live]


def _integration(tx: Tx, entry: Entry) -> Integration | None:
    return integrations.get(tx, entry.account_id, int(entry.scope))


def _channels(tx: Tx, entry: Entry, integration: Integration) -> list[Channel]:
    """The channels that take what an integration sends now."""
    targets = integration.targets(int(entry.meta.get("channel_id", "0")))
    found = channels.get_many(tx, entry.account_id, targets)
    return [found[each] for each in targets if each in found and found[each].receives]


def _hold_incidents(tx: Tx, arrivals: list[_Arrival]) -> None:
    """Lock the incidents these events will touch, in one order, so that nobody waits in a circle."""
    touched = {
        (known.account_id, known.incident_id)
        for arrival in arrivals
        if (known := _find_open(tx, _place(arrival), arrival.event.alert_key))
    }
    for account_id, incident_id in sorted(touched):
        incident.lock(tx, account_id, incident_id)


def _current(tx: Tx, place: Place, alert_key: str) -> Alert | None:
    """The open alert of a key, its incident locked before it, as everybody does."""
    known = _find_open(tx, place, alert_key)
    if known is None:
        return None
    incident.lock(tx, known.account_id, known.incident_id)
    current = alerts.get(tx, known.account_id, known.id, lock=True)
    return current if current and current.is_open else None


def _find_open(tx: Tx, place: Place, alert_key: str) -> Alert | None:
    return alerts.find_open(tx, place.account_id, place.channel_id, place.integration_id, alert_key)


def _place(arrival: _Arrival) -> Place:
    return Place(arrival.channel.account_id, arrival.channel.id, arrival.integration_id)
