"""The pool of calls that several edge processes share."""

import threading

from tests.clock import START, VirtualClock
from tocsin.store import rate
from tocsin.store.database import Database


def test_a_pool_gives_no_more_than_it_holds(database: Database) -> None:
    def take(wanted: int) -> int:
        with database.write() as tx:
            return rate.lease(tx, "key:1:/a", 1000, START, 26, wanted)

    assert [take(10), take(10), take(10), take(10)] == [10, 10, 6, 0]


def test_processes_that_take_at_once_do_not_take_twice(database: Database) -> None:
    taken: list[int] = []

    def take() -> None:
        for _ in range(10):
            with database.write() as tx:
                taken.append(rate.lease(tx, "key:1:/a", 1000, START, 25, 1))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 25


def test_processes_count_each_other_while_they_live(
    database: Database, clock: VirtualClock
) -> None:
    def beat(edge_id: str) -> int:
        with database.write() as tx:
            return rate.beat(tx, edge_id)

    assert [beat("a"), beat("b"), beat("a")] == [1, 2, 2]
    clock.advance(31)
    assert beat("a") == 1
    with database.write() as tx:
        rate.leave(tx, "a")
    assert beat("b") == 1
