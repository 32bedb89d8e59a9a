"""Pushed alerts and changes, on from the inbox to the channels that take them."""

from typing import Final

from msgspec.structs import replace

from tocsin.domain import change as change_rules
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.change import ChangeEvent, ChangePlace
from tocsin.domain.channel import Channel
from tocsin.domain.integration import Integration
from tocsin.engine import alert
from tocsin.engine.alert import Arrival
from tocsin.engine.sight import Sight
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import doors
from tocsin.sources.door import Kept, Report
from tocsin.sources.source import Rejected
from tocsin.store import change as changes
from tocsin.store import channel as channels
from tocsin.store import integration as integrations
from tocsin.store import rejected
from tocsin.store.database import Tx
from tocsin.store.inbox import Entry

_NO_CHANNEL: Final = "no enabled channel takes it; name one in the integration"


def taken(entry: Entry) -> Entry:
    """A push as it is: how it is read depends on its integration, which only `store` knows."""
    return entry


def store(tx: Tx, pushed: list[Entry]) -> None:
    """Deliver what pushes say to its channels, in order. What no channel takes and what cannot
    be read is kept as rejected."""
    routes = _Routes(tx)
    arrivals: list[Arrival] = []
    for entry in pushed:
        integration = routes.integration(entry)
        if integration is None:
            rejected.add(tx, entry, "its integration was deleted before it was digested")
            continue
        live = routes.channels(entry, integration)
        for report in _reports(tx, entry, integration):
            if isinstance(report, AlertEvent):
                if not live:
                    rejected.add(tx, entry, _NO_CHANNEL)
                arrivals += [Arrival(channel, integration.id, report) for channel in live]
            elif isinstance(report, ChangeEvent):
                _keep_changes(tx, entry, live, report)
            elif isinstance(report, Rejected):
                rejected.add(tx, replace(entry, body=report.excerpt.encode()), report.reason)
    alert.deliver(tx, arrivals)


def _reports(tx: Tx, entry: Entry, integration: Integration) -> list[Report]:
    kept = Kept(entry.body, entry.meta, entry.received_at)
    try:
        return doors.read(kept, integration)
    except (InvalidParameter, ValueError) as refusal:
        rejected.add(tx, entry, str(refusal))
        return []


def _keep_changes(tx: Tx, entry: Entry, live: list[Channel], event: ChangeEvent) -> None:
    """Keep an event with its change, in each channel it is meant for, or outside channels."""
    for channel_id in [one.id for one in live] or [0]:
        _keep_change(tx, ChangePlace(entry.account_id, channel_id, int(entry.scope)), event)


def _keep_change(tx: Tx, place: ChangePlace, event: ChangeEvent) -> None:
    current = changes.find(tx, place, event.change_key)
    changed = change_rules.receive(current, event, place, tx.ids.object_id(), tx.now)
    if current is None:
        changes.add(tx, changed)
    else:
        changes.save(tx, changed)
    changes.add_event(tx, changed, event, tx.now)


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
