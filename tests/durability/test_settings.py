"""What was acknowledged must survive a power cut: the settings that see to it."""

import asyncio
import sqlite3
from pathlib import Path

import psycopg

from tests.clock import VirtualClock
from tocsin.edge.inbox_copy import CopySink
from tocsin.kernel.ids import Ids
from tocsin.store.database import Database
from tocsin.store.durability import gaps
from tocsin.store.inbox import open_inbox
from tocsin.store.inbox_sqlite import SqliteInbox

OFF_ON_PURPOSE = {"fsync", "full_page_writes"}
"""The tests' own PostgreSQL has these off for speed, which `gaps` must notice."""


def test_every_commit_is_flushed(database: Database) -> None:
    found = gaps(database)
    if database.is_sqlite:
        assert found == []
    else:
        assert len(found) == len(OFF_ON_PURPOSE)
        assert all(any(name in gap for gap in found) for name in OFF_ON_PURPOSE)


def test_the_sqlite_inbox_flushes_every_commit(database: Database) -> None:
    if not database.is_sqlite:
        return
    inbox = open_inbox(database)
    assert isinstance(inbox, SqliteInbox)
    for connection in (inbox._writer, inbox._reader()):
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    inbox.close()


def test_a_careless_default_of_postgresql_is_overruled(
    database: Database, database_url: str, clock: VirtualClock, ids: Ids
) -> None:
    if database.is_sqlite:
        return  # It has no defaults of a server.
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER DATABASE tocsin_test SET synchronous_commit = off")
    opened = Database.open(database_url, clock, ids)
    assert not any("before a commit" in gap for gap in gaps(opened))

    async def shown() -> str:
        sink = CopySink(opened)
        connection = await sink._connected()
        row = await (await connection.execute("SHOW synchronous_commit")).fetchone()
        await sink.close()
        assert row is not None
        return str(row[0])

    assert asyncio.run(shown()) == "on"
    opened.close()


def test_a_database_without_a_log_is_noticed(tmp_path: Path, clock: VirtualClock, ids: Ids) -> None:
    opened = Database.open(f"sqlite:///{tmp_path}/t.db", clock, ids)
    with opened.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("PRAGMA synchronous=NORMAL")
        driver.execute("PRAGMA journal_mode=DELETE")
    assert len(gaps(opened)) == 2
    opened.close()
