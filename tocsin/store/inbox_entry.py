"""What lies in the inbox, and what both inboxes can do."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol

from msgspec import Struct

from tocsin.domain.plugin import PLUGINS, PUSHED
from tocsin.store.database import Tx


class Entry(Struct, frozen=True):
    """A request as it came, on disk before it was answered.

    `door` says which way it came in, `scope` for whom within the account (an application's or an
    integration's id), `meta` what else its digester needs of the request. `id` is 0 until stored
    and grows with the order of arrival. Where `refused` says why a door sent it back, it is only
    kept for people to see.
    """

    door: str
    account_id: int
    scope: str
    received_at: int
    body: bytes
    meta: dict[str, str] = {}
    refused: str = ""
    id: int = 0


IN_ORDER: Final = tuple(known.type for known in PLUGINS if known.category in PUSHED)
"""Doors whose entries build on each other, as a recovery does on its alert: one engine at a time
digests them, oldest first."""

STIRRED: Final = "inbox"
"""What an engine is told when something came."""

TAKEN_BYTES_MAX: Final = 2 * 1024 * 1024
"""No more entries are taken at a time than about this many bytes, though always one."""


class Overtaken(Exception):
    """Another engine digested these entries in the meantime."""


class Taken(Struct, frozen=True):
    """Entries in one's hands. They are gone from the inbox when a `digest()` block ends well,
    together with all that was written in its transaction; else they stay as they were."""

    entries: list[Entry]
    finish: Callable[[Sequence[Entry]], AbstractContextManager[Tx]]

    def digest(self) -> AbstractContextManager[Tx]:
        """The transaction in which they are digested."""
        return self.finish(self.entries)

    def first(self, count: int) -> "Taken":
        """The first of them alone; the others stay in the inbox."""
        return Taken(self.entries[:count], self.finish)


class Inbox(Protocol):
    def append(self, entries: Sequence[Entry]) -> None:
        """Put entries in, in order; on disk when it returns."""
        ...

    def take(self, limit: int) -> AbstractContextManager[Taken]:
        """The oldest entries that no other engine holds. Nothing is locked but on PostgreSQL."""
        ...

    def take_one(self, entry_id: int) -> AbstractContextManager[Taken]:
        """That entry alone, or none if it was digested. On SQLite the ones before it must be."""
        ...

    def depth(self) -> int:
        """About how many entries wait."""
        ...

    def oldest_received_at(self) -> int:
        """When the oldest waiting entry came in; 0 if none waits."""
        ...

    def prune(self, limit: int) -> int:
        """Remove up to `limit` digested entries from the file; how many. The writer's task."""
        ...

    def checkpoint(self) -> None:
        """Move what was appended to its final place, beside the appending."""
        ...

    def close(self) -> None: ...
