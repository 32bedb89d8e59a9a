"""Insert a row, or change or leave the one that is there."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, UpdateBase
from sqlalchemy.dialects import postgresql, sqlite

from tocsin.store.database import Tx


def upsert(tx: Tx, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Have the row of `table` with this `key` hold these `values`, in one statement."""
    names, row = list(key), {**key, **values}
    if tx.dialect == "sqlite":
        tx.run(sqlite.insert(table).values(row).on_conflict_do_update(names, set_=values))
    else:
        tx.run(postgresql.insert(table).values(row).on_conflict_do_update(None, names, set_=values))


def upsert_many(
    tx: Tx, table: Table, key: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Have the table hold these rows, which have different keys, whatever it held by them."""
    tx.run(_upsertion(table, tuple(key), tuple(rows[0]), tx.dialect), rows)


@lru_cache
def _upsertion(
    table: Table, key: tuple[str, ...], names: tuple[str, ...], dialect: str
) -> UpdateBase:
    """The statement that `upsert_many` carries out; building it takes longer than a row does."""
    statement: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    values = {name: statement.excluded[name] for name in names if name not in key}
    made: UpdateBase = statement.on_conflict_do_update(index_elements=list(key), set_=values)
    return made


def add_new(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows whose primary key is not taken."""
    tx.run(_addition(table, tx.dialect), rows)


def add_up(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]], name: str = "count") -> None:
    """Insert rows, adding column `name` to that of the row which has their primary key."""
    tx.run(_summation(table, name, tx.dialect), rows)


@lru_cache
def _addition(table: Table, dialect: str) -> UpdateBase:
    statement: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    made: UpdateBase = statement.on_conflict_do_nothing()
    return made


@lru_cache
def _summation(table: Table, name: str, dialect: str) -> UpdateBase:
    statement: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    key = [column.name for column in table.primary_key]
    total = {name: table.c[name] + statement.excluded[name]}
    made: UpdateBase = statement.on_conflict_do_update(index_elements=key, set_=total)
    return made


def insert_new(tx: Tx, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless its primary key is taken; whether it was not."""
    dialect = sqlite if tx.dialect == "sqlite" else postgresql
    new = dialect.insert(table).values(values).on_conflict_do_nothing()
    return tx.value(new.returning(next(iter(table.primary_key)))) is not None
