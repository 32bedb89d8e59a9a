"""The inbox, on both databases: in order, exactly once, whoever fails in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clock import VirtualClock
from tocsin.store import rejected
from tocsin.store.database import Database
from tocsin.store.inbox import Entry, Inbox, Overtaken, open_inbox
from tocsin.store.rejected import BODY_BYTES_MAX


@pytest.fixture
def inbox(database: Database) -> Iterator[Inbox]:
    opened = open_inbox(database)
    yield opened
    opened.close()


def entry(number: int) -> Entry:
    return Entry("test", 1, "app", 1000 + number, f"body {number}".encode(), {"n": str(number)})


def digest(inbox: Inbox, limit: int) -> list[bytes]:
    with inbox.take(limit) as taken, taken.digest():
        return [each.body for each in taken.entries]


def test_entries_come_out_as_they_went_in_and_in_order(inbox: Inbox) -> None:
    inbox.append([entry(1), entry(2)])
    inbox.append([entry(3)])
    with inbox.take(10) as taken, taken.digest():
        assert [each.body for each in taken.entries] == [b"body 1", b"body 2", b"body 3"]
        assert taken.entries[0].meta == {"n": "1"}
        assert taken.entries[0].received_at == 1001
    assert digest(inbox, 10) == []


def test_depth_and_age_tell_what_waits(inbox: Inbox) -> None:
    assert (inbox.depth(), inbox.oldest_received_at()) == (0, 0)
    inbox.append([entry(n) for n in range(5)])
    digest(inbox, 2)
    assert (inbox.depth(), inbox.oldest_received_at()) == (3, 1002)


def test_a_failing_digest_leaves_entries_and_writes_nothing(
    inbox: Inbox, database: Database
) -> None:
    inbox.append([entry(1)])
    with pytest.raises(ZeroDivisionError), inbox.take(1) as taken, taken.digest() as tx:
        rejected.add(tx, taken.entries[0], "never kept")
        _ = 1 / 0
    with database.read() as tx:
        assert rejected.newest(tx, 1, 10) == []
    assert digest(inbox, 1) == [b"body 1"]


def test_one_entry_can_be_taken_alone(inbox: Inbox) -> None:
    inbox.append([entry(1), entry(2)])
    with inbox.take(2) as taken:
        first, second = taken.entries
    with inbox.take_one(first.id) as alone, alone.digest():
        assert alone.entries == [first]
    with inbox.take_one(first.id) as alone:
        assert alone.entries == []
    with inbox.take_one(second.id) as alone:
        assert alone.entries == [second]


def test_digested_entries_are_pruned_and_their_ids_never_come_again(inbox: Inbox) -> None:
    inbox.append([entry(1), entry(2)])
    with inbox.take(2) as taken, taken.digest():
        last = taken.entries[-1].id
    while inbox.prune(1):
        pass
    inbox.checkpoint()
    inbox.append([entry(3)])
    with inbox.take(9) as taken, taken.digest():
        assert [each.body for each in taken.entries] == [b"body 3"]
        assert taken.entries[0].id > last


def test_pruning_spares_what_waits(inbox: Inbox) -> None:
    inbox.append([entry(1), entry(2)])
    digest(inbox, 1)
    inbox.prune(100)
    assert digest(inbox, 10) == [b"body 2"]


def test_what_was_appended_is_there_after_a_restart(inbox: Inbox, database: Database) -> None:
    inbox.append([entry(1), entry(2)])
    digest(inbox, 1)
    reopened = open_inbox(database)
    assert digest(reopened, 10) == [b"body 2"]
    reopened.close()


def test_a_lost_inbox_file_does_not_hide_what_comes_after(
    inbox: Inbox, database: Database, tmp_path: Path
) -> None:
    if not database.is_sqlite:
        return  # Its inbox is no file.
    inbox.append([entry(n) for n in range(5)])
    digest(inbox, 5)
    inbox.close()
    for file in tmp_path.glob("inbox.db*"):
        file.unlink()
    fresh = open_inbox(database)
    fresh.append([entry(7)])
    assert fresh.depth() == 1
    assert digest(fresh, 5) == [b"body 7"]
    fresh.close()


def test_two_engines_never_digest_the_same_entry(inbox: Inbox, database: Database) -> None:
    inbox.append([entry(1), entry(2)])
    with inbox.take(1) as first:
        if database.is_sqlite:
            with inbox.take(1) as second, second.digest():
                assert second.entries == first.entries
            with pytest.raises(Overtaken), first.digest():
                raise AssertionError("digested twice")
        else:
            with inbox.take(2) as second:
                assert [each.body for each in second.entries] == [b"body 2"]


def test_rejected_input_is_kept_with_its_reason_and_bounded(
    database: Database, clock: VirtualClock
) -> None:
    with database.write() as tx:
        rejected.add(tx, entry(1), "not JSON")
    clock.advance(1)
    big = Entry("test", 1, "app", 5, b"x" * (BODY_BYTES_MAX + 1))
    with database.write() as tx:
        rejected.add(tx, big, "too odd")
    with database.read() as tx:
        second, first = rejected.newest(tx, 1, 10)
        assert rejected.newest(tx, 2, 10) == []
    assert (first.reason, first.body, first.meta) == ("not JSON", b"body 1", {"n": "1"})
    assert (second.body_size, len(second.body)) == (BODY_BYTES_MAX + 1, BODY_BYTES_MAX)
    with database.write() as tx:
        assert rejected.sweep(tx, tx.now, 10) == 1


def test_pushed_alerts_are_digested_in_order_by_one_engine_at_a_time(
    inbox: Inbox, database: Database
) -> None:
    if database.is_sqlite:
        pytest.skip("with SQLite everything is digested in order")
    alert, recovery = (
        Entry("standard.alert", 1, "7", number, b"event %d" % number) for number in (1, 2)
    )
    inbox.append([alert, recovery, entry(3)])
    with inbox.take(1) as first:
        assert [each.body for each in first.entries] == [b"event 1"]
        with inbox.take(9) as second:
            assert [each.body for each in second.entries] == [b"body 3"]
        with inbox.take_one(first.entries[0].id + 1) as alone:
            assert alone.entries == []
    assert digest(inbox, 9) == [b"event 1", b"event 2", b"body 3"]
