"""What an edge process writes down now and then, so that no request has to.

Every few seconds: when keys and sessions were last used, and, with several processes on PostgreSQL, that this
one lives.
"""

import asyncio
import logging
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from tocsin.store import credential, rate
from tocsin.store.database import Database

PERIOD_SECONDS: Final = 10
log = logging.getLogger(__name__)


class Upkeep:
    """`processes` is how many edge processes share the rate limits."""

    def __init__(self, database: Database, processes_min: int) -> None:
        self._database = database
        self._processes_min = processes_min
        self._edge_id = database.ids.hex32()
        self._task: asyncio.Task[None] | None = None
        self.processes = processes_min
        self._last_used: dict[str, int] = {}

    def used(self, credential_id: str, instant: int) -> None:
        """Remember that a key or a session was used at that instant."""
        self._last_used[credential_id] = instant

    def turn(self) -> None:
        """Write down what has gathered."""
        used, self._last_used = self._last_used, {}
        if used:
            with self._database.write() as tx:
                credential.touch(tx, used)
        if not self._database.is_sqlite:
            with self._database.write() as tx:
                self.processes = max(self._processes_min, rate.beat(tx, self._edge_id))

    def lease(self, key: str, period_ms: int, start: int, pool: int, wanted: int) -> int:
        """Calls from the pool that all processes share; see RateLimiter."""
        with self._database.write() as tx:
            return rate.lease(tx, key, period_ms, start, pool, wanted)

    async def start(self) -> None:
        await run_in_threadpool(self.turn)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
        await run_in_threadpool(self._last)

    def _last(self) -> None:
        self.turn()
        if not self._database.is_sqlite:
            with self._database.write() as tx:
                rate.leave(tx, self._edge_id)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PERIOD_SECONDS)
            try:
                await run_in_threadpool(self.turn)
            except SQLAlchemyError:
                log.exception("upkeep failed; trying again in %s s", PERIOD_SECONDS)
