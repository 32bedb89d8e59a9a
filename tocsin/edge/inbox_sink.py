"""How a batch of entries gets on disk from an event loop."""

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec
from psycopg import AsyncConnection, OperationalError

from tocsin.store.database import Database
from tocsin.store.inbox import Entry, Inbox
from tocsin.store.inbox_postgres import WAKE_CHANNEL

_COPY: Final = (
    "COPY inbox (received_at, door, account_id, scope, refused, meta, body)"
    " FROM STDIN (FORMAT BINARY)"
)
_TYPES: Final = ["int8", "text", "int8", "text", "text", "text", "bytea"]


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


class CopySink:
    """One COPY and one commit a batch on one PostgreSQL connection, which wakes the engines."""

    def __init__(self, database: Database) -> None:
        url = database.engine.url.set(drivername="postgresql")
        self._conninfo = url.render_as_string(hide_password=False)
        self._connection: AsyncConnection | None = None

    async def write(self, entries: Sequence[Entry]) -> None:
        connection = await self._connected()
        try:
            async with connection.transaction(), connection.cursor() as cursor:
                async with cursor.copy(_COPY) as copy:
                    copy.set_types(_TYPES)
                    for entry in entries:
                        await copy.write_row(_row(entry))
                await cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])
        except OperationalError:
            await self.close()
            raise

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connected(self) -> AsyncConnection:
        if self._connection is None or self._connection.broken:
            connection = await AsyncConnection.connect(self._conninfo, autocommit=True)
            # Whatever the server's default: accepted means on disk.
            await connection.execute("SET synchronous_commit = on")
            self._connection = connection
        return self._connection


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.received_at,
        entry.door,
        entry.account_id,
        entry.scope,
        entry.refused,
        msgspec.json.encode(entry.meta).decode(),
        entry.body,
    )


def sink_of(database: Database, inbox: Inbox) -> Sink:
    """The sink that suits the database."""
    return DirectSink(inbox) if database.is_sqlite else CopySink(database)
