"""What senders say, from the inbox to the channels: the integration's part of an event's way.

    read → enrichment, alert pipeline, route (engine/passage.py) → the channels (engine/alert.py)

All of it happens with no write transaction open and is written as one decision later.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import change as change_rules
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.change import ChangeEvent, ChangePlace
from tocsin.domain.order import Order
from tocsin.domain.report import Errand
from tocsin.domain.trace import Given, Outcome, Stage, Step
from tocsin.engine import alert, alert_report, echo, order, passage
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.echo import Echo
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

Said: TypeAlias = Arrival | ChangeEvent | Errand | Order | Rejected | Echo
_Read: TypeAlias = tuple[Report | Echo, str]
"""A report, or a repeat that needs no reading, and what is to be known by when it is repeated."""


class Heard(Struct, frozen=True):
    """A request with what its sender said in it; what may be a repeat is not read yet."""

    entry: Entry
    sender: Sender | None
    said: Sequence[Report | Echo]


class Pushed(Struct, frozen=True):
    """The same, ready to be written."""

    entry: Entry
    sender: Sender | None
    said: list[Said]


@contextmanager
def reader(database: Database) -> Iterator[Callable[[Entry], Heard]]:
    """What takes the requests of one batch apart, by the settings of one instant."""
    with database.read() as tx:
        senders = Senders(tx)
        yield lambda entry: _read(entry, senders.of(entry))


def recognise(database: Database, heard: list[Heard]) -> list[Heard]:
    """Find the repeats in what several requests say."""
    pieces = [one for push in heard for one in push.said if isinstance(one, Echo)]
    if not pieces:
        return heard
    with database.read() as tx:
        known = iter(echo.recognised(tx, pieces))
    return [
        replace(push, said=[next(known) if isinstance(one, Echo) else one for one in push.said])
        for push in heard
    ]


def preparer(inquiries: Inquiries) -> Callable[[Database, list[Heard]], list[Pushed]]:
    """What takes all that a batch says through the integrations that said it."""
    return lambda database, heard: _prepared(database, inquiries, heard)


def _read(entry: Entry, sender: Sender | None) -> Heard:
    if sender is None:
        return Heard(entry, None, [])
    try:
        kept = Kept(entry.body, entry.meta, entry.received_at)
        pieces = echo.listen(sender, kept)
        if pieces is not None:
            return Heard(entry, sender, pieces)
        return Heard(entry, sender, doors.read(kept, sender.integration))
    except InvalidParameter as refusal:
        raise ValueError(str(refusal)) from None


def _prepared(database: Database, inquiries: Inquiries, heard: list[Heard]) -> list[Pushed]:
    said = [_told(push, one) for push, one in _in_full(heard)]
    told = [one for one in said if isinstance(one, passage.Told)]
    arrivals = iter(passage.pass_through(database, told, inquiries))
    prepared = iter([next(arrivals) if isinstance(one, passage.Told) else one for one in said])
    return [Pushed(one.entry, one.sender, list(islice(prepared, len(one.said)))) for one in heard]


def _told(
    push: Heard, said: _Read
) -> passage.Told | ChangeEvent | Errand | Order | Rejected | Echo:
    report, mark = said
    if push.sender and isinstance(report, Given):
        path = doors.of(push.entry.meta).path
        return passage.Told(push.sender, report, push.entry.received_at, mark, path)
    assert not isinstance(report, Given)
    return report


def _in_full(heard: list[Heard]) -> list[tuple[Heard, _Read]]:
    """Everything that is said, read unless it is a repeat; a repeat too if the batch says anything
    else about its alert, as their order would be lost."""
    said: list[tuple[Heard, _Read]] = []
    news: set[tuple[str, str]] = set()
    for push in heard:
        for one in push.said:
            report = one if not isinstance(one, Echo) or one.alert_key else one.read()
            said.append((push, (report, one.mark if isinstance(one, Echo) else "")))
            if isinstance(report, Given):
                news.add((push.entry.scope, report.alert_key))
    return [
        (push, (report.read(), mark))
        if isinstance(report, Echo) and (push.entry.scope, report.alert_key) in news
        else (push, (report, mark))
        for push, (report, mark) in said
    ]


def weigh(heard: Heard) -> float:
    """How many events a request holds that are to be read; a repeat is a small part of one."""
    repeats = sum(isinstance(one, Echo) and one.alert_key != "" for one in heard.said)
    return max(echo.SHARE, len(heard.said) - repeats + echo.SHARE * repeats)


def store(tx: Tx, pushed: list[Pushed]) -> None:
    """Write what senders said, in order."""
    said = [(push, one) for push in pushed for one in push.said]
    for push in pushed:
        if push.sender is None:
            rejected.add(tx, push.entry, "its integration was deleted before it was digested")
    for _, run in groupby(said, key=lambda one: type(one[1])):
        _store_run(tx, list(run))
    # Last, as incidents are locked before alerts.
    _hear(tx, [one for _, one in said if isinstance(one, Echo)])


def _hear(tx: Tx, echoes: list[Echo]) -> None:
    """Take in what is only repeated; what turns out not to be takes the long way after all."""
    missed = [
        passage.Told(one.sender, report, one.kept.received_at, one.mark, one.door.path)
        for one in echo.hear(tx, echoes)
        if isinstance(report := one.read(), Given)
    ]
    alert.deliver(tx, passage.go_through(tx, missed))


def _store_run(tx: Tx, run: list[tuple[Pushed, Said]]) -> None:
    arrivals = [_heard_once(tx, one) for _, one in run if isinstance(one, Arrival)]
    for is_event, some in groupby(arrivals, key=lambda one: isinstance(one.given, AlertEvent)):
        if is_event:
            alert.deliver(tx, list(some))
        else:
            alert_report.pass_on(tx, list(some))
    for push, one in run:
        if isinstance(one, Arrival):
            order.created(tx, push.entry, one)
        elif isinstance(one, ChangeEvent):
            _store_change(tx, push, one)
        elif isinstance(one, Order) and push.sender:
            path = doors.of(push.entry.meta).path
            order.carry_out(tx, push.sender.integration, replace(one, door=path))
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
