"""What a field of questions is made of: its column, and how values are compared with it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, FromClause, func

from tocsin.domain.rum_query import FieldKind, Scope
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.text import fold

Condition = ColumnElement[bool]
Test = Callable[[tuple[str, ...]], Condition]
NANOSECONDS: Final = 1_000_000
TAGS: Final = "tags."


class Field(Struct, frozen=True):
    """A field: its column, which holds `scale` times what is shown, and for a duration `per_ms` to
    a millisecond; `test` compares it with the pieces of a word in a way of its own. A facet's
    values are few enough to be counted."""

    kind: FieldKind
    column: ColumnElement[Any] | None = None
    scale: int = 1
    per_ms: int = 1
    is_facet: bool = False
    test: Test | None = None


class Source(Struct, frozen=True):
    """Where a scope is read: rows, the conditions that make them its own, whose they are and when
    they happened, its fields, and the text that bare words are looked for in, unless `said` knows how. `tagged` makes fields of
    what stands behind `tags.`."""

    rows: FromClause
    mine: Condition
    account_id: ColumnElement[int]
    application_id: ColumnElement[str]
    at: ColumnElement[int]
    fields: Mapping[str, Field]
    text: ColumnElement[str]
    aliases: Mapping[str, str] = {}
    said: Test | None = None
    tagged: Callable[[str], Field] | None = None


def pattern(pieces: tuple[str, ...]) -> str:
    """A LIKE pattern (escape `\\`) of pieces with anything between them."""
    return "%".join(
        fold(piece).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        if piece.strip()
        else piece
        for piece in pieces
    )


def text_test(column: ColumnElement[Any]) -> Test:
    """Equal to the whole value, or like it where there are wildcards; case does not matter."""

    def compare(pieces: tuple[str, ...]) -> Condition:
        if len(pieces) == 1:
            return func.lower(column) == pieces[0].lower()
        return func.lower(column).like(pattern(pieces), escape="\\")

    return compare


def field_of(source: Source, scope: Scope, name: str) -> tuple[str, Field]:
    """A field by any of its names: `error.type`, `@error.type`, `issue.error_type`."""
    own = name.removeprefix("@").removeprefix(f"{scope}.")
    if source.tagged and own.startswith(TAGS):
        return own, source.tagged(own.removeprefix(TAGS))
    plain = own.lower().replace(".", "_")
    for candidate in (name.removeprefix("@").lower().replace(".", "_"), plain):
        found = source.aliases.get(candidate, candidate)
        if found in source.fields:
            return found, source.fields[found]
    raise InvalidParameter(
        "{field} is not a field of {scope}s; use one of {known}",
        field=name,
        scope=scope,
        known=", ".join(sorted(source.fields)),
    )


def text(column: ColumnElement[Any], *, is_facet: bool = False) -> Field:
    """A text, compared without regard to case."""
    return Field(FieldKind.TEXT, column, is_facet=is_facet, test=text_test(column))


def facet(column: ColumnElement[Any]) -> Field:
    """A text with few values."""
    return text(column, is_facet=True)


def number(column: ColumnElement[Any], scale: int = 1) -> Field:
    """A number."""
    return Field(FieldKind.NUMBER, column, scale)


def nanoseconds(column: ColumnElement[int]) -> Field:
    """A duration that is shown in ms."""
    return Field(FieldKind.NUMBER, column, NANOSECONDS, NANOSECONDS)


def time(column: ColumnElement[Any]) -> Field:
    """An instant."""
    return Field(FieldKind.TIME, column)


def flag(column: ColumnElement[bool]) -> Field:
    """True or false."""

    def test(pieces: tuple[str, ...]) -> Condition:
        return column.is_(pieces[0].lower() in ("true", "1"))

    return Field(FieldKind.BOOLEAN, column, is_facet=True, test=test)


def choice(column: ColumnElement[Any], members: type[Any]) -> Field:
    """One of the members of an enumeration."""

    def test(pieces: tuple[str, ...]) -> Condition:
        return column.in_([each for each in members if fits(each, pieces)])

    return Field(FieldKind.TEXT, column, is_facet=True, test=test)


def fits(word: str, pieces: tuple[str, ...]) -> bool:
    """Whether a word reads as these pieces."""
    folded = [piece.lower() for piece in pieces]
    if len(folded) == 1:
        return word.lower() == folded[0]
    return word.lower().startswith(folded[0]) and word.lower().endswith(folded[-1])
