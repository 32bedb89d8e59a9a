"""What senders say, from the inbox to the channels: the integration's part of an event's way.

    read → enrichment, alert pipeline, route (engine/passage.py) → the channels (engine/alert.py)

All of it happens with no write transaction open and is written as one decision later.
"""

from collections.abc import Callable
from itertools import groupby
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import change as change_rules
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.change import ChangeEvent, ChangePlace
from tocsin.domain.report import Errand
from tocsin.domain.trace import Given, Outcome, Stage, Step
from tocsin.engine import alert, alert_report, passage
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.sender import Sender, Senders
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import doors
from tocsin.sources.door import Kept, Report
from tocsin.sources.source import Rejected
from tocsin.store import change as changes
from tocsin.store import delivery, rejected, seen
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import Entry

Said: TypeAlias = Arrival | ChangeEvent | Errand | Rejected


class Heard(Struct, frozen=True):
    """A request with what its sender said in it."""

    entry: Entry
    sender: Sender | None
    said: list[Report]


class Pushed(Struct, frozen=True):
    """The same, ready to be written."""

    entry: Entry
    sender: Sender | None
    said: list[Said]


def reader(database: Database) -> Callable[[Entry], Heard]:
    """What takes the requests of one batch apart; the settings they meet are read once."""
    senders = Senders(database)
    return lambda entry: _read(entry, senders.of(entry))


def preparer(inquiries: Inquiries) -> Callable[[Database, list[Heard]], list[Pushed]]:
    """What takes all that a batch says through the integrations that said it."""
    return lambda database, heard: _prepared(database, inquiries, heard)


def _read(entry: Entry, sender: Sender | None) -> Heard:
    if sender is None:
        return Heard(entry, None, [])
    try:
        kept = Kept(entry.body, entry.meta, entry.received_at)
        reports = doors.read(kept, sender.integration)
    except InvalidParameter as refusal:
        raise ValueError(str(refusal)) from None
    return Heard(entry, sender, list(reports))


def _prepared(database: Database, inquiries: Inquiries, heard: list[Heard]) -> list[Pushed]:
    told = [
        passage.Told(one.sender, report, one.entry.received_at)
        for one in heard
        for report in one.said
        if one.sender and isinstance(report, Given)
    ]
    arrivals = iter(passage.pass_through(database, told, inquiries))
    return [
        Pushed(
            one.entry,
            one.sender,
            [next(arrivals) if isinstance(report, Given) else report for report in one.said],
        )
        for one in heard
    ]


def weigh(heard: Heard) -> int:
    """How many events a request holds."""
    return max(1, len(heard.said))


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
