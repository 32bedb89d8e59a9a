"""The inbox beside a SQLite database: a file of its own, so that accepting never waits for work.

One process appends and prunes (the edge), one digests (the engine). Ids grow in the order of
commits, and the main database remembers how far it has digested in the transaction that digests:
an entry takes effect exactly once, whichever process dies when.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, insert, update

from tocsin.store.database import Database, Tx
from tocsin.store.inbox_entry import STIRRED, TAKEN_BYTES_MAX, Entry, Overtaken, Taken
from tocsin.store.tables.engine import inbox_position

_CREATE: Final = """
CREATE TABLE IF NOT EXISTS entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at INTEGER NOT NULL,
  door TEXT NOT NULL,
  account_id INTEGER NOT NULL,
  scope TEXT NOT NULL,
  refused TEXT NOT NULL,
  meta TEXT NOT NULL,
  body BLOB NOT NULL
)"""
_COLUMNS: Final = "received_at, door, account_id, scope, refused, meta, body"
_APPEND: Final = f"INSERT INTO entry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_NEXT: Final = f"SELECT id, {_COLUMNS} FROM entry WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"  # noqa: S608
_POSITION: Final = "SELECT position FROM inbox_position"
_MOVE: Final = update(inbox_position).values(position=bindparam("to"))
_ID_MAX: Final = 2**63 - 1
# A backstop: `checkpoint` does the work before the log grows to 64 MB.
_WAL_PAGES_MAX: Final = 16_000

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, str]).decode


class SqliteInbox:
    """See Inbox. Appending and pruning are for one thread at a time."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self._path = path
        self._writer = _connect(path)
        self._writer.execute(_CREATE)
        self._number_after(self._position())
        self._threads = threading.local()
        # How far this engine digested; that no other got farther is seen when that is written.
        self._reached: int | None = None
        self._opened: list[sqlite3.Connection] = [self._writer]

    def append(self, entries: Sequence[Entry]) -> None:
        rows = [
            (
                entry.received_at,
                entry.door,
                entry.account_id,
                entry.scope,
                entry.refused,
                _encode(entry.meta).decode(),
                entry.body,
            )
            for entry in entries
        ]
        writer = self._writer
        writer.execute("BEGIN IMMEDIATE")
        try:
            writer.executemany(_APPEND, rows)
            writer.execute("COMMIT")
        except BaseException:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            raise
        self._database.bell((STIRRED,))

    @contextmanager
    def take(self, limit: int) -> Iterator[Taken]:
        if self._reached is None:
            self._reached = self._position()
        yield self._taken(self._reached, _ID_MAX, limit)

    @contextmanager
    def take_one(self, entry_id: int) -> Iterator[Taken]:
        yield self._taken(self._position(), entry_id, 1)

    def _taken(self, after: int, last: int, limit: int) -> Taken:
        entries: list[Entry] = []
        size = 0
        for row in self._reader().execute(_NEXT, (after, last, limit)):
            size += len(row[7])
            if entries and size > TAKEN_BYTES_MAX:
                break
            entries.append(_entry(row))
        return Taken(entries, lambda done: self._digest(after, done))

    @contextmanager
    def _digest(self, after: int, done: Sequence[Entry]) -> Iterator[Tx]:
        with self._database.write() as tx:
            if _position(tx) != after:
                self._reached = None
                raise Overtaken
            yield tx
            if done:
                _move(tx, done[-1].id)
        self._reached = done[-1].id if done else after

    def depth(self) -> int:
        newest = self._reader().execute("SELECT max(id) FROM entry").fetchone()[0] or 0
        return max(0, int(newest) - self._position())

    def oldest_received_at(self) -> int:
        found = self._reader().execute(
            "SELECT received_at FROM entry WHERE id > ? ORDER BY id LIMIT 1", (self._position(),)
        )
        row = found.fetchone()
        return 0 if row is None else int(row[0])

    def prune(self, limit: int) -> int:
        return self._writer.execute(
            "DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE id <= ? LIMIT ?)",
            (self._position(), limit),
        ).rowcount

    def checkpoint(self) -> None:
        self._reader().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        for connection in self._opened:
            connection.close()

    def _position(self) -> int:
        with self._database.read() as tx:
            return _position(tx)

    def _number_after(self, position: int) -> None:
        """Give new entries ids behind what was digested, though the file is new or from a backup:
        an id from before would pass for digested and be lost."""
        sequence = "SELECT seq FROM sqlite_sequence WHERE name = 'entry'"
        self._writer.execute("BEGIN IMMEDIATE")
        last = self._writer.execute(sequence).fetchone()
        if position > (last[0] if last else 0):
            self._writer.execute("DELETE FROM sqlite_sequence WHERE name = 'entry'")
            self._writer.execute("INSERT INTO sqlite_sequence VALUES ('entry', ?)", (position,))
        self._writer.execute("COMMIT")

    def _reader(self) -> sqlite3.Connection:
        """This thread's own connection, so that reading waits for nobody."""
        found: Any = getattr(self._threads, "connection", None)
        if found is None:
            found = self._threads.connection = _connect(self._path)
            self._opened.append(found)
        connection: sqlite3.Connection = found
        return connection


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(
        id=row[0],
        received_at=row[1],
        door=row[2],
        account_id=row[3],
        scope=row[4],
        refused=row[5],
        meta=_decode(row[6]),
        body=row[7],
    )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    # NORMAL would lose accepted events in a power cut.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint={_WAL_PAGES_MAX}")
    return connection


def _position(tx: Tx) -> int:
    found = tx.direct(_POSITION, ())
    return int(found[0][0]) if found else 0


def _move(tx: Tx, position: int) -> None:
    if not tx.connection.execute(_MOVE, {"to": position}).rowcount:
        tx.run(insert(inbox_position).values(position=position))
