"""Parts of JSON columns, in the words of either database.

For rows that an index or an order already led to: nothing is looked for in here.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Text, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class value_of(FunctionElement[str]):
    """`value_of(column, name)`: the text that a JSON object of texts has by a name, or NULL. It
    compares byte by byte, as identifiers do."""

    type = Text()
    inherit_cache = True


@compiles(value_of, "sqlite")
def _in_sqlite(element: value_of, compiler: SQLCompiler, **options: Any) -> str:
    column, name = (compiler.process(each, **options) for each in element.clauses)
    return f"(SELECT value FROM json_each({column}) WHERE key = {name})"  # noqa: S608


@compiles(value_of, "postgresql")
def _in_postgresql(element: value_of, compiler: SQLCompiler, **options: Any) -> str:
    column, name = (compiler.process(each, **options) for each in element.clauses)
    return f'(({column})::json ->> ({name})::text) COLLATE "C"'


class _each_of(FunctionElement[str]):
    """The texts of a JSON array, a row each, as the column `value`."""

    inherit_cache = True


@compiles(_each_of, "sqlite")
def _each_in_sqlite(element: _each_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_each_of, "postgresql")
def _each_in_postgresql(element: _each_of, compiler: SQLCompiler, **options: Any) -> str:
    # Its one column is called `value`, too.
    return f"json_array_elements_text(({compiler.process(element.clauses, **options)})::json)"


def spread(table: Table, column: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The texts in the JSON arrays that a column of some rows holds, a row each."""
    each = _each_of(table.c[column]).table_valued("value")
    return select(each.c.value).select_from(table.join(each, true())).where(*conditions)
