"""Rows by the hundred, with the driver's own calls: what the digest does to every single event.

A row costs a fraction of what Core takes for it, as each column's conversion is looked up once
and not a statement is built. Columns mean the same as with Core.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from inspect import signature
from operator import itemgetter
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import Boolean, Column, Table
from sqlalchemy.exc import IntegrityError

from tocsin.store.columns import Choice, Document
from tocsin.store.database import Tx

S = TypeVar("S", bound=Struct)

Conversion = Callable[[Any], Any]

_encode = msgspec.json.Encoder().encode


def add(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns; of more than the table has, the rest is left out."""
    if rows:
        names = tuple(name for name in rows[0] if name in table.c)
        add_tuples(tx, table, names, list(map(itemgetter(*names), rows)))


def add_tuples(
    tx: Tx, table: Table, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows that hold these columns (two at least), in this order."""
    if not rows:
        return
    statement, conversions = _insertion(table, names, tx.dialect)
    rows = _converted(rows, conversions)
    if tx.dialect == "sqlite":
        tx.direct_many(statement, rows)
    else:
        _copy(tx, statement, rows)


def change(
    tx: Tx,
    table: Table,
    key: str,
    names: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    added: str = "",
) -> None:
    """Set columns of rows, each row given as its new values, in this order, and its key. Before the
    key comes what is to be added to the column `added`, if one is named."""
    statement, conversions = _changing(table, key, names, added)
    run(tx, statement, _converted(rows, conversions))


def _copy(tx: Tx, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    # A row is a line in a stream; by INSERT each would be a message there and one back.
    try:
        with tx.driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except tx.connection.dialect.loaded_dbapi.IntegrityError as error:
        raise IntegrityError(statement, None, error) from None


def read(tx: Tx, table: Table, shape: type[S], where: str, values: Sequence[Any]) -> list[S]:
    """Rows as a struct. `where` is SQL of our own with a ? for each value; see `among`."""
    statement, conversions = _selection(table, shape, where, tx.dialect)
    rows = list(map(list, tx.direct(statement, tuple(values))))
    for position, convert in conversions:
        for row in rows:
            row[position] = convert(row[position])
    if _is_made_by_name(shape):
        names = shape.__struct_fields__
        return [shape(**dict(zip(names, row, strict=True))) for row in rows]
    return [shape(*row) for row in rows]


def rows(tx: Tx, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What a statement answers. It has a ? for each value."""
    return tx.direct(_marked(statement, tx.dialect), tuple(values))


def run(tx: Tx, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Carry out a statement, with a ? for each value, once for each row."""
    if rows:
        tx.direct_many(_marked(statement, tx.dialect), rows)


def among(tx: Tx, column: str, values: Sequence[str]) -> tuple[str, Any]:
    """A condition that a text column holds one of these values, and the one value it takes.
    The statement is the same however many there are, so that it is prepared once."""
    if tx.dialect == "sqlite":
        condition = f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608
        return condition, _encode(values).decode()
    return f"{column} = ANY(?)", list(values)


def given(tx: Tx, rows: Sequence[tuple[str, ...]]) -> tuple[str, tuple[Any, ...]]:
    """Rows of two or three texts each as a table `given` with the columns `a`, `b` and `c`, and the
    values that takes. As with `among` the statement stays the same."""
    names = "abc"[: len(rows[0]) if rows else 2]
    if tx.dialect == "sqlite":
        columns = (f"json_extract(value, '$[{at}]') AS {name}" for at, name in enumerate(names))
        table = f"(SELECT {', '.join(columns)} FROM json_each(?)) AS given"  # noqa: S608
        return table, (_encode(rows).decode(),)
    arrays = ", ".join("?::text[]" for _ in names)
    found = tuple([row[at] for row in rows] for at in range(len(names)))
    return f"unnest({arrays}) AS given({', '.join(names)})", found


@lru_cache
def _changing(
    table: Table, key: str, names: tuple[str, ...], added: str
) -> tuple[str, tuple[tuple[int, Conversion], ...]]:
    sets = [f"{name} = ?" for name in names]
    if added:
        sets.append(f"{added} = {added} + ?")
    statement = f"UPDATE {table.name} SET {', '.join(sets)} WHERE {key} = ?"  # noqa: S608
    conversions = [(at, _stored(table.c[name])) for at, name in enumerate(names)]
    return statement, tuple((at, each) for at, each in conversions if each)


def _converted(
    rows: Sequence[tuple[Any, ...]], conversions: tuple[tuple[int, Conversion], ...]
) -> Sequence[tuple[Any, ...]]:
    if not conversions or not rows:
        return rows
    columns = list(zip(*rows, strict=True))
    for position, convert in conversions:
        columns[position] = tuple(map(convert, columns[position]))
    return list(zip(*columns, strict=True))


def among_pairs(
    tx: Tx, columns: tuple[str, str], pairs: Sequence[tuple[int, str]]
) -> tuple[str, tuple[Any, ...]]:
    """A condition that a column of numbers and one of text hold one of these pairs together, and
    the values it takes."""
    names = ", ".join(columns)
    if tx.dialect == "sqlite":
        wanted = "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)"
        return f"({names}) IN ({wanted})", (msgspec.json.encode(pairs).decode(),)
    wanted = "SELECT * FROM unnest(?::bigint[], ?::text[])"
    numbers, texts = zip(*pairs, strict=True) if pairs else ((), ())
    return f"({names}) IN ({wanted})", (list(numbers), list(texts))


@lru_cache
def _insertion(
    table: Table, names: tuple[str, ...], dialect: str
) -> tuple[str, tuple[tuple[int, Conversion], ...]]:
    columns = f"{table.name} ({', '.join(names)})"
    if dialect == "sqlite":
        statement = f"INSERT INTO {columns} VALUES ({', '.join('?' * len(names))})"  # noqa: S608
    else:
        statement = f"COPY {columns} FROM STDIN"
    conversions = [(at, _stored(table.c[name])) for at, name in enumerate(names)]
    return statement, tuple((at, each) for at, each in conversions if each)


@lru_cache
def _selection(
    table: Table, shape: type[Struct], where: str, dialect: str
) -> tuple[str, tuple[tuple[int, Conversion], ...]]:
    names = shape.__struct_fields__
    statement = f"SELECT {', '.join(names)} FROM {table.name} WHERE {where}"  # noqa: S608
    conversions = [(at, _loaded(table.c[name])) for at, name in enumerate(names)]
    return _marked(statement, dialect), tuple((at, each) for at, each in conversions if each)


@lru_cache
def _is_made_by_name(shape: type[Struct]) -> bool:
    fields = signature(shape).parameters.values()
    return any(field.kind is field.KEYWORD_ONLY for field in fields)


def _marked(statement: str, dialect: str) -> str:
    return statement if dialect == "sqlite" else statement.replace("?", "%s")


def _stored(column: Column[Any]) -> Conversion | None:
    if isinstance(column.type, Document):
        encode = msgspec.json.Encoder().encode
        return lambda value: None if value is None else encode(value).decode()
    return _text if isinstance(column.type, Choice) else None


def _text(value: StrEnum) -> str:
    # A driver may write the name of an enumeration's member instead.
    return str(value)


def _loaded(column: Column[Any]) -> Conversion | None:
    if isinstance(column.type, Document):
        decode = msgspec.json.Decoder(column.type.kind).decode
        return lambda value: None if value is None else decode(value)
    if isinstance(column.type, Choice):
        return {str(member): member for member in column.type.kind}.__getitem__
    return bool if isinstance(column.type, Boolean) else None
