"""Answers to questions about what applications sent: tables, series over time, counts of values."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, literal_column, select

from tocsin.domain.dql import Node
from tocsin.domain.rum_query import ROWS_DEFAULT, ROWS_MAX, FieldKind, Scope
from tocsin.domain.sql import ANYTHING, Column
from tocsin.domain.sql import Select as Question
from tocsin.kernel.errors import InvalidParameter
from tocsin.store.application import Viewer
from tocsin.store.database import Tx
from tocsin.store.issue_search import visible_applications
from tocsin.store.rum_field import Condition, Field, field_of
from tocsin.store.rum_fields import SOURCES
from tocsin.store.rum_filter import condition

Value = str | int | float | bool | None


class Range(Struct, frozen=True):
    """What a question looks at: rows of applications the viewer may see, in a window (ms, both
    ends included)."""

    account_id: int
    viewer: Viewer
    scope: Scope
    start: int
    end: int
    application_ids: Sequence[str] = ()
    conditions: Sequence[Node] = ()


class Steps(Struct, frozen=True):
    """Points in time `width` ms apart; `offset` ms east of UTC a day begins."""

    width: int
    offset: int = 0


class Answer(Struct, frozen=True):
    """Names of columns, rows of values, and whether there are more rows."""

    columns: list[str]
    rows: list[list[Value]]
    has_more: bool


class _Named(Struct, frozen=True):
    name: str
    column: ColumnElement[Any]


def table(tx: Tx, among: Range, question: Question, steps: Steps | None = None) -> Answer:
    """The rows that a question asks for; with steps, each with the point in time it belongs to
    first. InvalidParameter for what the scope doesn't have."""
    limit = question.limit or (ROWS_MAX - question.offset if steps else ROWS_DEFAULT)
    if limit + question.offset > ROWS_MAX or limit < 0:
        raise InvalidParameter("sql: LIMIT and OFFSET reach {maximum} rows", maximum=ROWS_MAX)
    named = _named(among.scope, question)
    labelled = [each.column.label(f"c{place}") for place, each in enumerate(named)]
    asked: Select[Any] = select(*labelled)
    groups = _groups(question, named)
    if steps is not None:
        if not groups and not _functions(question):
            raise InvalidParameter("sql: a series over time counts something: count(*) AS n")
        asked = asked.add_columns(_point(among.scope, steps).label("point"))
        groups = [*groups, "point"]
    asked = _from(asked, among)
    if groups:
        asked = asked.group_by(*groups)
    asked = _ordered(asked, among, question, named, steps)
    found = tx.tuples(asked.offset(question.offset).limit(limit + 1))
    rows = [[_plain(value) for value in _turned(row, steps)] for row in found[:limit]]
    names = [each.name for each in named]
    return Answer(["time", *names] if steps else names, rows, len(found) > limit)


def values(tx: Tx, among: Range, facet: str, part: str, limit: int) -> list[tuple[Value, int]]:
    """The values of a facet that begin so, with how many rows have each, the most first."""
    source = SOURCES[among.scope]
    _, field = field_of(source, among.scope, facet)
    if not field.is_facet or field.column is None:
        raise InvalidParameter(
            "{field} is no facet; use one of {known}",
            field=facet,
            known=", ".join(name for name, each in source.fields.items() if each.is_facet),
        )
    counted = _from(select(field.column.label("value"), func.count().label("times")), among)
    if part and field.test is not None:
        counted = counted.where(field.test((part, "")))
    ordered = counted.group_by("value").order_by(func.count().desc(), "value").limit(limit)
    return [(_plain(value), int(times)) for value, times in tx.tuples(ordered)]


def _from(asked: Select[Any], among: Range) -> Select[Any]:
    source = SOURCES[among.scope]
    visible = visible_applications(among.account_id, among.viewer, ())
    rules: list[Condition] = [
        source.mine,
        source.account_id == among.account_id,
        source.at.between(among.start, among.end),
        source.application_id.in_(visible),
        *(condition(among.scope, node) for node in among.conditions),
    ]
    if among.application_ids:
        rules.append(source.application_id.in_(list(among.application_ids)))
    return asked.select_from(source.rows).where(*rules)


