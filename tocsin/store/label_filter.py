"""Finding rows by their labels, in the same way for everything that has some.

A wanted value is the text itself, a wildcard (`*`, `?`) or a `/pattern/`. The beginning of a value
(`High*`) is a range of an index. Other wildcards and patterns are tried, by the same engine on both
databases, on the different values a label has, and what they fit is looked up as if it had been
asked for by name. Where a label has too many values for that, wildcards are tried row by row on
what the other filters leave, and patterns on the values of that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    any_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)

from tocsin.domain.filter import is_expression, is_pattern, value_test
from tocsin.kernel.errors import InvalidParameter
from tocsin.store.database import Tx
from tocsin.store.few import Condition, Narrowed, is_few

HEAD_MAX: Final = 128
"""How much of a value is indexed."""
VALUES_TRIED_MAX: Final = 10_000
VALUES_LEFT_MAX: Final = 50_000
"""How many values patterns are tried on of what the other filters leave."""
PARAMETERS_MAX: Final = 500
"""More values than these go as one parameter: databases take only so many."""
ANY: Final = "*"
# Greater than every text that begins with the same characters.
_LAST: Final = "\U0010ffff"
_LIKE: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_", "*": "%", "?": "_"})


class Labels(Struct, frozen=True):
    """A table of labels, and the key of what they belong to: `owner` here, `key` there."""

    table: Table
    owner: Column[str]
    key: Column[str]


def rows(labels: Mapping[str, str], hour: int, **owner: Any) -> list[dict[str, Any]]:
    """Labels as their tables hold them, beside the key of their owner."""
    return [
        {**owner, "name": name, "value": value, "head": value[:HEAD_MAX], "hour": hour}
        for name, value in labels.items()
    ]


def narrowed(
    tx: Tx,
    account_id: int,
    labels: Labels,
    wanted: Mapping[str, Sequence[str]],
    hours: Sequence[int] | None,
    others: Sequence[Condition],
) -> Narrowed:
    """Rows that have each of these labels with one of its values, made in these `hours`.

    None for too many hours. `others` is what else the rows must meet. InvalidParameter for a
    pattern that would have to be tried on too many values even so.
    """
    found = Narrowed()
    table = labels.table
    for name, values in wanted.items():
        named = select(labels.owner).where(table.c.account_id == account_id, table.c.name == name)
        filed = named if hours is None else named.where(table.c.hour.in_(hours))
        is_walked = False
        if ANY not in values:
            search = _Search(tx, labels, name, others)
            fitting = search.fitting(filed, values)
            if fitting is None:
                return Narrowed((false(),), is_few=True)
            named, filed = named.where(fitting), filed.where(fitting)
            is_walked = search.is_walked
        if hours is None or is_walked or not is_few(tx, filed):
            found += Narrowed((exists(named.where(labels.owner == labels.key)),))
        else:
            found += Narrowed((labels.key.in_(filed),), is_few=True)
    return found


class _Search:
    """For the rows of one label that have a wanted value. `is_walked` once there is no index for
    them, so that they are best found on the way through the list."""

    def __init__(self, tx: Tx, labels: Labels, name: str, others: Sequence[Condition]) -> None:
        self._tx = tx
        self._labels = labels
        self._table = labels.table
        self._name = name
        self._others = others
        self.is_walked = False

    def fitting(self, filed: Select[Any], wanted: Sequence[str]) -> ColumnElement[bool] | None:
        """What the rows of the label must meet, None where none can."""
        exact = {value for value in wanted if not is_pattern(value)}
        tried = [value for value in wanted if is_pattern(value) and _beginning(value) is None]
        found = [self._begins(each) for each in map(_beginning, wanted) if each is not None]
        if tried:
            values = self._values(filed)
            if values is None:
                self.is_walked = True
                found += [self._like(value) for value in tried if not is_expression(value)]
                tried = [value for value in tried if is_expression(value)]
                values = self._values_left() if tried else []
            exact |= set(_fit(values, tried))
        if len(exact) > VALUES_TRIED_MAX:
            raise self._too_many(VALUES_TRIED_MAX)
        found += self._among(exact)
        return or_(*found) if found else None

    def _begins(self, beginning: str) -> ColumnElement[bool]:
        head = self._table.c.head
        if len(beginning) < HEAD_MAX:
            return and_(head >= beginning, head < beginning + _LAST)
        return and_(head == beginning[:HEAD_MAX], self._like(beginning + "*"))

    def _like(self, wildcard: str) -> ColumnElement[bool]:
        """A wildcard in the database's own terms; both know capitals from small letters."""
        value = self._table.c.value
        if self._tx.dialect == "sqlite":
            return value.op("GLOB")(wildcard.replace("[", "[[]"))
        return value.like(wildcard.translate(_LIKE), escape="\\")

    def _values(self, filed: Select[Any]) -> list[str] | None:
        """The different values of the label, read off the index but for those it has cut; None
        for too many."""
        table = self._table
        heads = filed.with_only_columns(table.c.head).distinct().limit(VALUES_TRIED_MAX + 1)
        values = [str(one) for one in self._tx.values(heads)]
        if len(values) > VALUES_TRIED_MAX:
            return None
        cut = [value for value in values if len(value) == HEAD_MAX]
        if not cut:
            return values
        whole = filed.with_only_columns(table.c.value).where(self._in(table.c.head, cut)).distinct()
        whole_values = self._tx.values(whole)
        return [*(one for one in values if len(one) < HEAD_MAX), *map(str, whole_values)]

    def _values_left(self) -> list[str]:
        """The different values of the label on what the other filters leave."""
        table, labels = self._table, self._labels
        of_one = and_(labels.owner == labels.key, table.c.name == self._name)
        left = (
            select(table.c.value)
            .select_from(labels.key.table.join(table, of_one))
            .where(table.c.account_id == labels.key.table.c.account_id, *self._others)
            .distinct()
            .limit(VALUES_LEFT_MAX + 1)
        )
        values = [str(one) for one in self._tx.values(left)]
        if len(values) > VALUES_LEFT_MAX:
            raise self._too_many(VALUES_LEFT_MAX)
        return values

    def _among(self, values: Iterable[str]) -> Iterator[ColumnElement[bool]]:
        wanted = sorted(values)
        if wanted:
            heads = sorted({value[:HEAD_MAX] for value in wanted})
            yield and_(self._in(self._table.c.head, heads), self._in(self._table.c.value, wanted))

    def _in(self, of: Column[str], values: list[str]) -> ColumnElement[bool]:
        if len(values) <= PARAMETERS_MAX:
            return of.in_(values)
        if self._tx.dialect == "sqlite":
            each = func.json_each(msgspec.json.encode(values).decode()).table_valued("value")
            return of.in_(select(each.c.value))
        return of == any_(literal(values, ARRAY(Text)))

    def _too_many(self, maximum: int) -> InvalidParameter:
        return InvalidParameter(
            "a pattern for label {name} would have to be tried on more than {maximum} different "
            "values; shorten the span of time, name channels, or begin with whole characters and "
            "end with *",
            name=self._name,
            maximum=maximum,
        )


def _beginning(wanted: str) -> str | None:
    """What a value must begin with, for a wildcard that says no more; else None."""
    text = wanted[:-1]
    return text if wanted.endswith("*") and text and not is_pattern(text) else None


def _fit(values: Iterable[str], wanted: Sequence[str]) -> Iterator[str]:
    tests = [value_test(value) for value in wanted]
    return (value for value in values if any(test(value) for test in tests))
