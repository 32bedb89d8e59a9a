"""Accepted requests of the error doors taken apart, and their errors made ready to record, while no
transaction that writes is open."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.error_delivery import Delivered, is_delivered
from tocsin.domain.rum import RumEvent, RumKind
from tocsin.domain.tracking import Untracked
from tocsin.engine.error_grouping import Rulebooks
from tocsin.engine.issue import Prepared, prepare
from tocsin.engine.symbolication import Symbolicator
from tocsin.sources import datakit, otlp, rum, sentry, sentry_security
from tocsin.sources.datakit import Category
from tocsin.sources.encoding import expand
from tocsin.sources.otlp_wire import Encoding, Signal
from tocsin.sources.point import Form
from tocsin.sources.sentry_privacy import without_address
from tocsin.sources.sentry_security import Policed
from tocsin.sources.source import Reading, Rejected, Unreadable, excerpt
from tocsin.store import error_delivery
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import Entry
from tocsin.store.rum import PackedRum, pack

ERROR_WEIGHT: Final = 2
"""How much work a request with an error is, in events of alerts."""
ROWS_PER_WEIGHT: Final = 5
EXPANDED_BYTES_MAX: Final = 200 * 1024 * 1024
"""A second guard: the door lets in what the operator's own, lower bound admits."""


class Digested(Struct, frozen=True):
    """A request taken apart and its events made ready to record; `entry` has lost its body.

    `artifacts` are the ids of the source maps that helped.
    """

    entry: Entry
    reading: Reading
    events: list[Prepared]
    artifacts: frozenset[str]
    rum: list[PackedRum]


Reader = Callable[[Database], AbstractContextManager[Callable[[Entry], Digested]]]


@contextmanager
def sentry_reader(database: Database) -> Iterator[Callable[[Entry], Digested]]:
    """What takes apart the requests of Sentry's SDKs."""
    with database.read() as tx:
        symbolicator, books = Symbolicator(tx), Rulebooks(tx)
        yield lambda entry: _digested(entry, _read_sentry(entry), symbolicator, books)


@contextmanager
def rum_reader(database: Database) -> Iterator[Callable[[Entry], Digested]]:
    """What takes apart the requests of RUM SDKs."""
    with database.read() as tx:
        symbolicator, books = Symbolicator(tx), Rulebooks(tx)
        yield lambda entry: _digested(entry, _read_rum(entry), symbolicator, books)


@contextmanager
def otlp_reader(database: Database) -> Iterator[Callable[[Entry], Digested]]:
    """What takes apart the requests of OpenTelemetry's exporters."""
    with database.read() as tx:
        symbolicator, books = Symbolicator(tx), Rulebooks(tx)
        yield lambda entry: _digested(entry, _read_otlp(entry), symbolicator, books)


@contextmanager
def datakit_reader(database: Database) -> Iterator[Callable[[Entry], Digested]]:
    """What takes apart the requests of DataKit and TrueWatch's SDKs."""
    with database.read() as tx:
        symbolicator, books = Symbolicator(tx), Rulebooks(tx)
        yield lambda entry: _delivered(
            tx, _digested(entry, _read_datakit(entry), symbolicator, books)
        )


def _delivered(tx: Tx, digested: Digested) -> Digested:
    """A request of points without issues for the errors that no delivery rule wants."""
    entry = digested.entry
    place = entry.account_id, entry.scope
    rules = tx.remembered(("error delivery", *place), lambda: error_delivery.get(tx, *place))
    rule: Delivered = getattr(rules, entry.meta["category"])
    events = [
        one
        if one.prints is None or is_delivered(rule, one.event)
        else replace(one, prints=None, untracked=Untracked.DELIVERY)
        for one in digested.events
    ]
    kept = {one.event.event_id for one in events if one.prints}
    rum = [
        one if one.event.event_id in kept else replace(one, event=replace(one.event, digest=""))
        for one in digested.rum
    ]
    return replace(digested, events=events, rum=rum)


