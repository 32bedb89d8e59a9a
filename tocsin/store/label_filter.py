"""Finding rows by their labels, in the same way for everything that has some.

A wanted value is the text itself, a wildcard (`*`, `?`) or a `/pattern/`. The latter two are
tried, by the same engine on both databases, on the different values a label has, and what they
fit is looked up as if it had been asked for by name.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Select, Table, exists, false, func, literal, select

from tocsin.domain.filter import is_pattern, value_test
from tocsin.kernel.errors import InvalidParameter
from tocsin.store.database import Tx

HEAD_MAX: Final = 128
"""How much of a value is indexed."""
VALUES_TRIED_MAX: Final = 10_000
RARE_MAX: Final = 10_000
"""Up to so many rows are gathered from the labels and then sorted; beyond that the list is read
in its own order and each row asked for its labels, as a page is full soon."""
ANY: Final = "*"


class Labels(Struct, frozen=True):
    """A table of labels, and the key of what they belong to: `owner` here, `key` there."""

    table: Table
    owner: Column[str]
    key: Column[str]


def rows(labels: Mapping[str, str]) -> list[dict[str, str]]:
    """Labels as their tables hold them, beside the key of their owner."""
    return [
        {"name": name, "value": value, "head": value[:HEAD_MAX]} for name, value in labels.items()
    ]


def conditions(
    tx: Tx, account_id: int, labels: Labels, wanted: Mapping[str, Sequence[str]]
) -> Iterator[ColumnElement[bool]]:
    """What rows must meet to have each of these labels with one of its values."""
    for name, values in wanted.items():
        named = _named(labels, account_id, name)
        if ANY not in values:
            fitting = _fitting(tx, named, labels.table, name, values)
            if not fitting:
                yield false()
                continue
            named = named.where(
                labels.table.c.head.in_(sorted({value[:HEAD_MAX] for value in fitting})),
                labels.table.c.value.in_(fitting),
            )
        yield _held(tx, labels, named)


def _named(labels: Labels, account_id: int, name: str) -> Select[Any]:
    table = labels.table
    return select(labels.owner).where(table.c.account_id == account_id, table.c.name == name)


def _held(tx: Tx, labels: Labels, having: Select[Any]) -> ColumnElement[bool]:
    counted = having.with_only_columns(literal(1)).limit(RARE_MAX + 1).subquery()
    if int(tx.value(select(func.count()).select_from(counted))) <= RARE_MAX:
        return labels.key.in_(having)
    return exists(having.where(labels.owner == labels.key))


def _fitting(
    tx: Tx, named: Select[Any], table: Table, name: str, wanted: Sequence[str]
) -> list[str]:
    """The values that are wanted, those behind wildcards and patterns among them."""
    fitting = {value for value in wanted if not is_pattern(value)}
    tests = [value_test(value) for value in wanted if is_pattern(value)]
    if tests:
        known = _values(tx, named, table, name)
        fitting |= {value for value in known if any(test(value) for test in tests)}
    return sorted(fitting)


def _values(tx: Tx, named: Select[Any], table: Table, name: str) -> list[str]:
    """The different values of a label, each found by one step through the index."""
    least = named.with_only_columns(func.min(table.c.head).label("head"))
    found = least.cte("found", recursive=True)
    following = least.where(table.c.head > found.c.head).scalar_subquery()
    found = found.union_all(select(following).where(found.c.head.is_not(None)))
    heads = select(found.c.head).where(found.c.head.is_not(None)).limit(VALUES_TRIED_MAX + 1)
    values = [str(one) for one in tx.values(heads)]
    if len(values) > VALUES_TRIED_MAX:
        raise InvalidParameter(
            "label {name} has more than {maximum} different values; ask for whole values instead "
            "of a pattern",
            name=name,
            maximum=VALUES_TRIED_MAX,
        )
    cut = [value for value in values if len(value) == HEAD_MAX]
    if not cut:
        return values
    whole = named.with_only_columns(table.c.value).where(table.c.head.in_(cut)).distinct()
    return [*(one for one in values if len(one) < HEAD_MAX), *map(str, tx.values(whole))]
