"""Events into alerts, and alerts into incidents, a batch at a time: a channel's part of an
event's way.

    FILTERS → the open alert of its key, or a new one → MUTERS → an incident (engine/incident.py)

A batch is folded in memory, event by event in its order, and what came of it is written once:
an alert that ten events touched is one row written and its incident brought up to it once.
Incidents are locked before their alerts, in one order, as everybody does.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from msgspec.structs import replace

from tocsin.domain.alert import Alert, Hearing, Place, Received, receive
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.incident_alert import Joining
from tocsin.domain.trace import Muting, Outcome, Passed, Stage, Step, Trace
from tocsin.engine import alert_expiry, alert_log, alert_webhook, flapping, incident, noise
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.alert_batch import Board, Draft, Taken
from tocsin.engine.alert_trace import Became, Traces
from tocsin.engine.channel_rules import ChannelRules, Rulebook
from tocsin.engine.flapping import Changes, Marking
from tocsin.engine.grouping import Groups, Placed
from tocsin.engine.incident import Opening
from tocsin.store import alert as alerts
from tocsin.store import feed
from tocsin.store.database import Tx
from tocsin.store.feed import Addition

FILTERS: Final[tuple[Callable[[AlertEvent, int, ChannelRules], Passed], ...]] = (noise.drop,)
"""What an event (of an integration) passes before it meets the alert of its key, in this order.
Recoveries pass by: whatever is open can end."""

Muter: TypeAlias = Callable[[Alert, AlertEvent, ChannelRules, Board, int], Muting | None]
MUTERS: Final[tuple[Muter, ...]] = (noise.silenced, noise.inhibited)
"""What may keep an alert, as an event has made it, from opening or joining an incident, in this
order; the first that does decides. The last argument is the instant the event was received.
An alert that has its incident is not asked about any more."""


def deliver(tx: Tx, arrivals: Sequence[Arrival]) -> None:
    """Take events into their channels, in order: merge each into the open alert of its key, or
    open an alert and an incident for it. Everything that is no mere repeat leaves a trace."""
    for account_id, some in groupby(arrivals, key=lambda one: one.integration.account_id):
        _Delivery(tx, account_id, list(some), may_change=True).run()


def rehearse(tx: Tx, arrival: Arrival) -> list[Trace]:
    """What would be decided about an event now, channel by channel. Nothing is changed."""
    delivery = _Delivery(tx, arrival.integration.account_id, [arrival], may_change=False)
    return delivery.rehearse()


class _Delivery:
    """A batch of one account."""

    def __init__(
        self, tx: Tx, account_id: int, arrivals: list[Arrival], *, may_change: bool
    ) -> None:
        self._tx = tx
        self._account_id = account_id
        self._arrivals = arrivals
        self._may_change = may_change
        self._rules = Rulebook(tx, account_id)
        events = [one for one in arrivals if one.event]
        self._groups = Groups(tx, account_id, self._rules, may_change=may_change)
        self._board = Board(tx, account_id, events, self._groups.foresee, may_change=may_change)
        self._groups.learn(self._board.owners)
        self._changes = Changes(tx, account_id, events)
        self._traces = Traces(tx)

    def run(self) -> None:
        for arrival in self._arrivals:
            self._take(arrival)
        self._keep()
        self._traces.keep()

    def rehearse(self) -> list[Trace]:
        for arrival in self._arrivals:
            self._take(arrival)
        for draft in self._board.drafts:
            self._trace(draft)
        return self._traces.all

    def _take(self, arrival: Arrival) -> None:
        if arrival.event is None:
            self._traces.ended(arrival, arrival.outcome or Outcome.NO_OPEN_ALERT)
            return
        places = self._places(arrival, arrival.event)
        if not places:
            self._nowhere(arrival)
        for rules in places:
            self._take_in(arrival, arrival.event, rules)

    def _places(self, arrival: Arrival, event: AlertEvent) -> list[ChannelRules]:
        channel_ids: Iterable[int] = arrival.channel_ids
        if arrival.recovers:
            found = self._board.open_in(arrival.integration.id, event.alert_key)
            channel_ids = [one.channel_id for one in found if arrival.only in (0, one.channel_id)]
        known = [self._rules.of(channel_id) for channel_id in channel_ids]
        return [one for one in known if one and (one.channel.receives or arrival.recovers)]

    def _nowhere(self, arrival: Arrival) -> None:
        """No alert of its key is open for a recovery, or its channels closed meanwhile."""
        ended = Outcome.NOTHING_TO_RECOVER if arrival.recovers else Outcome.UNROUTED
        self._traces.ended(arrival, ended)

    def _take_in(self, arrival: Arrival, event: AlertEvent, rules: ChannelRules) -> None:
        steps: list[Step] = []
        for each in () if arrival.recovers else FILTERS:
            passed = each(event, arrival.integration.id, rules)
            steps += passed.steps
            if passed.event is None:
                self._traces.ended(arrival, Outcome.DROPPED, rules.channel.id, tuple(steps))
                return
            event = passed.event
        self._merge(arrival, event, rules, steps)

    def _merge(
        self, arrival: Arrival, event: AlertEvent, rules: ChannelRules, steps: list[Step]
    ) -> None:
        channel, board, tx = rules.channel, self._board, self._tx
        place = Place(self._account_id, channel.id, arrival.integration.id)
        before = board.current(place, event.alert_key)
        hearing = Hearing(arrival.received_at, tx.now, arrival.echo)
        received = receive(before, event, place, tx.ids.object_id(), hearing)
        after = received.alert
        if after is None:
            self._traces.ended(arrival, received.outcome, channel.id, tuple(steps))
            return
        steps.append(Step(Stage.ALERT, received.outcome, detail={"alert_id": after.id}))
        waits = not arrival.recovers and not after.incident_id
        muting = self._muting(after, event, rules, arrival.received_at) if waits else None
        if muting:
            steps.append(muting.step)
            if muting.discards:
                self._traces.ended(arrival, Outcome.DROPPED, channel.id, tuple(steps))
                return
            after = replace(after, ever_muted=True, muted_by=muting.step)
        elif waits:
            after = replace(after, muted_by=None)
        placed = None
        if waits and not muting:
            placed = self._groups.place(channel, after, arrival.integration.plugin_type)
            after = replace(after, incident_id=placed.incident_id)
            steps += placed.steps
        draft = board.draft(channel, before, after)
        self._follow(draft, received.outcome, placed, event)
        if received.keeps_event or placed or not self._may_change:
            event_id = tx.ids.object_id() if received.keeps_event else ""
            became = Became(_outcome(received, muting, placed), channel.id, after.id, event_id)
            logged = alert_log.entries(after, received.outcome, muting)
            draft.taken.append(Taken(arrival, event, became, tuple(steps), logged))

    def _follow(
        self, draft: Draft, outcome: Outcome, placed: Placed | None, event: AlertEvent
    ) -> None:
        """Note what an event did to an alert, for its incident and for what counts changes."""
        alert = draft.now
        if placed:
            draft.asks, draft.placed = alert, placed
        if outcome is Outcome.RECOVERED and alert.incident_id:
            self._groups.recovered(draft.channel, alert.incident_id)
        swung = self._changes.count(draft.channel, alert, outcome, event.happened_at)
        draft.swung = swung or draft.swung

    def _muting(
        self, alert: Alert, event: AlertEvent, rules: ChannelRules, at: int
    ) -> Muting | None:
        found = (mute(alert, event, rules, self._board, at) for mute in MUTERS)
        return next((one for one in found if one), None)

    def _keep(self) -> None:
        """Write what became of the alerts, their incidents first, and what was decided."""
        tx, drafts = self._tx, list(self._board.drafts)
        openings = [
            Opening(one.channel, one.asks, one.placed.origin, one.swung)
            for one in drafts
            if one.asks and one.placed and one.placed.opens
        ]
        incident.open_for_alerts(tx, self._account_id, openings)
        for draft in drafts:
            self._trace(draft)
        alerts.save_many(tx, [(draft.stored, draft.now) for draft in drafts if draft.stored])
        alerts.add_many(tx, [draft.now for draft in drafts if not draft.stored])
        alert_expiry.watch(tx, [(draft.stored, draft.now) for draft in drafts])
        taken = [(draft, one) for draft in drafts for one in draft.taken]
        kept = [(one.became.event_id, draft.now, one.event) for draft, one in taken]
        alerts.add_events(tx, [each for each in kept if each[0]])
        logs = [
            Addition(self._account_id, draft.now.id, one.logged, f"an event: {one.became.outcome}")
            for draft, one in taken
        ]
        feed.append(tx, logs)
        told = [(draft.now, entry) for draft, one in taken for entry in one.logged]
        alert_webhook.report(tx, self._account_id, told)
        self._bring_up([draft for draft in drafts if draft.has_news])
        self._changes.keep()
        flapping.mark(tx, [Marking(one.channel, one.now, one.swung) for one in drafts if one.swung])

    def _bring_up(self, drafts: list[Draft]) -> None:
        """Bring the incidents of changed alerts up to them."""
        senders: dict[str, dict[int, str]] = {one.now.incident_id: {} for one in drafts}
        for one in drafts:
            if one.placed and one.joins:
                mine = senders[one.now.incident_id]
                mine[one.now.integration_id] = one.placed.origin.plugin_type
        changed = {
            incident_id: Joining(tuple(joined), tuple(joined.values())) if joined else None
            for incident_id, joined in senders.items()
        }
        incident.refresh_all(self._tx, self._account_id, changed)

    def _trace(self, draft: Draft) -> None:
        """What was decided about the events of an alert."""
        is_imagined = draft.asks is not None and not draft.joins and not self._may_change
        incident_id = "" if is_imagined else draft.now.incident_id
        for one in draft.taken:
            steps = one.arrival.steps + one.steps
            if one.became.outcome is not Outcome.MUTED and draft.now.incident_id:
                verdict = _VERDICTS.get(one.became.outcome, "updated")
                detail = {"incident_id": incident_id} if incident_id else {}
                steps = (*steps, Step(Stage.INCIDENT, verdict, detail=detail))
            self._traces.became(replace(one.became, incident_id=incident_id), one.arrival, steps)


_VERDICTS: Final = {Outcome.OPENED: "opened", Outcome.MERGED: "merged"}


def _outcome(received: Received, muting: Muting | None, placed: Placed | None) -> Outcome:
    if muting:
        return Outcome.MUTED
    if placed:
        return Outcome.OPENED if placed.opens else Outcome.MERGED
    return received.outcome
