"""Which integration a mail address leads to, remembered for a few seconds."""

from typing import Final

from starlette.concurrency import run_in_threadpool

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import EMAIL
from tocsin.kernel.units import SECOND
from tocsin.store import integration as integrations
from tocsin.store.database import Database

REMEMBERED_MS: Final = 5 * SECOND
REMEMBERED_MAX: Final = 10_000
NAME_MAX: Final = 64


class MailAddresses:
    """An address is an integration's key or prefix, before the `@`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[int, Integration]] = {}

    async def find(self, name: str) -> Integration | None:
        """The integration that takes mail to this name, None where there is none."""
        if not 0 < len(name) <= NAME_MAX or "\0" in name:
            return None
        now = self._database.clock.now()
        until, known = self._known.get(name, (0, None))
        if until > now:
            return known
        found = await run_in_threadpool(self._find, name)
        if len(self._known) >= REMEMBERED_MAX:
            self._known.clear()
        if found is None:
            self._known.pop(name, None)
        else:
            self._known[name] = (now + REMEMBERED_MS, found)
        return found

    def _find(self, name: str) -> Integration | None:
        with self._database.read() as tx:
            found = integrations.by_key(tx, name) or integrations.by_mail_prefix(tx, name)
        return found if found is not None and found.plugin_id == EMAIL.id else None
