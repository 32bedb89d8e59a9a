"""A batch of entries into PostgreSQL from an event loop."""

from collections.abc import Sequence
from typing import Final

import msgspec
from psycopg import AsyncConnection, OperationalError

from tocsin.store.database import Database
from tocsin.store.doorbell import CHANNEL
from tocsin.store.inbox import Entry
from tocsin.store.inbox_entry import STIRRED

_COPY: Final = (
    "COPY inbox (received_at, door, account_id, scope, refused, meta, body)"
    " FROM STDIN (FORMAT BINARY)"
)
_TYPES: Final = ["int8", "text", "int8", "text", "text", "text", "bytea"]


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
                await cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, STIRRED])
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
