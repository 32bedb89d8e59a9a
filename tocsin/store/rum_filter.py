"""Conditions of both query languages as SQL over the columns of a scope."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from tocsin.domain.dql import All, Either, Match, Node, Not, Quantity, Range
from tocsin.domain.rum_query import FieldKind, Scope
from tocsin.kernel.errors import InvalidParameter
from tocsin.store.rum_field import Condition, Field, field_of, pattern
from tocsin.store.rum_fields import SOURCES


def condition(scope: Scope, node: Node) -> Condition:
    """A tree as SQL; InvalidParameter for fields and values that the scope doesn't have."""
    match node:
        case All(nodes):
            return and_(true(), *(condition(scope, each) for each in nodes))
        case Either(nodes):
            return or_(false(), *(condition(scope, each) for each in nodes))
        case Not(inner):
            return not_(condition(scope, inner))
        case Match(field, pieces):
            return _match(scope, field, pieces)
        case Range():
            return _range(scope, node)


def _match(scope: Scope, name: str, pieces: tuple[str, ...]) -> Condition:
    source = SOURCES[scope]
    if not name and source.said:
        return source.said(pieces)
    if not name:
        return source.text.like(f"%{pattern(pieces)}%", escape="\\")
    _, field = field_of(source, scope, name)
    if field.test is not None:
        return field.test(pieces)
    return _column(field, name) == _number(name, pieces) * field.scale


def _range(scope: Scope, node: Range) -> Condition:
    _, field = field_of(SOURCES[scope], scope, node.field)
    if field.kind not in (FieldKind.NUMBER, FieldKind.TIME):
        raise InvalidParameter("{field} is compared with text, not with a number", field=node.field)
    column = _column(field, node.field)
    bounds: list[Condition] = []
    if node.least is not None:
        least = _scaled(node.least, field)
        bounds.append(column > least if node.is_strict else column >= least)
    if node.most is not None:
        most = _scaled(node.most, field)
        bounds.append(column < most if node.is_strict else column <= most)
    return and_(true(), *bounds)


def _column(field: Field, name: str) -> ColumnElement[Any]:
    if field.column is None:
        raise InvalidParameter("{field} can only be compared with =", field=name)
    return field.column


def _scaled(quantity: Quantity, field: Field) -> float:
    """In the column's unit; what was written with a unit is in ms."""
    return quantity.value * (field.per_ms if quantity.has_unit else field.scale)


def _number(name: str, pieces: tuple[str, ...]) -> float:
    try:
        return float("*".join(pieces))
    except ValueError:
        raise InvalidParameter(
            "{field} needs a number, not {value}", field=name, value="*".join(pieces)
        ) from None
