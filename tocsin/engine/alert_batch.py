"""The alerts that a batch of events touches, held in memory until the batch is written."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from tocsin.domain.alert import Alert, Place
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.alert_feed import AlertEntry
from tocsin.domain.channel import Channel
from tocsin.domain.filter import Subject
from tocsin.domain.flapping import Swung
from tocsin.domain.incident import Progress
from tocsin.domain.subject import of_event
from tocsin.domain.trace import Step
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.alert_trace import Became
from tocsin.engine.grouping import Placed
from tocsin.engine.inhibition import Sources
from tocsin.store import alert as alerts
from tocsin.store import incident as incidents
from tocsin.store.database import Tx


class Taken(Struct, frozen=True):
    """An event that an alert took in and that is traced; it is kept where it has an id."""

    arrival: Arrival
    event: AlertEvent
    became: Became
    steps: tuple[Step, ...]
    logged: tuple[AlertEntry, ...]


class Draft(Struct):
    """An alert that the batch touches: as stored (None if it is new), as it was when it came to
    need an incident (None while it does not) and which that is, as it has become, what it took
    in, and what its last change between firing and recovered came to."""

    channel: Channel
    stored: Alert | None
    now: Alert
    asks: Alert | None = None
    placed: Placed | None = None
    swung: Swung | None = None
    taken: list[Taken] = field(default_factory=list)

    @property
    def joins(self) -> bool:
        """Whether the batch puts it into an incident that others opened."""
        return self.placed is not None and not self.placed.opens

    @property
    def has_news(self) -> bool:
        """Whether its incident must be brought up to it."""
        if self.joins:
            return True
        before = self.asks or self.stored
        if before is None or not self.now.incident_id:
            return False
        return (self.now.event_count, self.now.labels) != (before.event_count, before.labels)


Foresee: TypeAlias = Callable[[Sequence[Arrival], Sequence[Alert]], Collection[str]]
"""The incidents that a batch may touch beside those of the alerts that are open already."""


class Board:
    """The open alerts of the keys in a batch, by place, and whatever the batch makes of them.

    Where they `may_change`, those stored are locked, and before them their incidents and those
    that `foresee` names. `owners` are those incidents, `sources` the alerts that may explain
    others; `now` is the batch's instant.
    """

    def __init__(
        self,
        tx: Tx,
        account_id: int,
        arrivals: Sequence[Arrival],
        foresee: Foresee,
        *,
        may_change: bool,
    ) -> None:
        self.now = tx.now
        self.sources = Sources(tx, account_id, lambda: _targets(arrivals))
        self._current: dict[tuple[int, str], dict[int, Alert]] = {}
        self._drafts: dict[str, Draft] = {}
        found = _seen(tx, account_id, arrivals)
        owner_ids = {one.incident_id for one in found if one.incident_id}
        owner_ids = owner_ids.union(foresee(arrivals, found))
        self.owners = incidents.holders(tx, account_id, sorted(owner_ids), lock=may_change)
        self._taken_up = {
            one.incident_id for one in self.owners if one.progress is not Progress.TRIGGERED
        }
        if may_change:
            found = alerts.lock_seen(tx, account_id, found)
        for one in found:
            if one.is_open:
                self._put(one)

    @property
    def drafts(self) -> Iterable[Draft]:
        """The alerts touched, in the order they first were."""
        return self._drafts.values()

    def open_in(self, integration_id: int, alert_key: str) -> list[Alert]:
        """The open alerts of a key as they are now, one a channel at most."""
        found = self._current.get((integration_id, alert_key), {})
        return [one for one in found.values() if one.is_open]

    def current(self, place: Place, alert_key: str) -> Alert | None:
        """The newest alert of a key in a place that the batch knows."""
        return self._current.get((place.integration_id, alert_key), {}).get(place.channel_id)

    def draft(self, channel: Channel, before: Alert | None, after: Alert) -> Draft:
        """The draft of an alert that an event has changed or (no `before`) opened."""
        found = self._drafts.get(after.id)
        if found is None:
            stored = before if before and before.id == after.id else None
            found = self._drafts[after.id] = Draft(channel, stored, after)
        found.now = after
        self._put(after)
        self.sources.learn(after, acknowledged=after.incident_id in self._taken_up)
        return found

    def _put(self, one: Alert) -> None:
        self._current.setdefault((one.integration_id, one.alert_key), {})[one.channel_id] = one


def _targets(arrivals: Sequence[Arrival]) -> list[Subject]:
    firing = [one for one in arrivals if one.event and not one.recovers]
    return [of_event(one.event, one.integration.id) for one in firing if one.event]


def _seen(tx: Tx, account_id: int, arrivals: Sequence[Arrival]) -> list[Alert]:
    keys = dict.fromkeys((one.integration.id, one.given.alert_key) for one in arrivals)
    return alerts.find_open(tx, account_id, list(keys))
