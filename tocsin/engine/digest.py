"""Requests of the error doors brought into the store: their events folded into issues and sessions,
the rest counted, and what cannot be read kept for people to see."""

from collections import Counter
from itertools import groupby

from msgspec.structs import replace

from tocsin.domain.application import Application, ApplicationStatus
from tocsin.domain.error_event import Door
from tocsin.engine import error_extra
from tocsin.engine import rum as rum_engine
from tocsin.engine.error_reader import Digested
from tocsin.engine.issue import Prepared, record
from tocsin.sources.source import Rejected
from tocsin.store import application as applications
from tocsin.store import artifact as artifacts
from tocsin.store import error_tally, rejected, trace_log, traced_error
from tocsin.store import issue as issues
from tocsin.store.database import Tx
from tocsin.store.inbox import Entry


def store(tx: Tx, digested: list[Digested]) -> None:
    """Bring requests into the store, those of one application together and in their order."""
    for (account_id, application_id), group in groupby(sorted(digested, key=_place), key=_place):
        requests = list(group)
        _store_events(tx, account_id, application_id, requests)
        for one in requests:
            for part in one.reading.rejected:
                _reject(tx, one.entry, part)


def _store_events(tx: Tx, account_id: int, application_id: str, requests: list[Digested]) -> None:
    place = (account_id, application_id)
    application = tx.remembered(("application", *place), lambda: applications.get(tx, *place))
    if application is None or application.status is not ApplicationStatus.ENABLED:
        for one in requests:
            _reject(tx, one.entry, Rejected("its application was deleted before it was digested"))
        return
    found = _told_once(tx, application, [event for one in requests for event in one.events])
    if found:
        record(tx, application, found)
        artifacts.use(tx, frozenset[str]().union(*(one.artifacts for one in requests)))
    told = [event for one in requests for event in one.rum]
    if told:
        rum_engine.record(tx, application, told)
    by_arrival = Counter[tuple[str, str]]()
    for one in requests:
        by_arrival += one.reading.tallies
        by_arrival.update(("untracked", each.untracked) for each in one.events if each.untracked)
    by_arrival += _store_extra(tx, application, requests)
    received_at = requests[-1].entry.received_at
    error_tally.add(tx, account_id, application_id, received_at, by_arrival)


def _told_once(tx: Tx, application: Application, events: list[Prepared]) -> list[Prepared]:
    """Without the errors of traces that another span or log line told of, whichever issue of."""
    traced = {one.event.event_id for one in events if _is_traced(one)}
    if not traced:
        return events
    issues.hold(tx, application.id)
    fresh = traced_error.new(tx, application.account_id, application.id, traced)
    first: list[Prepared] = []
    for one in events:
        if not _is_traced(one) or one.event.event_id in fresh:
            first.append(one)
            fresh.discard(one.event.event_id)
    return first


def _is_traced(one: Prepared) -> bool:
    return one.event.door is Door.OTLP and bool(one.event.trace_id)


def _store_extra(
    tx: Tx, application: Application, requests: list[Digested]
) -> Counter[tuple[str, str]]:
    """What came beside errors; the answer counts the check-ins."""
    readings = [one.reading for one in requests]
    found = [event for one in requests for event in one.events]
    digests = {one.event.event_id: one.prints.hashes[0].digest for one in found if one.prints}
    error_extra.link(tx, application, digests)
    error_extra.say(tx, application, [said for one in readings for said in one.feedback])
    error_extra.count_sessions(tx, application, [each for one in readings for each in one.sessions])
    lines = [line for one in readings for line in one.logs]
    trace_log.add(tx, application.account_id, application.id, lines)
    heard = (
        error_extra.check_in(tx, application, said) for one in readings for said in one.check_ins
    )
    return Counter(("item", "check_in" if is_heard else "check_in unheard") for is_heard in heard)


def _reject(tx: Tx, entry: Entry, part: Rejected) -> None:
    """Keep one part that could not be read, as a request of its own."""
    body = "" if entry.meta.get("no_ip") else part.excerpt
    rejected.add(tx, replace(entry, body=body.encode()), part.reason)


def _place(one: Digested) -> tuple[int, str]:
    return one.entry.account_id, one.entry.scope
