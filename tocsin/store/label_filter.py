"""Finding rows by their labels, in the same way for everything that has some.

A wanted value is the text itself, a wildcard (`*`, `?`) or a `/pattern/`. The latter two are
tried, by the same engine on both databases, on the different values a label has, and what they
fit is looked up as if it had been asked for by name.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Column, Select, Table, exists, false, select

from tocsin.domain.filter import is_pattern, value_test
from tocsin.kernel.errors import InvalidParameter
from tocsin.store.database import Tx
from tocsin.store.few import Narrowed, is_few

HEAD_MAX: Final = 128
"""How much of a value is indexed."""
VALUES_TRIED_MAX: Final = 10_000
ANY: Final = "*"


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
) -> Narrowed:
    """Rows that have each of these labels with one of its values, made in these `hours`.

    None for too many hours.
    """
    found = Narrowed()
    table = labels.table
    for name, values in wanted.items():
        named = select(labels.owner).where(table.c.account_id == account_id, table.c.name == name)
        filed = named if hours is None else named.where(table.c.hour.in_(hours))
        if ANY not in values:
            fitting = _fitting(tx, filed, table, name, values)
            if not fitting:
                return Narrowed((false(),), is_few=True)
            named, filed = _valued(named, table, fitting), _valued(filed, table, fitting)
        if hours is None or not is_few(tx, filed):
            found += Narrowed((exists(named.where(labels.owner == labels.key)),))
        else:
            found += Narrowed((labels.key.in_(filed),), is_few=True)
    return found


def _valued(named: Select[Any], table: Table, values: Sequence[str]) -> Select[Any]:
    heads = sorted({value[:HEAD_MAX] for value in values})
    return named.where(table.c.head.in_(heads), table.c.value.in_(values))


def _fitting(
    tx: Tx, filed: Select[Any], table: Table, name: str, wanted: Sequence[str]
) -> list[str]:
    """The values that are wanted, those behind wildcards and patterns among them."""
    fitting = {value for value in wanted if not is_pattern(value)}
    tests = [value_test(value) for value in wanted if is_pattern(value)]
    if tests:
        known = _values(tx, filed, table, name)
        fitting |= {value for value in known if any(test(value) for test in tests)}
    return sorted(fitting)


def _values(tx: Tx, filed: Select[Any], table: Table, name: str) -> list[str]:
    """The different values of a label, read off the index but for those it has cut."""
    heads = filed.with_only_columns(table.c.head).distinct().limit(VALUES_TRIED_MAX + 1)
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
    whole = filed.with_only_columns(table.c.value).where(table.c.head.in_(cut)).distinct()
    return [*(one for one in values if len(one) < HEAD_MAX), *map(str, tx.values(whole))]
