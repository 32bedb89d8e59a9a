"""What PostgreSQL's planner knows of tables that were just filled for the first time.

Knowing nothing of a table it takes an account for one of hundreds, and reads through all that one
has in search of a few keys. Autovacuum would tell it, a minute later or more.
"""

from typing import Final

from sqlalchemy import text

from tocsin.store.database import Tx

ROWS_MIN: Final = 100

_UNKNOWN: Final = text(
    "SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables"
    " WHERE schemaname = current_schema() AND n_live_tup >= :rows"
    " AND last_analyze IS NULL AND last_autoanalyze IS NULL"
)


def gather(tx: Tx) -> None:
    """Look through the tables that have rows and were never looked through."""
    if tx.dialect == "sqlite":
        return
    for (name,) in tx.tuples(_UNKNOWN, {"rows": ROWS_MIN}):
        tx.connection.exec_driver_sql(f"ANALYZE {name}")
