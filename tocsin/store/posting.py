"""Which rows a key leads to, packed: those that are filed together under one key share a row.

A table of postings holds an account, an hour and a key; `owners`, the ids it leads to, in their
order; and `first` and `last` of them. The hundred alerts of a push share most of their labels and
words, so that a label or a word costs a row for all of them instead of one for each.

Nothing is taken out when a row changes, as a finder asks the rows themselves, too; only what is
erased is gone from here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, Table, and_, delete, or_, select, update

from tocsin.store import bulk
from tocsin.store.database import Tx
from tocsin.store.json_part import spread
from tocsin.store.upsert import add_new, insert_new

T = TypeVar("T")

Key: TypeAlias = tuple[Any, ...]
"""What the columns before `first` hold, in their order: account, hour and so on."""

OWNERS_MAX: Final = 100
ERASED_AT_ONCE: Final = 20
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(list[str]).decode


def add(tx: Tx, table: Table, filed: Iterable[tuple[Key, str]]) -> None:
    """Have keys lead to new rows, which nothing leads to yet."""
    together: dict[Key, list[str]] = {}
    for key, owner in filed:
        together.setdefault(key, []).append(owner)
    rows = [
        (*key, some[0], some[-1], _encode(some).decode())
        for key, found in together.items()
        for some in _portions(sorted(found), OWNERS_MAX)
    ]
    # In the order of the key, what is written together is near to each other.
    bulk.add_tuples(tx, table, tuple(table.c.keys()), sorted(rows))


def add_late(tx: Tx, table: Table, keys: Iterable[Key], owner: str) -> None:
    """Have keys lead to a row that others lead to already."""
    for key in keys:
        row = (*key, owner, owner, _encode([owner]).decode())
        insert_new(tx, table, dict(zip(table.c.keys(), row, strict=True)))


def add_late_many(tx: Tx, table: Table, filed: Iterable[tuple[Key, str]]) -> None:
    """Have each key lead to a row that others may lead to already."""
    names = table.c.keys()
    rows = [
        dict(zip(names, (*key, owner, owner, _encode([owner]).decode()), strict=True))
        for key, owner in filed
    ]
    if rows:
        add_new(tx, table, rows)


def erase(tx: Tx, table: Table, account_id: int, hours: Mapping[str, int]) -> None:
    """Have nothing lead to these rows any more, each given with the hour it is filed under."""
    for some in _portions(list(hours.items()), ERASED_AT_ONCE):
        spans = [
            and_(table.c.hour == hour, table.c.first <= owner, table.c.last >= owner)
            for owner, hour in some
        ]
        near = select(table).where(table.c.account_id == account_id, or_(*spans))
        for row in tx.connection.execute(near.with_for_update()).all():
            _erase(tx, table, row._asdict(), {owner for owner, _ in some})


def _erase(tx: Tx, table: Table, row: Mapping[str, Any], gone: set[str]) -> None:
    held = _decode(row["owners"])
    left = [one for one in held if one not in gone]
    mine = and_(*(column == row[column.name] for column in table.primary_key))
    if not left:
        tx.run(delete(table).where(mine))
    elif left != held:
        tx.run(update(table).where(mine).values(owners=_encode(left).decode()))


def owners(table: Table, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The ids that postings lead to, a row each. Some may come twice, and some rows may have changed
    since: ask the rows themselves, too."""
    return spread(table, "owners", *conditions)


def _portions(some: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    return (some[at : at + most] for at in range(0, len(some), most))
