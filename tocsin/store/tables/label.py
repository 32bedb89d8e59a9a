"""What things are found by: tables of postings (store/posting.py)."""

from typing import Any

from sqlalchemy import BigInteger, Column, Table, Text

from tocsin.store.columns import identifier
from tocsin.store.tables.base import metadata


def postings(name: str, *key: Column[Any], more: tuple[Column[Any], ...] = ()) -> Table:
    """A table that leads from a key, and `more` that goes with it, to rows of another."""
    return Table(
        name,
        metadata,
        Column("account_id", BigInteger, primary_key=True, autoincrement=False),
        Column("hour", BigInteger, primary_key=True, autoincrement=False),
        *key,
        *more,
        Column("first", identifier(), primary_key=True),
        Column("last", identifier(), nullable=False),
        Column("owners", Text, nullable=False),
        sqlite_with_rowid=False,
    )


def label_postings(name: str) -> Table:
    """A table that leads from labels to what has them. `head` stands for the value where an
    index can hold only so much of it."""
    return postings(
        name,
        Column("name", identifier(255), primary_key=True),
        Column("head", identifier(128), primary_key=True),
        more=(Column("value", Text, nullable=False),),
    )
