"""Which incident each alert of a batch belongs to: one that is open, or a new one.

Channels that group are locked before any incident, so that two engines never open two incidents
for one bucket. Whatever the batch does to an incident counts for the next alert at once, as if
each event had come alone.
"""

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from tocsin.domain import grouping, grouping_likeness, subject
from tocsin.domain.alert import Alert
from tocsin.domain.channel import Channel, GroupMethod
from tocsin.domain.filter import Subject
from tocsin.domain.grouping import Bucket, Holder
from tocsin.domain.grouping_likeness import Likes, Match
from tocsin.domain.incident_alert import Origin
from tocsin.domain.trace import Stage, Step
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.channel_rules import Rulebook
from tocsin.store import channel as channels
from tocsin.store import grouping as stored
from tocsin.store import incident as incidents
from tocsin.store.database import Tx


class Placed(Struct, frozen=True):
    """The incident an alert of that origin belongs to; it `opens` or joins it."""

    incident_id: str
    opens: bool
    origin: Origin
    steps: tuple[Step, ...] = ()


class Groups:
    """The open incidents that alerts of a batch may join, and those the batch opens. Nothing is
    locked where nothing `may_change`."""

    def __init__(self, tx: Tx, account_id: int, rules: Rulebook, *, may_change: bool) -> None:
        self._tx = tx
        self._may_change = may_change
        self._account_id = account_id
        self._rules = rules
        self._holders: dict[str, Holder] = {}
        self._recovered: dict[str, int] = {}
        self._holding: dict[tuple[int, str], list[str]] = {}
        self._likes: dict[int, Likes] = {}

    def foresee(self, arrivals: Sequence[Arrival], seen: Sequence[Alert]) -> set[str]:
        """The incidents that alerts of this batch will probably join, to be locked with all
        others; `seen` are the alerts that are open already. Locks the channels that group."""
        told = [*self._to_group(arrivals, seen)]
        for channel_id in sorted({channel.id for channel, _ in told}) if self._may_change else ():
            channels.hold(self._tx, self._account_id, channel_id)
        found: set[str] = set()
        buckets: dict[int, dict[str, None]] = {}
        for channel, values in told:
            if channel.group.method is GroupMethod.PATTERN:
                mine = grouping.sort_out(channel.group, values).buckets
                buckets.setdefault(channel.id, {}).update({one.md5: None for one in mine})
            else:
                match = self._best(channel, grouping_likeness.compared(channel.group, values))
                found |= {match.incident_id} if match else set()
        for channel_id, wanted in buckets.items():
            self._look_up(channel_id, wanted)
        newest = (each for held in self._holding.values() for each in held[:1])
        return found.union(newest)

    def _to_group(
        self, arrivals: Iterable[Arrival], seen: Iterable[Alert]
    ) -> Iterable[tuple[Channel, Subject]]:
        placed = {
            (one.integration_id, one.alert_key, one.channel_id) for one in seen if one.incident_id
        }
        for arrival in arrivals:
            event, sender = arrival.event, arrival.integration.id
            if event is None or arrival.recovers:
                continue
            for rules in map(self._rules.of, arrival.channel_ids):
                if rules is None or rules.channel.group.method is GroupMethod.NONE:
                    continue
                if (sender, event.alert_key, rules.channel.id) not in placed:
                    yield rules.channel, subject.of_event(event, sender)

    def learn(self, owners: Iterable[Holder]) -> None:
        """The incidents that are locked, before anything of this batch happened to them."""
        self._holders = {one.incident_id: one for one in owners}

    def place(self, channel: Channel, alert: Alert, plugin_type: str) -> Placed:
        """Which incident an alert of a channel belongs to, and why."""
        match channel.group.method:
            case GroupMethod.PATTERN:
                return self._by_rule(channel, alert, plugin_type)
            case GroupMethod.INTELLIGENT:
                return self._by_likeness(channel, alert, plugin_type)
        return Placed(self._tx.ids.object_id(), opens=True, origin=Origin(plugin_type))

    def recovered(self, channel: Channel, incident_id: str) -> None:
        """An alert of an incident recovered in this batch."""
        held = self._holders.get(incident_id)
        if held is None:
            self._recovered[incident_id] = self._recovered.get(incident_id, 0) + 1
        else:
            closes = not channel.disable_auto_close
            self._holders[incident_id] = held.recovered(closes=closes)

    def _by_rule(self, channel: Channel, alert: Alert, plugin_type: str) -> Placed:
        group = channel.group
        found = grouping.sort_out(group, subject.of_alert(alert))
        told = grouping.described(group) | ({"case": str(found.case)} if found.case else {})
        self._look_up(channel.id, [each.md5 for each in found.buckets])
        for bucket in found.buckets:
            told |= {"bucket": str(bucket), "equals_md5": bucket.md5}
            for incident_id in self._holding[channel.id, bucket.md5]:
                refusal = self._refusal(channel, incident_id)
                if not refusal:
                    return self._join(incident_id, Origin(plugin_type), told)
                told |= {"refused": f"{incident_id}: {refusal}"}
        origin = Origin(plugin_type, group.method, *_known_by(found.buckets))
        placed = self._open(origin, told | ({"why": found.why} if found.why else {}))
        for bucket in found.buckets:
            self._holding[channel.id, bucket.md5].insert(0, placed.incident_id)
        return placed

    def _by_likeness(self, channel: Channel, alert: Alert, plugin_type: str) -> Placed:
        group = channel.group
        values = grouping_likeness.compared(group, subject.of_alert(alert))
        told = grouping.described(group)
        told |= {"threshold": str(grouping_likeness.threshold_of(group))}
        while match := self._best(channel, values):
            told |= grouping_likeness.told(match)
            refusal = self._refusal(channel, match.incident_id)
            if not refusal:
                return self._join(match.incident_id, Origin(plugin_type), told)
            told |= {"refused": f"{match.incident_id}: {refusal}"}
            self._likes[channel.id].drop(match.incident_id)
        if not values:
            told |= {"why": "nothing to compare"}
            return self._open(Origin(plugin_type, group.method), told)
        bucket = Bucket(tuple(sorted(values.items())))
        placed = self._open(Origin(plugin_type, group.method, (bucket.md5,), values), told)
        self._likes[channel.id].add(placed.incident_id, values)
        return placed

    def _join(self, incident_id: str, origin: Origin, told: dict[str, str]) -> Placed:
        self._holders[incident_id] = self._holders[incident_id].joined(self._tx.now)
        step = Step(Stage.GROUP, "matched", detail=told)
        return Placed(incident_id, opens=False, origin=origin, steps=(step,))

    def _open(self, origin: Origin, told: dict[str, str]) -> Placed:
        incident_id, now = self._tx.ids.object_id(), self._tx.now
        self._holders[incident_id] = Holder(incident_id, now, now)
        step = Step(Stage.GROUP, "alone", detail=told)
        return Placed(incident_id, opens=True, origin=origin, steps=(step,))

    def _refusal(self, channel: Channel, incident_id: str) -> str:
        """Why an incident takes no alert now, by what it is once it is locked."""
        if incident_id not in self._holders:
            lock = self._may_change
            locked = incidents.holders(self._tx, self._account_id, [incident_id], lock=lock)
            if not locked:
                return "removed"
            self._holders[incident_id] = locked[0]
            for _ in range(self._recovered.pop(incident_id, 0)):
                self.recovered(channel, incident_id)
        return grouping.refusal(self._holders[incident_id], channel.group, self._tx.now)

    def _look_up(self, channel_id: int, buckets: Collection[str]) -> None:
        """Read who holds these buckets, newest first."""
        missing = [each for each in buckets if (channel_id, each) not in self._holding]
        if not missing:
            return
        self._holding.update({(channel_id, each): [] for each in missing})
        for bucket, incident_id in stored.holding(self._tx, self._account_id, channel_id, missing):
            self._holding[channel_id, bucket].append(incident_id)

    def _best(self, channel: Channel, values: dict[str, str]) -> Match | None:
        """The open incident most like these values."""
        group = channel.group
        if channel.id not in self._likes:
            since = self._tx.now - grouping.window_ms(group) if group.time_window else 0
            sliding = grouping.is_sliding(group)
            likes = Likes(grouping_likeness.keys_of(group))
            for one in stored.said(self._tx, self._account_id, channel.id, since, sliding=sliding):
                likes.add(one.incident_id, one.grouped_by)
            self._likes[channel.id] = likes
        return self._likes[channel.id].best(values, grouping_likeness.threshold_of(group))


def _known_by(buckets: tuple[Bucket, ...]) -> tuple[tuple[str, ...], dict[str, str]]:
    """What an incident with an alert of these buckets is found by, and the first one's values."""
    return tuple(each.md5 for each in buckets), dict(buckets[0].values) if buckets else {}
