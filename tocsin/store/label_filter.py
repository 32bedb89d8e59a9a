"""Finding rows by their labels, in the same way for everything that has some.

A wanted value is the text itself, a wildcard (`*`, `?`) or a `/pattern/`. The beginning of a value
(`High*`) is a range of an index. Other wildcards and patterns are tried, by the same engine on both
databases, on the different values a label has, and what they fit is looked up as if it had been
asked for by name. Where a label has too many values for that, wildcards are tried row by row on
what the other filters leave, and patterns on the values of that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Table,
    Text,
    and_,
    any_,
    false,
    func,
    literal,
    or_,
    select,
)

from tocsin.domain.filter import is_expression, is_pattern, value_test
from tocsin.kernel.errors import InvalidParameter
from tocsin.store import posting
from tocsin.store.database import Tx
from tocsin.store.few import Condition, Narrowed, is_few
from tocsin.store.json_part import value_of

HEAD_MAX: Final = 128
"""How much an index holds of a value."""
BEGINNING_MAX: Final = HEAD_MAX - 16
"""How much it holds of the beginning of a longer one."""
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
    """The postings of labels, and what they lead to: its `key`, and the labels `held` there."""

    table: Table
    key: Column[str]
    held: Column[Any]


def filed(account_id: int, hour: int, labels: Mapping[str, str]) -> list[posting.Key]:
    """The postings' keys of some labels."""
    return [(account_id, hour, name, head_of(value), value) for name, value in labels.items()]


def head_of(value: str) -> str:
    """What stands for a value in an index: itself, or its beginning and a digest of the whole."""
    if len(value) <= HEAD_MAX:
        return value
    return value[:BEGINNING_MAX] + blake2b(value.encode(), digest_size=8).hexdigest()


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
        within = [table.c.account_id == account_id, table.c.name == name]
        if hours is not None:
            within.append(table.c.hour.in_(hours))
        search = _Search(tx, labels, name, within, others)
        fitting = _Fitting() if ANY in values else search.fitting(values)
        if fitting is None:
            return Narrowed((false(),), is_few=True)
        held = value_of(labels.held, name)
        fits = held.is_not(None) if ANY in values else fitting.of(tx, held, held)
        leading = [] if ANY in values else [fitting.of(tx, table.c.value, table.c.head)]
        owners = posting.owners(table, *within, *leading)
        if hours is None or search.is_walked or not is_few(tx, owners):
            found += Narrowed((fits,))
        else:
            found += Narrowed((labels.key.in_(owners), fits), is_few=True)
    return found


class _Fitting(Struct):
    """What a value must meet one of: be one of these, begin with one, be like one."""

    exact: set[str] = set()
    beginnings: list[str] = []
    wildcards: list[str] = []

    def of(
        self, tx: Tx, value: ColumnElement[str], head: ColumnElement[str]
    ) -> ColumnElement[bool]:
        """The same of a value of which an index holds the `head`."""
        found = [_begins(tx, value, head, each) for each in self.beginnings]
        found += [_like(tx, value, each) for each in self.wildcards]
        if self.exact:
            found.append(_among(tx, value, head, self.exact))
        return or_(*found)


class _Search:
    """For the values that a label shall have. `is_walked` once there is no index for them, so
    that they are best found on the way through the list."""

    def __init__(
        self,
        tx: Tx,
        labels: Labels,
        name: str,
        within: Sequence[ColumnElement[bool]],
        others: Sequence[Condition],
    ) -> None:
        self._tx = tx
        self._labels = labels
        self._name = name
        self._within = within
        self._others = others
        self.is_walked = False

    def fitting(self, wanted: Sequence[str]) -> _Fitting | None:
        """What the values must meet, None where none can."""
        exact = {value for value in wanted if not is_pattern(value)}
        beginnings = [each for each in map(_beginning, wanted) if each is not None]
        tried = [value for value in wanted if is_pattern(value) and _beginning(value) is None]
        wildcards: list[str] = []
        if tried:
            values = self._values()
            if values is None:
                self.is_walked = True
                wildcards = [value for value in tried if not is_expression(value)]
                tried = [value for value in tried if is_expression(value)]
                values = self._values_left() if tried else []
            exact |= set(_fit(values, tried))
        if len(exact) > VALUES_TRIED_MAX:
            raise self._too_many(VALUES_TRIED_MAX)
        if not (exact or beginnings or wildcards):
            return None
        return _Fitting(exact, beginnings, wildcards)

    def _values(self) -> list[str] | None:
        """The different values of the label, read off the index but for those it has cut; None
        for too many."""
        table = self._labels.table
        some = select(table.c.head).where(*self._within).distinct().limit(VALUES_TRIED_MAX + 1)
        values = [str(one) for one in self._tx.values(some)]
        if len(values) > VALUES_TRIED_MAX:
            return None
        cut = [value for value in values if len(value) == HEAD_MAX]
        if not cut:
            return values
        whole = select(table.c.value).where(*self._within, _in(self._tx, table.c.head, cut))
        whole_values = self._tx.values(whole.distinct())
        return [*(one for one in values if len(one) < HEAD_MAX), *map(str, whole_values)]

    def _values_left(self) -> list[str]:
        """The different values of the label on what the other filters leave."""
        held = value_of(self._labels.held, self._name)
        left = select(held).where(held.is_not(None), *self._others)
        values = [str(one) for one in self._tx.values(left.distinct().limit(VALUES_LEFT_MAX + 1))]
        if len(values) > VALUES_LEFT_MAX:
            raise self._too_many(VALUES_LEFT_MAX)
        return values

    def _too_many(self, maximum: int) -> InvalidParameter:
        return InvalidParameter(
            "a pattern for label {name} would have to be tried on more than {maximum} different "
            "values; shorten the span of time, name channels, or begin with whole characters and "
            "end with *",
            name=self._name,
            maximum=maximum,
        )


def _begins(
    tx: Tx, value: ColumnElement[str], head: ColumnElement[str], beginning: str
) -> ColumnElement[bool]:
    indexed = beginning[:BEGINNING_MAX]
    fits = and_(head >= indexed, head < indexed + _LAST)
    return fits if indexed == beginning else and_(fits, _like(tx, value, beginning + "*"))


def _like(tx: Tx, value: ColumnElement[str], wildcard: str) -> ColumnElement[bool]:
    """A wildcard in the database's own terms; both know capitals from small letters."""
    if tx.dialect == "sqlite":
        return value.op("GLOB", is_comparison=True)(wildcard.replace("[", "[[]"))
    return value.like(wildcard.translate(_LIKE), escape="\\")


def _among(
    tx: Tx, value: ColumnElement[str], head: ColumnElement[str], values: Iterable[str]
) -> ColumnElement[bool]:
    if head is value:
        return _in(tx, value, sorted(values))
    return _in(tx, head, sorted(map(head_of, values)))


def _in(tx: Tx, of: ColumnElement[str], values: list[str]) -> ColumnElement[bool]:
    if len(values) <= PARAMETERS_MAX:
        return of.in_(values)
    if tx.dialect == "sqlite":
        each = func.json_each(msgspec.json.encode(values).decode()).table_valued("value")
        return of.in_(select(each.c.value))
    return of == any_(literal(values, ARRAY(Text)))


def _beginning(wanted: str) -> str | None:
    """What a value must begin with, for a wildcard that says no more; else None."""
    text = wanted[:-1]
    return text if wanted.endswith("*") and text and not is_pattern(text) else None


def _fit(values: Iterable[str], wanted: Sequence[str]) -> Iterator[str]:
    tests = [value_test(value) for value in wanted]
    return (value for value in values if any(test(value) for test in tests))
