"""Which integration a push key belongs to and where it leads, remembered for a few seconds."""

from typing import Final

from starlette.concurrency import run_in_threadpool

from tocsin.domain.integration import Integration
from tocsin.engine.sight import Sight
from tocsin.kernel.units import SECOND
from tocsin.store import integration as integrations
from tocsin.store.database import Database

REMEMBERED_MS: Final = 5 * SECOND
REMEMBERED_MAX: Final = 10_000


class PushKeys:
    """A key that was taken away, or an integration disabled, is refused within REMEMBERED_MS."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[int, Integration]] = {}
        self._open: dict[tuple[int, int], int] = {}

    async def find(self, key: str) -> Integration | None:
        """The integration of a key, None where there is none."""
        now = self._database.clock.now()
        until, found = self._known.get(key, (0, None))
        if until > now:
            return found
        found = await run_in_threadpool(self._find, key)
        if len(self._known) >= REMEMBERED_MAX:
            self._known.clear()
        if found is None:
            self._known.pop(key, None)
        else:
            self._known[key] = (now + REMEMBERED_MS, found)
        return found

    async def leads_to(self, integration: Integration, channel_id: int) -> bool:
        """Whether there is a channel of this id that the integration may name in its address."""
        now = self._database.clock.now()
        pair = (integration.id, channel_id)
        if self._open.get(pair, 0) > now:
            return True
        found = await run_in_threadpool(self._takes, integration, channel_id)
        if len(self._open) >= REMEMBERED_MAX:
            self._open.clear()
        if found:
            self._open[pair] = now + REMEMBERED_MS
        return found

    def _takes(self, integration: Integration, channel_id: int) -> bool:
        with self._database.read() as tx:
            return Sight(tx, integration.account_id).takes(integration, channel_id) is not None

    def _find(self, key: str) -> Integration | None:
        with self._database.read() as tx:
            return integrations.by_key(tx, key)
