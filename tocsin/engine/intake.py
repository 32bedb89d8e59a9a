"""Pushed alerts and changes, on from the inbox to the channels that take them."""

from msgspec import Struct

from tocsin.domain import change as change_rules
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.change import ChangeEvent, ChangePlace
from tocsin.domain.channel import Channel
from tocsin.domain.integration import Integration
from tocsin.engine import alert
from tocsin.engine.alert import Arrival
from tocsin.engine.sight import Sight
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import change as change_source
from tocsin.sources import standard
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
    routes = _Routes(tx)
    arrivals = [arrival for push in pushed for arrival in _arrivals(tx, routes, push)]
    alert.deliver(tx, arrivals)


def store_changes(tx: Tx, pushed: list[PushedChange]) -> None:
    """Keep events with their changes, in each channel they are meant for, or outside channels."""
    routes = _Routes(tx)
    for push in pushed:
        integration = routes.integration(push.entry)
        live = routes.channels(push.entry, integration) if integration else []
        for channel_id in [one.id for one in live] or [0]:
            place = ChangePlace(push.entry.account_id, channel_id, int(push.entry.scope))
            _keep_change(tx, place, push.event)


def _keep_change(tx: Tx, place: ChangePlace, event: ChangeEvent) -> None:
    current = changes.find(tx, place, event.change_key)
    changed = change_rules.receive(current, event, place, tx.ids.object_id(), tx.now)
    if current is None:
        changes.add(tx, changed)
    else:
        changes.save(tx, changed)
    changes.add_event(tx, changed, event, tx.now)


def _arrivals(tx: Tx, routes: "_Routes", push: PushedAlert) -> list[Arrival]:
    integration = routes.integration(push.entry)
    if integration is None:
        rejected.add(tx, push.entry, "its integration was deleted before it was digested")
        return []
    live = routes.channels(push.entry, integration)
    if not live:
        rejected.add(tx, push.entry, "no enabled channel takes it; name one in the integration")
    return [Arrival(channel, integration.id, push.event) for channel in live]


class _Routes:
    """Where a batch goes: integrations and channels, each read once."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._integrations: dict[tuple[int, str], Integration | None] = {}
        self._channels: dict[tuple[int, int], Channel | None] = {}
        self._sights: dict[int, Sight] = {}

    def integration(self, entry: Entry) -> Integration | None:
        """The integration a push came by, None if it was deleted since."""
        key = (entry.account_id, entry.scope)
        if key not in self._integrations:
            found = integrations.get(self._tx, entry.account_id, int(entry.scope))
            self._integrations[key] = found
        return self._integrations[key]

    def channels(self, entry: Entry, integration: Integration) -> list[Channel]:
        """The channels that take what an integration sends now."""
        named = int(entry.meta.get("channel_id", "0"))
        targets = integration.targets(named)
        if named in targets and self._sight(entry).takes(integration, named) is None:
            return []
        found = [self._channel(entry.account_id, channel_id) for channel_id in targets]
        return [one for one in found if one and one.receives]

    def _sight(self, entry: Entry) -> Sight:
        return self._sights.setdefault(entry.account_id, Sight(self._tx, entry.account_id))

    def _channel(self, account_id: int, channel_id: int) -> Channel | None:
        key = (account_id, channel_id)
        if key not in self._channels:
            self._channels[key] = channels.get(self._tx, account_id, channel_id)
        return self._channels[key]
