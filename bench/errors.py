"""Errors end to end: sent by real clients' bytes, accepted, digested, grouped and stored, while
rules of every kind are on."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from time import perf_counter, process_time
from typing import Final, overload
from urllib.parse import urlsplit

from msgspec import Struct

from bench import bundle, corpus, error_rules, floor, load
from bench.product import Product
from bench.report import Figure
from tocsin.sources.source_map import SourceMap

CONCURRENCIES: Final = (1, 8, 32)
"""The burst is three times, and PostgreSQL is compared with, what the last one comes to."""
SCRIPTS: Final = 80
"""Errors of a shipped script beside those recorded."""
BURST: Final = 3
IDLE_SHARE_MAX: Final = 0.15
"""Of a core: what a server computes without anything to do."""
_pause = Event()


class Size(Struct, frozen=True):
    """How many errors are sent at each concurrency, and how long the burst lasts."""

    count: int = 4_000
    seconds: int = 60


QUICK: Final = Size(1_600, 10)


class Pace(Struct, frozen=True):
    """Errors a second: accepted, and grouped and stored; what was computed for each (ms), and the
    answers' p99 (ms)."""

    accepted: float
    stored: float
    computed: float
    p99: float


def measure(product: Product, peer: Product, folder: Path, size: Size) -> Iterator[Figure]:
    """The floor, the product on SQLite at each concurrency and in a burst, and then the `peer`,
    on PostgreSQL with two engines, at the last concurrency."""
    recorded = [*corpus.record(), *bundle.envelopes(SCRIPTS)]
    plain = sum(map(len, recorded)) / len(recorded)
    yield Figure("distinct errors", len(recorded), 300, at_most=False)
    yield Figure("an envelope, JSON", plain / 1024, unit=" KB")
    bare = floor.events_per_second(corpus.Unalike(recorded, size.count), size.count, folder)
    yield Figure("floor: decode, hash, compress, insert", bare, unit="/s")
    sender = Sender(product, recorded)
    sender.warm_up()
    before = product.stored_bytes()
    for concurrency in CONCURRENCIES:
        pace = sender.pace(size.count, concurrency)
        yield from _shown(f"concurrency {concurrency}:", pace, bare)
    yield Figure("memory after the load", product.memory_mb(), 250, unit=" MB")
    stored = (product.stored_bytes() - before) / (size.count * len(CONCURRENCIES))
    yield Figure("stored an event", stored / 1024, 10, unit=" KB")
    yield from _burst(product, sender, pace.stored * BURST, size.seconds)
    product.stop()
    other = Sender(peer, recorded)
    other.warm_up()
    theirs = other.pace(size.count, CONCURRENCIES[-1])
    yield from _shown("PostgreSQL, 2 engines:", theirs, 0)
    share = theirs.stored / pace.stored
    yield Figure("PostgreSQL, 2 engines, over SQLite", share, 0.8, at_most=False)
    yield from _frames()


class Sender:
    """Sends errors to an application of its own that has all rules on, each under an id of its own."""

    def __init__(self, product: Product, recorded: Sequence[bytes]) -> None:
        self._product = product
        self._recorded = recorded
        self._sent = 0
        address = urlsplit(error_rules.settle(product))
        self._path = f"/api{address.path}/envelope/"
        self._headers = (
            "Content-Type: application/x-sentry-envelope\r\nContent-Encoding: gzip\r\n"
            f"X-Sentry-Auth: Sentry sentry_key={address.username}, sentry_version=7"
        )

    def warm_up(self) -> None:
        """Send every error once, so that each has its issue, and wait until nobody is told any more."""
        self.pace(len(self._recorded), 8)
        while self._product.busy_share(seconds=2) > IDLE_SHARE_MAX:
            pass

    def pace(self, count: int, concurrency: int) -> Pace:
        """Send so many, each connection as fast as it is answered, until all are stored."""
        ready = list(self._requests(count))
        started, computed = perf_counter(), self._product.cpu_seconds()
        run = load.drive(self._product.port, ready, count, concurrency)
        if run.refused:
            raise SystemExit(f"{run.refused} of {count} errors were refused")
        self.drain()
        return Pace(
            run.per_second,
            count / (perf_counter() - started),
            (self._product.cpu_seconds() - computed) * 1000 / count,
            run.percentile(0.99),
        )

    def push(self, count: int, per_second: float) -> load.Load:
        """Send so many over 32 connections, however many of them are stored."""
        return load.drive(self._product.port, self._requests(count), count, 32, per_second)

    def drain(self) -> None:
        """Wait until all that was accepted is stored."""
        while self._product.inbox_depth() > 0:
            _pause.wait(0.05)

    def _requests(self, count: int) -> Sequence[bytes]:
        first, self._sent = self._sent, self._sent + count
        bodies = corpus.Unalike(self._recorded, self._sent)
        return _Requests(bodies, first, self._path, self._product.port, self._headers)


class _Requests(Sequence[bytes]):
    """Requests that are made as they are asked for: all of a burst at once would not fit."""

    def __init__(
        self, bodies: Sequence[bytes], first: int, path: str, port: int, headers: str
    ) -> None:
        self._bodies = bodies
        self._first = first
        self._of = (path, port, headers)

    def __len__(self) -> int:
        return len(self._bodies) - self._first

    @overload
    def __getitem__(self, at: int) -> bytes: ...

    @overload
    def __getitem__(self, at: slice) -> list[bytes]: ...

    def __getitem__(self, at: int | slice) -> bytes | list[bytes]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        path, port, headers = self._of
        return load.request(path, port, self._bodies[self._first + at], headers)


def _shown(name: str, pace: Pace, bare: float) -> Iterator[Figure]:
    yield Figure(f"{name} accepted", pace.accepted, unit="/s")
    yield Figure(f"{name} accepted → grouped and stored", pace.stored, unit="/s")
    yield Figure(f"{name} computed for each", pace.computed, unit=" ms")
    if bare:
        yield Figure(f"{name} share of the floor", pace.stored / bare, 0.6, at_most=False)
    bound = 30 if " 8:" in name else None
    yield Figure(f"{name} p99 of the answer", pace.p99, bound, unit=" ms")


def _burst(product: Product, sender: Sender, per_second: float, seconds: int) -> Iterator[Figure]:
    """Three times what can be stored, for a while."""
    watched = _Peak(product)
    count = int(per_second * seconds)
    run = sender.push(count, per_second)
    waiting, began = product.inbox_depth(), perf_counter()
    sender.drain()
    drained = perf_counter() - began
    name = f"burst of {seconds} s:"
    yield Figure(f"{name} wanted", per_second, unit="/s")
    yield Figure(f"{name} accepted", run.per_second, unit="/s")
    yield Figure(f"{name} refused", run.refused, 0)
    yield Figure(f"{name} waiting at its end", waiting)
    yield Figure(f"{name} all stored after another", drained, unit=" s")
    yield Figure(f"{name} most memory", watched.stop(), 400, unit=" MB")


class _Peak:
    """Watches a product's memory until it is asked."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._most = 0.0
        self._over = Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The most it was, in MB."""
        self._over.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            self._most = max(self._most, self._product.memory_mb())


def _frames() -> Iterator[Figure]:
    """A frame of the bundle led back, its map being open."""
    built = bundle.build()
    yield Figure("a source map", len(built.source_map) / 1024 / 1024, unit=" MB")
    opened = SourceMap(built.minified, built.source_map)
    started = process_time()
    for column in built.columns:
        opened.origin(1, column)
    took = (process_time() - started) * 1000 / len(built.columns)
    yield Figure("a frame led back by it, warm", took, 1, unit=" ms")
