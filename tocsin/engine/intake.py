"""What senders say, from the inbox to the channels: the integration's part of an event's way.

    read → STAGES → route → the channels (engine/alert.py)

All of it happens with no write transaction open and is written as one decision later.
"""

from collections.abc import Callable
from itertools import groupby
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import change as change_rules
from tocsin.domain import event_template
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.change import ChangeEvent, ChangePlace
from tocsin.domain.report import Errand
from tocsin.domain.severity import EventStatus
from tocsin.domain.trace import Given, Outcome, Passed, Stage, Step
from tocsin.engine import alert, alert_report
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.sender import Sender, Senders
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import doors
from tocsin.sources.door import Kept, Report
from tocsin.sources.source import Rejected
from tocsin.store import change as changes
from tocsin.store import delivery, rejected, seen
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import Entry

STAGES: Final[tuple[Callable[[AlertEvent, Sender], Passed], ...]] = ()
"""What an event passes between reading and routing, in this order. Each stage sees what the one
before it made of the event, and is told all that its integration is set to."""


Said: TypeAlias = Arrival | ChangeEvent | Errand | Rejected


class Pushed(Struct, frozen=True):
    """A request with what its sender said in it, ready to be written."""

    entry: Entry
    sender: Sender | None
    said: list[Said]


def reader(database: Database) -> Callable[[Entry], Pushed]:
    """What takes the requests of one batch apart; the settings they meet are read once."""
    senders = Senders(database)
    return lambda entry: _read(entry, senders.of(entry))


def _read(entry: Entry, sender: Sender | None) -> Pushed:
    if sender is None:
        return Pushed(entry, None, [])
    try:
        kept = Kept(entry.body, entry.meta, entry.received_at)
        reports = doors.read(kept, sender.integration)
    except InvalidParameter as refusal:
        raise ValueError(str(refusal)) from None
    return Pushed(entry, sender, [_said(entry, sender, report) for report in reports])


def _said(entry: Entry, sender: Sender, report: Report) -> Said:
    if isinstance(report, ChangeEvent | Errand | Rejected):
        return report
    return arrive(sender, report, entry.received_at)


def arrive(sender: Sender, given: Given, received_at: int) -> Arrival:
    """Take a report through the integration: what comes out, where it goes, and why."""
    door = Step(Stage.DOOR, "accepted", detail={"integration": sender.integration.name})
    arrival = Arrival(sender.integration, given, received_at, steps=(door,), only=sender.named)
    if not isinstance(given, AlertEvent):
        return arrival
    event = event_template.titled(given, sender.integration, received_at)
    steps = [door]
    for stage in STAGES:
        passed = stage(event, sender)
        steps += passed.steps
        if passed.event is None:
            return arrival.ended(Outcome.DROPPED, steps)
        event = passed.event
    if event.status is EventStatus.OK:
        return arrival.goes_on(event, (), steps)
    channel_ids, step = route(event, sender)
    steps.append(step)
    if not channel_ids:
        return arrival.ended(Outcome.UNROUTED, steps)
    return arrival.goes_on(event, channel_ids, steps)


def route(event: AlertEvent, sender: Sender) -> tuple[tuple[int, ...], Step]:
    """The channels that take an event. A recovery is not routed: it goes wherever its alert is
    open, whatever routes have become since."""
    found = sender.open_channels
    detail = {"channel_ids": ", ".join(map(str, found))} if found else {}
    return found, Step(Stage.ROUTE, "set" if found else "no_enabled_channel", detail=detail)


def store(tx: Tx, pushed: list[Pushed]) -> None:
    """Write what senders said, in order."""
    said = [(push, one) for push in pushed for one in push.said]
    for push in pushed:
        if push.sender is None:
            rejected.add(tx, push.entry, "its integration was deleted before it was digested")
    for _, run in groupby(said, key=lambda one: type(one[1])):
        _store_run(tx, list(run))


def _store_run(tx: Tx, run: list[tuple[Pushed, Said]]) -> None:
    arrivals = [_heard_once(tx, one) for _, one in run if isinstance(one, Arrival)]
    for is_event, some in groupby(arrivals, key=lambda one: isinstance(one.given, AlertEvent)):
        if is_event:
            alert.deliver(tx, list(some))
        else:
            alert_report.pass_on(tx, list(some))
    for push, one in run:
        if isinstance(one, ChangeEvent):
            _store_change(tx, push, one)
        elif isinstance(one, Errand):
            _take_on(tx, push.entry, one)
        elif isinstance(one, Rejected):
            rejected.add(tx, replace(push.entry, body=one.excerpt.encode()), one.reason)


def _heard_once(tx: Tx, arrival: Arrival) -> Arrival:
    """The arrival as it is, or at its end where its sender delivered the same message before."""
    integration, event = arrival.integration, arrival.event
    if event is None or not event.message_id:
        return arrival
    if seen.first(tx, integration.account_id, str(integration.id), event.message_id):
        return arrival
    again = Step(Stage.DOOR, "heard_before", detail={"message_id": event.message_id})
    return replace(arrival, event=None).ended(Outcome.REPEATED, (*arrival.steps, again))


def _take_on(tx: Tx, entry: Entry, errand: Errand) -> None:
    """Owe the sender what it asks for, unless it asked before."""
    if seen.first(tx, entry.account_id, entry.scope, errand.message_id):
        ref = f"integration/{entry.scope}"
        delivery.owe(tx, entry.account_id, errand.method, errand.target, errand.payload, ref)


def _store_change(tx: Tx, push: Pushed, event: ChangeEvent) -> None:
    """Keep an event with its change, in each channel it is meant for, or outside channels."""
    open_channels = push.sender.open_channels if push.sender else ()
    for channel_id in open_channels or (0,):
        place = ChangePlace(push.entry.account_id, channel_id, int(push.entry.scope))
        current = changes.find(tx, place, event.change_key)
        changed = change_rules.receive(current, event, place, tx.ids.object_id(), tx.now)
        if current is None:
            changes.add(tx, changed)
        else:
            changes.save(tx, changed)
        changes.add_event(tx, changed, event, tx.now)
