"""The migrations lead to exactly the tables the code works with, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from tests.clock import VirtualClock
from tests.conftest import ENGINES
from tests.postgres import create_database
from tocsin.kernel.ids import Ids
from tocsin.store import migration, schema
from tocsin.store.database import Database
from tocsin.store.tables import metadata


@pytest.fixture(params=ENGINES)
def empty(
    request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock, ids: Ids
) -> Database:
    url = (
        f"sqlite:///{tmp_path}/empty.db"
        if request.param == "sqlite"
        else create_database("tocsin_empty")
    )
    return Database.open(url, clock, ids)


def test_migrating_an_empty_database_gives_the_tables_of_the_code(empty: Database) -> None:
    assert schema.pending(empty) == schema.revisions()
    assert schema.migrate(empty) == schema.revisions()
    assert schema.pending(empty) == []
    with empty.read() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    empty.close()
    assert differences == [], "run `make revision`"


def test_migrating_twice_changes_nothing(empty: Database) -> None:
    schema.migrate(empty)
    assert schema.migrate(empty) == []
    empty.close()


def test_revisions_are_counted_in_the_order_they_build_on_each_other() -> None:
    assert schema.revisions() == migration.lineage()


def test_a_database_of_a_newer_version_is_noticed(empty: Database) -> None:
    schema.migrate(empty)
    assert schema.ahead(empty) == ""
    with empty.write() as tx:
        tx.run(text("UPDATE alembic_version SET version_num = '9999'"))
    assert schema.ahead(empty) == "9999"
    empty.close()