def _named(scope: Scope, question: Question) -> list[_Named]:
    """The columns asked for; every field that has one where none is named."""
    source = SOURCES[scope]
    if not question.columns:
        if question.group_by:
            raise InvalidParameter("sql: GROUP BY needs columns to show")
        return [
            _Named(name, _shown(field))
            for name, field in source.fields.items()
            if field.column is not None
        ]
    return [_Named(each.name, _column(scope, each)) for each in question.columns]


def _column(scope: Scope, wanted: Column) -> ColumnElement[Any]:
    if wanted.field == ANYTHING:
        return func.count()
    _, field = field_of(SOURCES[scope], scope, wanted.field)
    if field.column is None:
        raise InvalidParameter("{field} can only be compared with =", field=wanted.field)
    shown = _shown(field)
    if not wanted.function:
        return shown
    if wanted.function == "count":
        return func.count(shown.distinct()) if wanted.is_distinct else func.count(shown)
    if field.kind not in (FieldKind.NUMBER, FieldKind.TIME):
        raise InvalidParameter(
            "{field} needs a number, not {value}", field=wanted.function, value=wanted.field
        )
    counted: ColumnElement[Any] = getattr(func, wanted.function)(
        shown.distinct() if wanted.is_distinct else shown
    )
    return counted


def _shown(field: Field) -> ColumnElement[Any]:
    assert field.column is not None
    return field.column if field.scale == 1 else field.column / field.scale


def _functions(question: Question) -> list[Column]:
    return [each for each in question.columns if each.function]


def _groups(question: Question, named: Sequence[_Named]) -> list[str]:
    """The labels that rows are grouped by."""
    plain = {
        each.field.lower(): place
        for place, each in enumerate(question.columns)
        if not each.function
    }
    wanted = {name.lower() for name in question.group_by}
    if wanted - plain.keys():
        raise InvalidParameter(
            "sql: {field} of GROUP BY is no column that is shown", field=min(wanted - plain.keys())
        )
    if (_functions(question) or wanted) and plain.keys() - wanted:
        raise InvalidParameter(
            "sql: {field} has to stand in GROUP BY", field=min(plain.keys() - wanted)
        )
    return [f"c{plain[name]}" for name in sorted(wanted)]


def _point(scope: Scope, steps: Steps) -> ColumnElement[int]:
    at = SOURCES[scope].at
    return at - (at + steps.offset) % steps.width


def _ordered(
    asked: Select[Any],
    among: Range,
    question: Question,
    named: Sequence[_Named],
    steps: Steps | None,
) -> Select[Any]:
    labels = {each.name.lower(): f"c{place}" for place, each in enumerate(named)}
    keys: list[Any] = []
    for sort in question.order_by:
        label = labels.get(sort.name.lower())
        if label is None:
            raise InvalidParameter(
                "sql: {field} of ORDER BY is no column that is shown", field=sort.name
            )
        key = _label(label)
        keys.append(key.desc() if sort.is_descending else key.asc())
    if not keys and steps is not None:
        keys = [_label("point"), *(_label(each) for each in _groups(question, named))]
    if not keys and not question.group_by and not _functions(question):
        keys = [SOURCES[among.scope].at.desc()]
    return asked.order_by(*keys) if keys else asked


def _label(name: str) -> ColumnElement[Any]:
    """A column of the answer by its label, one that we made."""
    return literal_column(name)


def _turned(row: Sequence[Any], steps: Steps | None) -> Sequence[Any]:
    """The row with its point in time first."""
    return (row[-1], *row[:-1]) if steps else row


def _plain(value: Any) -> Value:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, str):
        return str(value)
    plain: int | float | bool | None = value
    return plain
