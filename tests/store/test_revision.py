"""What is remembered of settings holds until anybody changes them, in whichever process."""

from collections.abc import Iterator

import pytest

from tests.domain.rules import drop
from tocsin.store import noise_rule as rules
from tocsin.store.database import Database, Tx
from tocsin.store.noise_rule import DROPS

reads: list[int] = []


@pytest.fixture
def elsewhere(database: Database, database_url: str) -> Iterator[Database]:
    """The same database, opened by another process."""
    opened = Database.open(database_url, database.clock, database.ids)
    yield opened
    opened.close()


def names(tx: Tx) -> list[str]:
    def read() -> list[str]:
        reads.append(1)
        return [one.name for one in rules.in_force(tx, DROPS, 1, 2)]

    return tx.remembered("names", read)


def names_in(database: Database) -> list[str]:
    with database.read() as tx:
        return names(tx)


@pytest.mark.usefixtures("_reads_once")
def test_settings_are_read_again_once_somebody_changed_them(
    database: Database, elsewhere: Database
) -> None:
    assert names_in(database) == names_in(database) == []
    assert len(reads) == 1
    with elsewhere.write() as tx:
        rules.add(tx, DROPS, drop(name="first"))
        assert names_in(database) == []
    assert names_in(database) == names_in(database) == ["first"]
    assert len(reads) == 2


@pytest.mark.usefixtures("_reads_once")
def test_a_transaction_that_changes_settings_sees_its_own_and_is_believed_by_nobody(
    database: Database,
) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        assert names(tx) == []
        rules.add(tx, DROPS, drop(name="in vain"))
        assert names(tx) == ["in vain"]
        _ = 1 / 0
    assert names_in(database) == []
    with database.write() as tx:
        assert names(tx) == []


@pytest.fixture
def _reads_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what checks, in every test, that a memory is right."""
    reads.clear()
    monkeypatch.undo()
