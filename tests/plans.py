"""How a database means to run a query: the indexes it takes, and what it does beyond them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, text
from sqlalchemy.dialects import postgresql, sqlite

from tocsin.store.database import Database, Tx


def analyse(database: Database) -> None:
    """Have the planner look at what the tables hold."""
    with database.write() as tx:
        tx.connection.execute(text("ANALYZE"))


def plan(
    tx: Tx, statement: Select[Any], parameters: Mapping[str, Any] = MappingProxyType({})
) -> str:
    """The planner's own words about a statement."""
    dialect = sqlite.dialect() if tx.dialect == "sqlite" else postgresql.dialect()
    options = {"literal_binds": True, "render_postcompile": True}
    bound = statement.params(parameters)
    words = str(bound.compile(dialect=dialect, compile_kwargs=options))
    prefix = "EXPLAIN QUERY PLAN " if tx.dialect == "sqlite" else "EXPLAIN "
    rows = tx.connection.exec_driver_sql(prefix + words.replace("%", "%%")).all()
    return "\n".join(str(row[-1]) for row in rows)


def avoid_scans(tx: Tx) -> None:
    """Have the planner read no table whole where it need not, however small it is."""
    if tx.dialect != "sqlite":
        tx.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")


def sorts(words: str) -> bool:
    """Whether rows are sorted after they were found."""
    return "TEMP B-TREE" in words or "Sort" in words
