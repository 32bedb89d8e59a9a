"""Group commit, on both databases: accepted means on disk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from tocsin.edge.inbox_sink import sink_of
from tocsin.edge.inbox_writer import InboxBounds, InboxWriter
from tocsin.kernel.errors import Unavailable
from tocsin.store.database import Database
from tocsin.store.inbox import Entry, open_inbox

ROOMY = InboxBounds(entries_max=10_000)


def entry(name: str) -> Entry:
    return Entry("test", 1, name, 7, name.encode("utf-8", "replace"), {"k": "ü"})


def kept(database: Database) -> list[str]:
    """What an engine would find."""
    inbox = open_inbox(database)
    with inbox.take(1000) as taken:
        found = [each.scope for each in taken.entries]
    inbox.close()
    return found


@asynccontextmanager
async def writing(database: Database, bounds: InboxBounds = ROOMY) -> AsyncIterator[InboxWriter]:
    inbox = open_inbox(database)
    writer = InboxWriter(inbox, sink_of(database, inbox), bounds, database.clock)
    await writer.start()
    try:
        yield writer
    finally:
        await writer.stop()


def test_what_was_accepted_is_on_disk(database: Database) -> None:
    async def live() -> None:
        async with writing(database) as writer:
            await writer.append(entry("a"))
            assert kept(database) == ["a"]

    asyncio.run(live())


def test_requests_that_arrive_together_share_a_commit(database: Database) -> None:
    names = [f"r{n}" for n in range(100)]

    async def live() -> InboxWriter:
        async with writing(database) as writer:
            await asyncio.gather(*(writer.append(entry(name)) for name in names))
            return writer

    figures = asyncio.run(live()).figures
    assert kept(database) == names
    assert figures.entries == 100
    assert figures.batches < 5
    assert figures.largest_batch > 50
    assert figures.longest_hold_ms > 0


def test_an_entry_that_cannot_be_stored_does_not_cost_the_others(database: Database) -> None:
    async def live() -> list[object]:
        async with writing(database) as writer:
            names = ["a", "lone \ud800 surrogate", "b"]
            return list(
                await asyncio.gather(
                    *(writer.append(entry(name)) for name in names), return_exceptions=True
                )
            )

    first, bad, last = asyncio.run(live())
    assert isinstance(bad, Unavailable)
    assert (first, last) == (None, None)
    assert kept(database) == ["a", "b"]


def test_a_full_inbox_refuses_and_takes_again_when_there_is_room(database: Database) -> None:
    async def live() -> None:
        async with writing(database, InboxBounds(entries_max=3)) as writer:
            for name in "abc":
                await writer.append(entry(name))
            with pytest.raises(Unavailable, match="3 undigested"):
                await writer.append(entry("d"))
            inbox = open_inbox(database)
            with inbox.take(10) as taken, taken.digest():
                assert len(taken.entries) == 3
            inbox.close()
            await writer.tend()
            await writer.append(entry("e"))

    asyncio.run(live())
    assert kept(database) == ["e"]


def test_a_full_disk_refuses(database: Database, tmp_path: Path) -> None:
    async def live() -> None:
        bounds = InboxBounds(10, disk_free_bytes_min=2**62, folder=tmp_path)
        async with writing(database, bounds) as writer:
            with pytest.raises(Unavailable, match="disk"):
                await writer.append(entry("a"))

    asyncio.run(live())
    assert kept(database) == []


def test_stopping_commits_what_has_gathered_and_takes_no_more(database: Database) -> None:
    async def live() -> None:
        async with writing(database) as writer:
            waiting = [asyncio.ensure_future(writer.append(entry(name))) for name in "ab"]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        with pytest.raises(Unavailable):
            await writer.append(entry("late"))

    asyncio.run(live())
    assert kept(database) == ["a", "b"]


def test_what_was_digested_is_pruned_beside_the_writing(database: Database) -> None:
    async def live() -> None:
        async with writing(database) as writer:
            await asyncio.gather(*(writer.append(entry(f"r{n}")) for n in range(300)))
            inbox = open_inbox(database)
            with inbox.take(250) as taken, taken.digest():
                pass
            await writer.tend()
            assert writer.figures.depth == 50
            assert inbox.prune(1000) == 0
            inbox.close()

    asyncio.run(live())
    assert len(kept(database)) == 50


def test_a_lost_connection_is_made_anew(database: Database, database_url: str) -> None:
    if database.is_sqlite:
        return  # There is no connection to lose.

    async def live() -> None:
        async with writing(database) as writer:
            await writer.append(entry("a"))
            with psycopg.connect(database_url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            await writer.append(entry("b"))

    asyncio.run(live())
    database.engine.dispose()
    assert kept(database) == ["a", "b"]
