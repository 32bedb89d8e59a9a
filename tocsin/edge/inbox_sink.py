"""How a batch of entries gets on disk from an event loop."""

from collections.abc import Sequence
from typing import Protocol

from tocsin.store.database import Database
from tocsin.store.inbox import Entry, Inbox


class Sink(Protocol):
    async def write(self, entries: Sequence[Entry]) -> None:
        """On disk when it returns; nothing of it is if it raises."""
        ...

    async def close(self) -> None: ...


class DirectSink:
    """Commits in the loop's own thread. Beside a busy loop, another thread would get the
    interpreter so seldom that it commits many times slower than the disk allows."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def write(self, entries: Sequence[Entry]) -> None:
        self._inbox.append(entries)

    async def close(self) -> None: ...


def sink_of(database: Database, inbox: Inbox) -> Sink:
    """The sink that suits the database."""
    if database.is_sqlite:
        return DirectSink(inbox)
    # On SQLite, 10 MB of a driver that is never called can be spared.
    from tocsin.edge.inbox_copy import CopySink  # noqa: PLC0415 - heavy, see above

    return CopySink(database)
