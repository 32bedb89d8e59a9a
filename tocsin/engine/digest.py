"""Accepted requests of the error doors: taken apart, their events folded into issues, the rest
counted, and what cannot be read kept for people to see."""

from collections import Counter
from itertools import groupby
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.application import ApplicationStatus
from tocsin.engine.issue import Prepared, prepare, record
from tocsin.sources import rum, sentry
from tocsin.sources.encoding import expand
from tocsin.sources.sentry_privacy import without_address
from tocsin.sources.source import Reading, Rejected, Unreadable, excerpt
from tocsin.store import application as applications
from tocsin.store import error_tally, rejected
from tocsin.store.database import Tx
from tocsin.store.inbox import Entry

EXPANDED_BYTES_MAX: Final = 200 * 1024 * 1024
"""A second guard: the door lets in what the operator's own, lower bound admits."""


class Digested(Struct, frozen=True):
    """A request taken apart and its events made ready to record; `entry` has lost its body."""

    entry: Entry
    reading: Reading
    events: list[Prepared]


def read_sentry(entry: Entry) -> Digested:
    """A request of a Sentry SDK. Its meta: endpoint, encoding, client, ip, no_ip."""
    meta = entry.meta
    arrival = sentry.Arrival(entry.received_at, meta.get("client", ""), meta.get("ip", ""))
    read = sentry.read_store if meta.get("endpoint") == sentry.STORE else sentry.read_envelope
    try:
        reading = read(expand(entry.body, meta.get("encoding", ""), EXPANDED_BYTES_MAX), arrival)
    except Unreadable as error:
        reading = _unreadable(entry, error)
    if meta.get("no_ip"):
        reading = _without_addresses(reading)
    return _digested(entry, reading)


def read_rum(entry: Entry) -> Digested:
    """A request of a RUM SDK. Its meta: track, and what `rum.QUERY_KEPT` names."""
    track = entry.meta.get("track", "")
    try:
        body = rum.lines_of(entry.body, entry.meta)
        if track == "rum":
            reading = rum.read_lines(body, entry.meta, entry.received_at)
        else:
            reading = rum.count_lines(body, track)
    except Unreadable as error:
        reading = _unreadable(entry, error)
    return _digested(entry, reading)


def _digested(entry: Entry, reading: Reading) -> Digested:
    events = [prepare(entry.scope, read.event, read.raw) for read in reading.events]
    return Digested(replace(entry, body=b""), replace(reading, events=[]), events)


def store(tx: Tx, digested: list[Digested]) -> None:
    """Bring requests into the store, those of one application together and in their order."""
    for (account_id, application_id), group in groupby(sorted(digested, key=_place), key=_place):
        requests = list(group)
        _store_events(tx, account_id, application_id, requests)
        for one in requests:
            for part in one.reading.rejected:
                _reject(tx, one.entry, part)


def _store_events(tx: Tx, account_id: int, application_id: str, requests: list[Digested]) -> None:
    application = applications.get(tx, account_id, application_id)
    if application is None or application.status is not ApplicationStatus.ENABLED:
        for one in requests:
            _reject(tx, one.entry, Rejected("its application was deleted before it was digested"))
        return
    found = [event for one in requests for event in one.events]
    if found:
        record(tx, application, found)
    by_arrival = Counter[tuple[str, str]]()
    for one in requests:
        by_arrival += one.reading.tallies
    received_at = requests[-1].entry.received_at
    error_tally.add(tx, account_id, application_id, received_at, by_arrival)


def _reject(tx: Tx, entry: Entry, part: Rejected) -> None:
    """Keep one part that could not be read, as a request of its own."""
    body = "" if entry.meta.get("no_ip") else part.excerpt
    rejected.add(tx, replace(entry, body=body.encode()), part.reason)


def _unreadable(entry: Entry, error: Unreadable) -> Reading:
    return Reading(rejected=[Rejected(str(error), excerpt(entry.body))])


def _without_addresses(reading: Reading) -> Reading:
    events = [replace(read, raw=without_address(read.raw)) for read in reading.events]
    return replace(reading, events=events)


def _place(one: Digested) -> tuple[int, str]:
    return one.entry.account_id, one.entry.scope
