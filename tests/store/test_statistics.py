"""PostgreSQL's planner soon knows of tables that were filled for the first time."""

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from tests.store.test_alert import ALERT, keep
from tocsin.store import statistics
from tocsin.store.database import Database

ANALYSED = text("SELECT last_analyze IS NOT NULL FROM pg_stat_user_tables WHERE relname = 'alert'")


def test_a_table_is_looked_through_when_it_has_its_first_rows(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite plans without looking at rows")
    for number in range(statistics.ROWS_MIN):
        keep(database, replace(ALERT, id=f"a{number}", alert_key=f"disk {number}"))
    with database.write() as tx:
        tx.connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
        assert tx.value(ANALYSED) is False
    with database.write() as tx:
        statistics.gather(tx)
    with database.write() as tx:
        tx.connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
        assert tx.value(ANALYSED) is True
