"""Insert a row, or change the one that is there."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from tocsin.store.database import Tx


def upsert(tx: Tx, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Have the row of `table` with this `key` hold these `values`, in one statement."""
    names, row = list(key), {**key, **values}
    if tx.dialect == "sqlite":
        tx.run(sqlite.insert(table).values(row).on_conflict_do_update(names, set_=values))
    else:
        tx.run(postgresql.insert(table).values(row).on_conflict_do_update(None, names, set_=values))
