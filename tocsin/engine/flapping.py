"""Counting how often alerts of a batch fire and recover, and marking their incidents."""

from collections.abc import Iterable

from msgspec import Struct

from tocsin.domain import flapping
from tocsin.domain.alert import Alert, Place
from tocsin.domain.channel import Channel
from tocsin.domain.flapping import Swings, Swung
from tocsin.domain.timer import Timer
from tocsin.domain.trace import Outcome
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.incident_effects import keep
from tocsin.store import flapping as counted
from tocsin.store import incident as incidents
from tocsin.store.database import Tx


class Changes:
    """What is counted of the keys of a batch. A key is first kept when its alert recovers, as
    most never do so often."""

    def __init__(self, tx: Tx, account_id: int, arrivals: Iterable[Arrival]) -> None:
        self._tx = tx
        keys = dict.fromkeys((one.integration.id, one.given.alert_key) for one in arrivals)
        self._known = {
            (Place(account_id, one.channel_id, one.integration_id), one.alert_key): one
            for one in counted.find(tx, account_id, list(keys))
        }
        self._changed: dict[tuple[Place, str], Swings] = {}

    def count(
        self, channel: Channel, alert: Alert, outcome: Outcome, happened_at: int
    ) -> Swung | None:
        """Count what an event did to an alert of a channel, if it was a change."""
        if channel.flapping.is_disabled or outcome not in (Outcome.OPENED, Outcome.RECOVERED):
            return None
        place = Place(alert.account_id, channel.id, alert.integration_id)
        key = (place, alert.alert_key)
        known = self._known.get(key)
        if known is None:
            if outcome is Outcome.OPENED:
                return None
            known = Swings(
                place.account_id,
                place.channel_id,
                place.integration_id,
                alert.alert_key,
                (alert.start_time,),
            )
        swung = flapping.swing(known, channel.flapping, happened_at, self._tx.now)
        self._known[key] = self._changed[key] = swung.swings
        return swung

    def keep(self) -> None:
        """Write what was counted."""
        for swings in self._changed.values():
            counted.save(self._tx, swings)


class Marking(Struct, frozen=True):
    """An alert as its last change left it."""

    channel: Channel
    alert: Alert
    swung: Swung


def mark(tx: Tx, markings: Iterable[Marking]) -> None:
    """Mark the incidents that flapping alerts opened. One that others opened and a flapping
    alert only joined goes on as it is."""
    for one in markings:
        if not one.swung.is_flapping or not one.alert.incident_id:
            continue
        account_id, incident_id = one.alert.account_id, one.alert.incident_id
        for found in incidents.find(tx, account_id, [incident_id], lock=True):
            if found.dedup_key == one.alert.alert_key:
                rule = one.channel.flapping
                keep(tx, found, flapping.mark(found, rule, one.swung.swings.muted_until, tx.now))


def end_mute(tx: Tx, fired: Timer) -> None:
    """The mute of a flapping incident ran out."""
    for incident in incidents.find(tx, fired.account_id, [fired.subject], lock=True):
        keep(tx, incident, flapping.mute_over(incident, tx.now))
