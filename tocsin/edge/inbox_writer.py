"""Group commit: requests that arrive together share one transaction and one fsync.

Guarantee: `append` returns when its entry is on disk, and raises Unavailable if it is not. While
one batch is being committed the next one gathers; nothing waits for a batch to fill. Whatever
goes wrong with a batch, everybody who waits for it is answered: hence the broad excepts.
"""

import asyncio
import logging
import shutil
from collections import deque
from pathlib import Path
from time import monotonic
from typing import Final

from msgspec import Struct

from tocsin.edge.inbox_sink import Sink
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.settings import Settings
from tocsin.store.inbox import Entry, Inbox

BATCH_ENTRIES_MAX: Final = 500
BATCH_BYTES_MAX: Final = 8 * 1024 * 1024
GATHERING_MAX: Final = 10_000
_TEND_SECONDS: Final = 0.5
_PRUNED_AT_ONCE: Final = 200

log = logging.getLogger(__name__)


class InboxBounds(Struct, frozen=True):
    """Where the doors begin to refuse: so many undigested entries, fewer free bytes on the disk
    at `folder` (None where the inbox is not on a disk of this machine)."""

    entries_max: int
    disk_free_bytes_min: int = 0
    folder: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> "InboxBounds":
        folder = None if settings.is_postgresql else Path(settings.data_dir)
        return cls(settings.inbox_entries_max, settings.disk_free_mb_min * 1024 * 1024, folder)

    def check_disk(self) -> None:
        """Raises Unavailable where the disk is too full."""
        if self.folder and shutil.disk_usage(self.folder).free < self.disk_free_bytes_min:
            raise Unavailable("the server's disk is nearly full; try again when there is room")

    def check_depth(self, depth: int) -> None:
        """Raises Unavailable where too many entries wait."""
        if depth >= self.entries_max:
            raise Unavailable(
                "the inbox is full with {depth} undigested entries; try again in a minute",
                depth=depth,
            )


class InboxFigures(Struct):
    """What the writer has seen; `age_ms` is of the oldest undigested entry."""

    depth: int = 0
    age_ms: int = 0
    batches: int = 0
    entries: int = 0
    largest_batch: int = 0
    longest_hold_ms: float = 0


class InboxWriter:
    """The one writer of an edge process. `start` and `stop` it with the event loop; stopping
    closes the inbox too."""

    def __init__(self, inbox: Inbox, sink: Sink, bounds: InboxBounds, clock: Clock) -> None:
        self.figures = InboxFigures()
        self._inbox = inbox
        self._sink = sink
        self._bounds = bounds
        self._clock = clock
        self._gathering: deque[tuple[Entry, asyncio.Future[None]]] = deque()
        self._filled = asyncio.Event()
        self._refusal: Unavailable | None = None
        self._writing = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def append(self, entry: Entry) -> None:
        """Put one request in; on disk when this returns. Raises Unavailable if it is not."""
        self._bounds.check_depth(self.figures.depth + len(self._gathering))
        if self._refusal is not None:
            raise Unavailable(self._refusal.template)
        if not self._tasks or len(self._gathering) >= GATHERING_MAX:
            raise Unavailable("too many requests are being written at once; try again shortly")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gathering.append((entry, done))
        self._filled.set()
        await done

    async def start(self) -> None:
        await self._measure()
        self._stopping.clear()
        self._tasks = [
            asyncio.create_task(self._commit()),
            asyncio.create_task(self._keep_tending()),
        ]

    async def stop(self) -> None:
        """Commit what has gathered, then take no more."""
        tasks, self._tasks = self._tasks, []
        while self._gathering or self._writing.locked():
            await self._write_next()
        # Tending ends by itself: a thread of it that still reads must not lose its connection.
        self._stopping.set()
        for task in tasks[:1]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._sink.close()
        self._inbox.close()

    async def _commit(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._gathering:
                await self._write_next()

    async def _write_next(self) -> None:
        async with self._writing:
            batch = self._next_batch()
            if not batch:
                return
            started = monotonic()
            try:
                await self._sink.write([entry for entry, _ in batch])
            except Exception:
                log.exception("a batch of %s could not be written at once", len(batch))
                await self._write_each(batch)
            else:
                _settle(batch)
            self._count(len(batch), (monotonic() - started) * 1000)

    def _count(self, size: int, held_ms: float) -> None:
        figures = self.figures
        figures.batches += 1
        figures.entries += size
        figures.depth += size
        figures.largest_batch = max(figures.largest_batch, size)
        figures.longest_hold_ms = max(figures.longest_hold_ms, held_ms)

    async def _write_each(self, batch: list[tuple[Entry, asyncio.Future[None]]]) -> None:
        """One entry that the database cannot hold must not cost the others theirs."""
        for entry, done in batch:
            try:
                await self._sink.write([entry])
            except Exception:
                log.exception("an entry could not be written", extra={"door": entry.door})
                if not done.done():
                    done.set_exception(
                        Unavailable("the request could not be written to disk; send it again")
                    )
            else:
                _settle([(entry, done)])

    def _next_batch(self) -> list[tuple[Entry, asyncio.Future[None]]]:
        batch: list[tuple[Entry, asyncio.Future[None]]] = []
        size = 0
        while self._gathering and len(batch) < BATCH_ENTRIES_MAX and size < BATCH_BYTES_MAX:
            waiting = self._gathering.popleft()
            size += len(waiting[0].body)
            batch.append(waiting)
        return batch

    async def _keep_tending(self) -> None:
        while not await self._stops_within(_TEND_SECONDS):
            try:
                await self.tend()
            except Exception:
                log.exception("tending the inbox failed; trying again")

    async def _stops_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False

    async def tend(self) -> None:
        """Prune, checkpoint and measure beside the appending."""
        while self._inbox.prune(_PRUNED_AT_ONCE) == _PRUNED_AT_ONCE:
            await asyncio.sleep(0)
        await asyncio.to_thread(self._inbox.checkpoint)
        await self._measure()

    async def _measure(self) -> None:
        depth, oldest = await asyncio.to_thread(_wait, self._inbox)
        self.figures.depth = depth
        self.figures.age_ms = max(0, self._clock.now() - oldest) if oldest else 0
        try:
            self._bounds.check_disk()
            self._refusal = None
        except Unavailable as refusal:
            log.error("the doors refuse: %s", refusal)
            self._refusal = refusal


def _wait(inbox: Inbox) -> tuple[int, int]:
    return inbox.depth(), inbox.oldest_received_at()


def _settle(batch: list[tuple[Entry, asyncio.Future[None]]]) -> None:
    for _, done in batch:
        if not done.done():  # A client that hung up cancelled its own.
            done.set_result(None)
