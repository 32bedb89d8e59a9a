"""Which application a key at an error door belongs to, remembered for a few seconds."""

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool

from tocsin.domain.application import Application, ApplicationStatus
from tocsin.kernel.units import SECOND
from tocsin.store import application as applications
from tocsin.store.database import Database, Tx

REMEMBERED_MS: Final = 5 * SECOND
REMEMBERED_MAX: Final = 10_000


class Senders:
    """A deleted application's keys stop working within REMEMBERED_MS."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int | str, tuple[int, Application | None]] = {}

    async def by_dsn(self, project: int, public_key: str) -> Application | None:
        """The enabled application of a DSN, None where number and key do not fit."""
        found = await self._remembered(project, lambda tx: applications.by_project(tx, project))
        return found if found and found.sentry_key == public_key else None

    async def by_token(self, client_token: str) -> Application | None:
        """The enabled application of a RUM SDK's client token."""
        return await self._remembered(
            client_token, lambda tx: applications.by_token(tx, client_token)
        )

    async def _remembered(
        self, key: int | str, find: Callable[[Tx], Application | None]
    ) -> Application | None:
        now = self._database.clock.now()
        until, found = self._known.get(key, (0, None))
        if until <= now:
            found = await run_in_threadpool(self._found, find)
            if len(self._known) >= REMEMBERED_MAX:
                self._known.clear()
            self._known[key] = (now + REMEMBERED_MS, found)
        return found

    def _found(self, find: Callable[[Tx], Application | None]) -> Application | None:
        with self._database.read() as tx:
            found = find(tx)
        return found if found and found.status is ApplicationStatus.ENABLED else None
