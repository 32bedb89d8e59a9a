"""The engine's turns: fire one due timer, send one message, digest some of the inbox, sweep.

A turn is a generator that yields wherever the process may lose the floor: between transactions
and around the network. Production runs a turn through; the simulation holds several engines at
their yields and lets them go on in an order it draws from the seed. A turn's value says whether
there was anything to do.
"""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.delivery import Delivery
from tocsin.domain.retry import FAILURES_TOLD_AT, RetryPolicy, next_try
from tocsin.domain.timer import Timer
from tocsin.engine.handling import (
    Digester,
    Failed,
    Heard,
    Sweeper,
    TimerHandler,
    Together,
    nobody_hears,
    nothing_follows,
)
from tocsin.kernel.units import SECOND
from tocsin.outbound.transport import SEND_SECONDS_MAX, Message, Receipt, SendFailed, Transport
from tocsin.store import delivery, rejected, timer
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import Entry, Inbox, Overtaken, Taken

Turn = Generator[None, None, bool]
Tried = tuple[Delivery, Receipt | SendFailed]

TIMERS_MAX: Final = 50
SENDS_MAX: Final = 16
SLOW_MS: Final = 2 * SECOND
DIGEST_ENTRIES_MAX: Final = 256
DIGEST_WEIGHT_MAX: Final = 300
READ_BYTES_AT_ONCE: Final = 128 * 1024
SWEEP_ROWS_MAX: Final = 200
_TRIES_ALONE: Final = 3

log = logging.getLogger(__name__)


def fire_one(database: Database, handlers: Mapping[str, TimerHandler]) -> Turn:
    """Fire the earliest due timer. Claim and effects are one transaction; if it fails the timer
    waits a while and the next ones have their turn."""
    with database.read() as tx:
        waiting = timer.is_due(tx)
    if not waiting:
        return False
    yield
    found: Timer | None = None
    try:
        with database.write() as tx:
            found = timer.due(tx)
            if found is not None:
                _fire(tx, found, handlers)
    except Exception as failure:
        if found is None:
            raise
        log.exception("a timer failed", extra={"kind": found.kind, "subject": found.subject})
        yield
        with database.write() as tx:
            timer.postpone(tx, found, _why(failure))
    yield
    return found is not None


def fire_some(
    database: Database, handlers: Mapping[str, TimerHandler], limit: int = TIMERS_MAX
) -> Turn:
    """Fire the earliest due timer, and those after it that can be fired together with it in one
    transaction. If that fails each is fired alone."""
    with database.read() as tx:
        found = timer.due_together(tx, limit)
    if not found:
        return False
    handler = handlers.get(found[0].kind)
    if len(found) == 1 or handler is None or handler.together is None:
        return (yield from fire_one(database, handlers))
    yield
    try:
        with database.write() as tx:
            _fire_together(tx, timer.reserve(tx, found), handler.together)
    except Exception:
        log.exception("timers failed; firing them one by one", extra={"kind": found[0].kind})
        for _ in found:
            yield
            yield from fire_one(database, handlers)
    yield
    return True


def _fire_together(tx: Tx, found: Sequence[Timer], together: Together) -> None:
    if found:
        together.lock(tx, found[0].account_id, sorted(one.subject for one in found))
        mine = [one for one in found if timer.claim(tx, one)]
        together.fire(tx, mine)


def _fire(tx: Tx, found: Timer, handlers: Mapping[str, TimerHandler]) -> None:
    handler = handlers.get(found.kind)
    if handler is None:
        raise LookupError(f"this version knows no timer of the kind {found.kind}")
    handler.lock(tx, found.account_id, found.subject)
    if timer.claim(tx, found):
        handler.fire(tx, found)


