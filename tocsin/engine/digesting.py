"""The engine's turn at the inbox: what doors accepted becomes what they said, a batch at a time."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.timer import Timer
from tocsin.engine.handling import Digester, TimerHandler, Together
from tocsin.engine.loop import Turn, why_of
from tocsin.store import rejected, timer
from tocsin.store.database import Database, PartFailed, Tx
from tocsin.store.inbox import Entry, Inbox, Overtaken, Taken

DIGEST_ENTRIES_MAX: Final = 256
DIGEST_WEIGHT_MAX: Final = 300
_WEIGHT_EXCESS_MAX: Final = 1.25
"""A little more than is meant is taken along, as what was read and is not taken is read again."""
READ_BYTES_AT_ONCE: Final = 128 * 1024
FIRED_AT_ONCE_MAX: Final = 16
_TRIES_ALONE: Final = 3

log = logging.getLogger(__name__)


def digest_some(
    database: Database,
    inbox: Inbox,
    digesters: Mapping[str, Digester],
    limit: int = DIGEST_ENTRIES_MAX,
    timers: Mapping[str, TimerHandler] = {},
) -> Turn:
    """Digest the oldest entries in one transaction, and fire a few of the `timers` that this makes
    due. If that fails, each is digested alone, and what fails alone is kept as rejected: nothing
    blocks the rest, nothing is dropped."""
    entries: list[Entry] = []
    try:
        with inbox.take(limit) as taken:
            entries = taken.entries
            if entries:
                _digest(database, taken, digesters, timers)
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
        return _Reading(entry, refusal=why_of(failure))


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
                if readings and weight > _WEIGHT_EXCESS_MAX * DIGEST_WEIGHT_MAX:
                    return readings
                readings.append(reading)
            if weight > DIGEST_WEIGHT_MAX:
                return readings
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


def _digest(
    database: Database,
    taken: Taken,
    digesters: Mapping[str, Digester],
    timers: Mapping[str, TimerHandler] = {},
) -> None:
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
        _fire_just_set(tx, timers)


def _fire_just_set(tx: Tx, handlers: Mapping[str, TimerHandler]) -> None:
    """Fire what this transaction itself made due, if that is not much: people are told of a new
    problem as it becomes known. What fails or is too much is left to be fired by itself."""
    due: dict[tuple[str, int], list[Timer]] = {}
    for one in timer.just_set(tx, FIRED_AT_ONCE_MAX):
        due.setdefault((one.kind, one.account_id), []).append(one)
    for (kind, _), found in due.items():
        handler = handlers.get(kind)
        if handler and handler.together:
            with suppress(PartFailed):
                tx.part(partial(_claim_and_fire, tx, found, handler.together))


def _claim_and_fire(tx: Tx, found: Sequence[Timer], together: Together) -> None:
    together.fire(tx, [one for one in found if timer.claim(tx, one)])


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
            why = why_of(failure)
        else:
            return
    log.error("an entry cannot be digested", extra={"entry": entry.id, "why": why})
    with inbox.take_one(entry.id) as taken, taken.digest() as tx:
        for each in taken.entries:
            rejected.add(tx, each, why)