def _read_datakit(entry: Entry) -> Reading:
    """Points of DataKit's family. Their meta: category, form, precision, encoding, no_ip."""
    form = Form(entry.meta["form"])
    try:
        body = expand(entry.body, entry.meta.get("encoding", ""), form.bytes_max)
    except Unreadable as error:
        return _unreadable(entry, error)
    category, precision = Category(entry.meta["category"]), entry.meta.get("precision", "")
    no_ip = bool(entry.meta.get("no_ip"))
    return datakit.read(body, category, form, precision, entry.received_at, no_ip=no_ip)


def _read_otlp(entry: Entry) -> Reading:
    """A request of an exporter. Its meta: signal, type, encoding, no_ip."""
    encoding = Encoding(entry.meta["type"])
    try:
        body = expand(entry.body, entry.meta.get("encoding", ""), encoding.bytes_max)
    except Unreadable as error:
        return _unreadable(entry, error)
    signal, no_ip = Signal(entry.meta["signal"]), bool(entry.meta.get("no_ip"))
    return otlp.read(body, signal, encoding, entry.received_at, no_ip=no_ip)


def _read_sentry(entry: Entry) -> Reading:
    """A request of a Sentry SDK. Its meta: endpoint, encoding, client, ip, no_ip."""
    meta = entry.meta
    arrival = sentry.Arrival(entry.received_at, meta.get("client", ""), meta.get("ip", ""))
    read = sentry.read_store if meta.get("endpoint") == sentry.STORE else sentry.read_envelope
    try:
        body = expand(entry.body, meta.get("encoding", ""), EXPANDED_BYTES_MAX)
        if meta.get("endpoint") == sentry.SECURITY:
            policed = Policed(
                entry.received_at, meta.get("env", ""), meta.get("version", ""), arrival.client
            )
            return sentry_security.read(body, policed)
        reading = read(body, arrival)
    except Unreadable as error:
        reading = _unreadable(entry, error)
    if meta.get("no_ip"):
        reading = _without_addresses(reading)
    return reading


def _read_rum(entry: Entry) -> Reading:
    """A request of a RUM SDK. Its meta: track, user_agent, and what `rum.QUERY_KEPT` names."""
    track = entry.meta.get("track", "")
    try:
        body = rum.lines_of(entry.body, entry.meta)
        if track == "rum":
            return rum.read_lines(body, entry.meta, entry.received_at)
        return rum.count_lines(body, track)
    except Unreadable as error:
        return _unreadable(entry, error)


def _digested(
    entry: Entry, reading: Reading, symbolicator: Symbolicator, books: Rulebooks
) -> Digested:
    events, used = [], set[str]()
    for read in reading.events:
        book = books.of(entry.account_id, entry.scope)
        told = symbolicator.tell(entry.account_id, entry.scope, read.event)
        used |= told.used
        events.append(prepare(entry.scope, told.event, read.raw, book))
    rest = replace(reading, events=[], rum=[])
    return Digested(
        replace(entry, body=b""), rest, events, frozenset(used), _packed(reading, events)
    )


def _packed(reading: Reading, events: list[Prepared]) -> list[PackedRum]:
    """What was read of sessions, its errors in the order of `events`."""
    errors = iter(events)
    return [
        pack(_as_grouped(one.event, next(errors)), one.raw)
        if one.event.kind is RumKind.ERROR
        else pack(one.event, one.raw)
        for one in reading.rum
    ]


def _as_grouped(event: RumEvent, error: Prepared) -> RumEvent:
    """The event, under the id that its error is stored by and the first hash it is grouped by."""
    digest = error.prints.hashes[0].digest if error.prints else ""
    return replace(event, event_id=error.event.event_id, digest=digest)


def weigh(digested: Digested) -> float:
    """How much work a request is, in events of alerts."""
    several = ERROR_WEIGHT * max(1, len(digested.events))
    reading = digested.reading
    rows = len(digested.rum) + len(reading.logs) + len(reading.sessions)
    return several + rows / ROWS_PER_WEIGHT


def _unreadable(entry: Entry, error: Unreadable) -> Reading:
    return Reading(rejected=[Rejected(str(error), excerpt(entry.body))])


def _without_addresses(reading: Reading) -> Reading:
    events = [replace(read, raw=without_address(read.raw)) for read in reading.events]
    return replace(reading, events=events)