def send_one(
    database: Database,
    method: str,
    transport: Transport,
    failed: Failed = nothing_follows,
    heard: Heard = nobody_hears,
    most: int = 1,
) -> Turn:
    """Send what is due by `method`: one message, or where many wait some of them, up to `most`,
    which are claimed and recorded together. No transaction is open on the network. `failed` is
    told in the transaction that records it when one is given up, or failed twice; `heard` of
    every try."""
    with database.read() as tx:
        waiting = delivery.count_due(tx, method, most * 2 * transport.senders)
    if not waiting:
        return False
    yield
    share = max(1, min(most, waiting // (2 * transport.senders)))
    with database.write() as tx:
        claimed = delivery.claim_some(tx, method, share)
    yield
    started = database.clock.now()
    tried: list[Tried] = []
    for one in claimed:
        now = database.clock.now()
        # Nobody waits behind a slow one; and if the process was asleep, by the time this is sent
        # another engine may be at it.
        if (tried and now > started + SLOW_MS) or now + SEND_SECONDS_MAX * SECOND > one.due_at:
            break
        tried.append((one, _send(transport, one)))
        yield
    _record_all(database, tried, claimed[len(tried) :], transport.retry, (failed, heard))
    yield
    return bool(claimed)


def _record_all(
    database: Database,
    tried: Sequence[Tried],
    untried: Sequence[Delivery],
    policy: RetryPolicy,
    listeners: tuple[Failed, Heard],
) -> None:
    """Record what became of messages in one transaction; if that fails, of each in its own."""
    failed, heard = listeners
    try:
        with database.write() as tx:
            for claimed, outcome in tried:
                _record(tx, claimed, policy, outcome, failed)
                heard(tx, claimed, outcome)
            for one in untried:
                delivery.give_back(tx, one)
    except Exception:
        if len(tried) + len(untried) < 2:
            raise
        log.exception("recording messages failed; recording them one by one")
        parts: list[tuple[list[Tried], list[Delivery]]] = [([each], []) for each in tried]
        parts += [([], [one]) for one in untried]
        _record_apart(database, parts, policy, listeners)


def _record_apart(
    database: Database,
    parts: Iterable[tuple[Sequence[Tried], Sequence[Delivery]]],
    policy: RetryPolicy,
    listeners: tuple[Failed, Heard],
) -> None:
    """Record each part in its own transaction; those that fail keep no other from it."""
    problem: Exception | None = None
    for tried, untried in parts:
        try:
            _record_all(database, tried, untried, policy, listeners)
        except Exception as failure:
            log.exception("recording a message failed")
            problem = failure
    if problem:
        raise problem


def _send(transport: Transport, claimed: Delivery) -> Receipt | SendFailed:
    message = Message(claimed.id, claimed.target, claimed.payload, claimed.may_repeat)
    try:
        return transport.send(message)
    except SendFailed as failure:
        return failure
    except Exception as failure:
        log.exception("a transport failed", extra={"delivery": claimed.id})
        return SendFailed(_why(failure), retryable=True, may_have_arrived=True)


def _record(
    tx: Tx,
    claimed: Delivery,
    policy: RetryPolicy,
    outcome: Receipt | SendFailed,
    failed: Failed,
) -> None:
    if isinstance(outcome, Receipt):
        delivery.settle(tx, claimed, outcome.answer)
        return
    retry_at = next_try(policy, claimed.failures + 1, claimed.owed_at, tx.now)
    log.warning(
        "a delivery failed",
        extra={"delivery": claimed.id, "method": claimed.method, "why": outcome.why},
    )
    if retry_at is None or not outcome.retryable:
        delivery.give_up(tx, claimed, outcome.why)
    else:
        delivery.fail(tx, claimed, outcome.why, retry_at, may_have_arrived=outcome.may_have_arrived)
        if claimed.failures + 1 != FAILURES_TOLD_AT:
            return
    failed(tx, claimed)


def digest_some(
    database: Database,
    inbox: Inbox,
    digesters: Mapping[str, Digester],
    limit: int = DIGEST_ENTRIES_MAX,
) -> Turn:
    """Digest the oldest entries in one transaction. If that fails, each is digested alone, and
    what fails alone is kept as rejected: nothing blocks the rest, nothing is dropped."""
    entries: list[Entry] = []
    try:
        with inbox.take(limit) as taken:
            entries = taken.entries
            if entries:
                _digest(database, taken, digesters)
    except Overtaken:
        return True
    except Exception:
        if not entries:
            raise
        log.exception("a batch failed; digesting its entries one by one")
        for entry in entries:
            yield
            _digest_alone(database, inbox, entry, digesters)
    yield
    return bool(entries)


class _Reading(Struct, frozen=True):
    """What an entry came to, or why it could not be read."""

    entry: Entry
    value: Any = None
    refusal: str = ""


Readers = Mapping[Digester, Callable[[Entry], Any]]


def _read(entry: Entry, digesters: Mapping[str, Digester], readers: Readers) -> _Reading:
    if entry.refused:
        return _Reading(entry, refusal=entry.refused)
    digester = digesters.get(entry.door)
    if digester is None:
        return _Reading(entry, refusal=f"this version has no door {entry.door}")
    try:
        return _Reading(entry, readers[digester](entry))
    except ValueError as failure:
        return _Reading(entry, refusal=str(failure))
    except Exception as failure:
        log.exception("a door's reader failed", extra={"door": entry.door, "entry": entry.id})
        return _Reading(entry, refusal=_why(failure))


def _read_some(
    database: Database, entries: Sequence[Entry], digesters: Mapping[str, Digester]
) -> list[_Reading]:
    """The first entries that are no more work together than one transaction should be long."""
    readings: list[_Reading] = []
    weight = 0.0
    used = {found for entry in entries if (found := digesters.get(entry.door))}
    with ExitStack() as opened:
        readers = {one: opened.enter_context(one.reader(database)) for one in used}
        for portion in _portions(entries):
            read = [_read(entry, digesters, readers) for entry in portion]
            for reading in _recognised(database, read, digesters):
                weight += _weight(reading, digesters)
                if readings and weight > DIGEST_WEIGHT_MAX:
                    return readings
                readings.append(reading)
    return readings


def _weight(reading: _Reading, digesters: Mapping[str, Digester]) -> float:
    return 1 if reading.refusal else digesters[reading.entry.door].weigh(reading.value)


def _portions(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """A few entries at a time: many small ones, or a single large one."""
    portion: list[Entry] = []
    size = 0
    for entry in entries:
        portion.append(entry)
        size += len(entry.body)
        if size > READ_BYTES_AT_ONCE:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _recognised(
    database: Database, readings: Sequence[_Reading], digesters: Mapping[str, Digester]
) -> list[_Reading]:
    known: dict[int, Any] = {}
    for digester, values in _by_digester(readings, digesters).items():
        looked = digester.recognise(database, list(values.values()))
        known.update(zip(values, looked, strict=True))
    return [
        replace(one, value=known[one.entry.id]) if one.entry.id in known else one
        for one in readings
    ]


def _by_digester(
    readings: Sequence[_Reading], digesters: Mapping[str, Digester]
) -> dict[Digester, dict[int, Any]]:
    """What could be read, by entry."""
    values: dict[Digester, dict[int, Any]] = {}
    for reading in readings:
        if not reading.refusal:
            mine = values.setdefault(digesters[reading.entry.door], {})
            mine[reading.entry.id] = reading.value
    return values


def _digest(database: Database, taken: Taken, digesters: Mapping[str, Digester]) -> None:
    readings = _read_some(database, taken.entries, digesters)
    ready = {
        digester: digester.prepare(database, list(values.values()))
        for digester, values in _by_digester(readings, digesters).items()
    }
    with taken.first(len(readings)).digest() as tx:
        for reading in readings:
            if reading.refusal:
                rejected.add(tx, reading.entry, reading.refusal)
        for digester, of_it in ready.items():
            digester.store(tx, of_it)


def _digest_alone(
    database: Database, inbox: Inbox, entry: Entry, digesters: Mapping[str, Digester]
) -> None:
    """Digest one entry or file it as rejected. If the database is what fails, filing fails too:
    the exception goes up and the entry stays in the inbox."""
    why = ""
    for _ in range(_TRIES_ALONE):
        try:
            with inbox.take_one(entry.id) as taken:
                _digest(database, taken, digesters)
        except Overtaken:
            return
        except Exception as failure:  # noqa: BLE001 - it may pass, as a deadlock does
            why = _why(failure)
        else:
            return
    log.error("an entry cannot be digested", extra={"entry": entry.id, "why": why})
    with inbox.take_one(entry.id) as taken, taken.digest() as tx:
        for each in taken.entries:
            rejected.add(tx, each, why)


def sweep_some(database: Database, sweepers: Sequence[Sweeper]) -> Turn:
    """Let each sweeper forget a little; True if there may be more."""
    more = False
    for sweep in sweepers:
        with database.write() as tx:
            more = sweep(tx, SWEEP_ROWS_MAX) >= SWEEP_ROWS_MAX or more
        yield
    return more


def _why(failure: Exception) -> str:
    return f"{type(failure).__name__}: {failure}"
