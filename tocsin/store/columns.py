"""Column types that mean the same on SQLite and on PostgreSQL."""

from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import Column, LargeBinary, String, Table, Text, TypeDecorator
from sqlalchemy.engine import Dialect

from tocsin.kernel.text import fold

E = TypeVar("E", bound=StrEnum)
D = TypeVar("D")

Blob = LargeBinary


def identifier(length: int = 32) -> String:
    """Ids compare byte by byte on both databases, so that order and cursors agree."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Choice(TypeDecorator[E], Generic[E]):
    """A StrEnum as its text; reading gives the member back."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__(40)
        self.kind = kind
        self._members = {str(member): member for member in kind}

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self._members[value]


class Document(TypeDecorator[D], Generic[D]):
    """A value of a msgspec type as JSON text. Nothing is looked for inside: what is filtered on
    gets a column or an index of its own, which leads to rows that may be asked then."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._decode = msgspec.json.Decoder(kind).decode
        self._encode = msgspec.json.Encoder().encode

    def process_bind_param(self, value: D | None, dialect: Dialect) -> str | None:
        return None if value is None else self._encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> D | None:
        return None if value is None else self._decode(value)


def fields(table: Table, shape: type[Struct]) -> list[Column[Any]]:
    """The columns that fill `shape`, for tables that hold more than it."""
    return [table.c[name] for name in shape.__struct_fields__]


def containing(text: str) -> str:
    """A LIKE pattern (escape `\\`) for search columns that hold `text` anywhere."""
    folded = fold(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{folded}%"
