"""Transactions behave the same on both databases."""

import threading
from pathlib import Path

import pytest
import sqlalchemy
from msgspec import Struct
from sqlalchemy import BigInteger, Column, MetaData, Table, insert, select, update

from tocsin.kernel.site import Site
from tocsin.store.database import Database

numbers = Table("test_number", MetaData(), Column("value", BigInteger, primary_key=True))


class Number(Struct, frozen=True):
    value: int


@pytest.fixture
def table(database: Database) -> Database:
    numbers.create(database.engine)
    return database


def test_a_write_is_read_back(table: Database) -> None:
    with table.write() as tx:
        tx.run(insert(numbers), [{"value": 1}, {"value": 2}])
        assert tx.run(update(numbers).where(numbers.c.value == 2).values(value=2)) == 1
    with table.read() as tx:
        assert tx.rows(select(numbers).order_by("value"), Number) == [Number(1), Number(2)]


def test_raising_leaves_nothing_behind(table: Database) -> None:
    with pytest.raises(ZeroDivisionError), table.write() as tx:
        tx.run(insert(numbers).values(value=1))
        _ = 1 / 0
    with table.read() as tx:
        assert tx.rows(select(numbers), Number) == []


def test_a_read_transaction_refuses_to_write(table: Database) -> None:
    with table.read() as tx, pytest.raises(sqlalchemy.exc.DBAPIError):
        tx.run(insert(numbers).values(value=1))


def test_a_reader_sees_one_snapshot(table: Database) -> None:
    with table.read() as reader:
        assert reader.rows(select(numbers), Number) == []
        with table.write() as tx:
            tx.run(insert(numbers).values(value=1))
        assert reader.rows(select(numbers), Number) == []


def test_now_is_one_instant_in_a_transaction(table: Database) -> None:
    with table.read() as tx:
        before = tx.now
        table.clock.advance(5)  # type: ignore[attr-defined]
        assert tx.now == before
    with table.read() as tx:
        assert tx.now == before + 5000


def test_writers_in_many_threads_lose_nothing(table: Database) -> None:
    with table.write() as tx:
        tx.run(insert(numbers).values(value=0))

    def work() -> None:
        for _ in range(25):
            with table.write() as tx:
                tx.value(select(numbers.c.value).with_for_update())
                tx.run(update(numbers).values(value=numbers.c.value + 1))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with table.read() as tx:
        assert tx.value(select(numbers.c.value)) == 100


def test_the_site_outlives_a_write(table: Database) -> None:
    table.site = Site("https://tocsin.example")
    for _ in range(2):
        with table.write() as tx:
            assert tx.site.public_url == "https://tocsin.example"


def test_what_was_written_is_moved_to_its_place_beside_the_writing(table: Database) -> None:
    path = Path(table.engine.url.database or "")
    with table.write() as tx:
        tx.run(insert(numbers), [{"value": value} for value in range(20_000)])
    before = path.stat().st_size if table.is_sqlite else 0
    table.checkpoint()
    if table.is_sqlite:
        assert path.stat().st_size > before
    with table.read() as tx:
        assert len(tx.rows(select(numbers), Number)) == 20_000


def test_a_hasty_write_is_seen_by_all_and_does_not_wait_for_the_disk(table: Database) -> None:
    asked = "PRAGMA synchronous" if table.is_sqlite else "SHOW synchronous_commit"
    with table.write(hastily=True) as tx:
        tx.run(insert(numbers).values(value=1))
        assert tx.value(sqlalchemy.text(asked)) in (1, "off")
    with table.write() as tx:
        assert tx.value(sqlalchemy.text(asked)) in (2, "on")
        assert tx.rows(select(numbers), Number) == [Number(1)]
