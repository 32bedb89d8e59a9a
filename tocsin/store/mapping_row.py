"""Rows of mapping schemas, by generation."""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, delete, func, insert, literal, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from tocsin.domain.mapping import MappingRow
from tocsin.kernel.paging import Window
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.integration_rules import mapping_leftover, mapping_row
from tocsin.store.upsert import upsert

PAGE: Final = 500


class Order(StrEnum):
    """What a list is sorted by."""

    CREATED = "created_at"
    UPDATED = "updated_at"


class Kept(Struct, frozen=True):
    """A row with when it came and when it last changed (ms)."""

    key: str
    fields: dict[str, str]
    created_at: int
    updated_at: int


def found(tx: Tx, account_id: int, generation: str, keys: Collection[str]) -> dict[str, MappingRow]:
    """The rows that have these keys."""
    wanted = select(mapping_row.c.key, mapping_row.c.fields).where(
        _of(account_id, generation), mapping_row.c.key.in_(keys)
    )
    return {row.key: row for row in tx.rows(wanted, MappingRow)}


def put(tx: Tx, account_id: int, generation: str, rows: Sequence[MappingRow]) -> None:
    """Keep rows, each in place of one of its key; no key twice."""
    values = [
        {
            "account_id": account_id,
            "generation": generation,
            "key": row.key,
            "fields": row.fields,
            "created_at": tx.now,
            "updated_at": tx.now,
        }
        for row in rows
    ]
    dialect = sqlite if tx.dialect == "sqlite" else postgresql
    new = dialect.insert(mapping_row)
    tx.run(
        new.on_conflict_do_update(
            index_elements=["account_id", "generation", "key"],
            set_={"fields": new.excluded.fields, "updated_at": new.excluded.updated_at},
        ),
        values,
    )


def count(tx: Tx, account_id: int, generation: str, keys: Collection[str] | None = None) -> int:
    """How many rows there are, or how many have one of these keys."""
    wanted = select(func.count()).select_from(mapping_row).where(_of(account_id, generation))
    if keys is not None:
        wanted = wanted.where(mapping_row.c.key.in_(keys))
    return int(tx.value(wanted))


def remove(tx: Tx, account_id: int, generation: str, keys: Collection[str]) -> None:
    """Forget the rows that have these keys."""
    tx.run(delete(mapping_row).where(_of(account_id, generation), mapping_row.c.key.in_(keys)))


def browse(
    tx: Tx,
    account_id: int,
    generation: str,
    window: Window,
    order: Order,
    *,
    ascending: bool,
    key: str = "",
    after: tuple[int, str] | None = None,
) -> list[Kept]:
    """Rows in order, ties by key: one `key`, or those behind a place `after`."""
    column = mapping_row.c[order.value]
    wanted = select(*fields(mapping_row, Kept)).where(_of(account_id, generation))
    if key:
        wanted = wanted.where(mapping_row.c.key == key)
    if after:
        place = tuple_(column, mapping_row.c.key)
        bound = tuple_(*after)
        wanted = wanted.where(place > bound if ascending else place < bound)
    by = (column, mapping_row.c.key)
    ordered = wanted.order_by(*(by if ascending else (each.desc() for each in by)))
    return tx.rows(ordered.offset(window.offset).limit(window.limit), Kept)


def copy_some(tx: Tx, account_id: int, source: str, target: str, after: str, limit: int) -> str:
    """Copy up to `limit` rows behind a key into another generation; the last key, "" for none."""
    place = select(mapping_row.c.key).where(_of(account_id, source), mapping_row.c.key > after)
    keys = [str(key) for key in tx.values(place.order_by(mapping_row.c.key).limit(limit))]
    if not keys:
        return ""
    names = [column.name for column in mapping_row.c]
    copied = select(
        *(literal(target) if name == "generation" else mapping_row.c[name] for name in names)
    ).where(_of(account_id, source), mapping_row.c.key > after, mapping_row.c.key <= keys[-1])
    tx.run(insert(mapping_row).from_select(names, copied))
    return keys[-1]


def everything(tx: Tx, account_id: int, generation: str) -> Iterator[dict[str, str]]:
    """The fields of every row, by key, a page at a time."""
    after = ""
    while True:
        wanted = select(mapping_row.c.key, mapping_row.c.fields).where(
            _of(account_id, generation), mapping_row.c.key > after
        )
        page = tx.rows(wanted.order_by(mapping_row.c.key).limit(PAGE), MappingRow)
        yield from (row.fields for row in page)
        if len(page) < PAGE:
            return
        after = page[-1].key


def leave(tx: Tx, account_id: int, generation: str, due_at: int) -> None:
    """Have the rows of a generation cleared away from `due_at` on, unless it is `adopt`ed."""
    key = {"account_id": account_id, "generation": generation}
    upsert(tx, mapping_leftover, key, {"due_at": due_at})


def adopt(tx: Tx, account_id: int, generation: str) -> None:
    """Have a generation stay."""
    tx.run(
        delete(mapping_leftover).where(
            mapping_leftover.c.account_id == account_id,
            mapping_leftover.c.generation == generation,
        )
    )


def sweep(tx: Tx, limit: int) -> int:
    """Clear away up to `limit` rows of generations that are nobody's any more; how many."""
    due = select(mapping_leftover.c.account_id, mapping_leftover.c.generation).where(
        mapping_leftover.c.due_at <= tx.now
    )
    for account_id, generation in tx.tuples(due.order_by(mapping_leftover.c.due_at).limit(1)):
        old = select(mapping_row.c.key).where(_of(account_id, generation)).limit(limit)
        removed = tx.run(
            delete(mapping_row).where(_of(account_id, generation), mapping_row.c.key.in_(old))
        )
        if removed < limit:
            adopt(tx, account_id, generation)
        return limit
    return 0


def _of(account_id: int, generation: str) -> ColumnElement[bool]:
    return and_(mapping_row.c.account_id == account_id, mapping_row.c.generation == generation)
