"""Asking mapping APIs for many events at once, so that none of them holds up the rest.

An answer is remembered for a moment, an API that fails several times in a row is left alone for a
while, and a batch waits for all answers together no longer than a few seconds.
"""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from msgspec import Struct

from tocsin.domain.enrichment import Found
from tocsin.domain.mapping import MappingApi
from tocsin.kernel.units import SECOND
from tocsin.outbound.address import Reach
from tocsin.outbound.deadline import Deadline
from tocsin.outbound.mapping_call import ask
from tocsin.outbound.transport import SendFailed

ASKED_AT_ONCE: Final = 8
BATCH_SECONDS_MAX: Final = 5.0
REMEMBERED_MS: Final = 30 * SECOND
REMEMBERED_MAX: Final = 2_000
FAILURES_MAX: Final = 3
LEFT_ALONE_MS: Final = 30 * SECOND

log = logging.getLogger(__name__)


class Inquiry(Struct, frozen=True):
    """A question to an API. Two of the same `key` have the same answer."""

    api: MappingApi
    key: str
    body: bytes


class _Health(Struct):
    """How an API does: failures in a row, and until when (ms) it is left alone."""

    failures: int = 0
    shut_until: int = 0


class Inquiries:
    """All that one process asks of mapping APIs. `reach` bounds where to."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._lock = threading.Lock()
        self._known: dict[str, tuple[int, Found]] = {}
        self._health: dict[str, _Health] = {}
        self._pool = ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="mapping-api")

    def answers(self, wanted: Sequence[Inquiry], now: int, deadline: Deadline) -> dict[str, Found]:
        """What is known by the deadline, for every key; a Found with `why` where nothing is."""
        found = {one.key: known for one in wanted if (known := self._remembered(one.key, now))}
        asked: dict[str, Future[Found]] = {}
        for one in wanted:
            if one.key not in found and one.key not in asked:
                asked[one.key] = self._pool.submit(self._ask, one, now)
        wait(asked.values(), timeout=deadline.remaining)
        for key, future in asked.items():
            late = not future.done()
            if late:
                future.cancel()
            found[key] = (
                Found(why="no answer before the batch had to go on") if late else future.result()
            )
        return found

    def _remembered(self, key: str, now: int) -> Found | None:
        with self._lock:
            until, found = self._known.get(key, (0, None))
            return found if until > now else None

    def _ask(self, one: Inquiry, now: int) -> Found:
        with self._lock:
            health = self._health.setdefault(one.api.id, _Health())
            if health.shut_until > now:
                return Found(why=f"mapping API {one.api.name} keeps failing and is left alone")
        try:
            found = ask(one.api, one.body, self._reach)
        except SendFailed as failure:
            self._failed(one.api, now)
            return Found(why=f"mapping API {one.api.name}: {failure.why}")
        with self._lock:
            health.failures = 0
            if len(self._known) >= REMEMBERED_MAX:
                self._known.clear()
            self._known[one.key] = (now + REMEMBERED_MS, found)
        return found

    def _failed(self, api: MappingApi, now: int) -> None:
        with self._lock:
            health = self._health[api.id]
            health.failures += 1
            if health.failures >= FAILURES_MAX:
                # One failure more after the pause, and it is left alone again.
                health.shut_until = now + LEFT_ALONE_MS
                log.warning("a mapping API is left alone", extra={"api": api.id})
