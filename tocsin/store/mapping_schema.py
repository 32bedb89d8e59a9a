"""Mapping schemas: which tables there are, and which generation of rows each has."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from msgspec.structs import asdict
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tocsin.domain.mapping import MappingSchema
from tocsin.kernel.errors import InvalidParameter
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.integration_rules import mapping_schema

_COLUMNS = fields(mapping_schema, MappingSchema)


def get(tx: Tx, account_id: int, schema_id: str, *, lock: bool = False) -> MappingSchema | None:
    """One schema."""
    found = select(*_COLUMNS).where(
        mapping_schema.c.account_id == account_id, mapping_schema.c.id == schema_id
    )
    return tx.row(found.with_for_update() if lock else found, MappingSchema)


def get_many(tx: Tx, account_id: int, schema_ids: Collection[str]) -> dict[str, MappingSchema]:
    """Schemas by id."""
    found = select(*_COLUMNS).where(
        mapping_schema.c.account_id == account_id, mapping_schema.c.id.in_(schema_ids)
    )
    return {one.id: one for one in tx.rows(found, MappingSchema)}


def browse(tx: Tx, account_id: int) -> list[MappingSchema]:
    """All of an account, oldest first."""
    found = select(*_COLUMNS).where(mapping_schema.c.account_id == account_id)
    return tx.rows(found.order_by(mapping_schema.c.created_at, mapping_schema.c.id), MappingSchema)


def count(tx: Tx, account_id: int) -> int:
    """How many an account has."""
    found = select(func.count()).select_from(mapping_schema)
    return int(tx.value(found.where(mapping_schema.c.account_id == account_id)))


def add(tx: Tx, new: MappingSchema) -> None:
    """Keep a new schema; InvalidParameter where its name is taken."""
    with _unique_name(new):
        tx.run(insert(mapping_schema).values(**asdict(new)))


def save(tx: Tx, changed: MappingSchema) -> None:
    """Keep what became of a schema; InvalidParameter where its name is taken."""
    with _unique_name(changed):
        tx.run(
            update(mapping_schema)
            .where(
                mapping_schema.c.account_id == changed.account_id,
                mapping_schema.c.id == changed.id,
            )
            .values(**asdict(changed))
        )


def remove(tx: Tx, gone: MappingSchema) -> None:
    """Forget a schema; its rows are another matter."""
    tx.run(
        delete(mapping_schema).where(
            mapping_schema.c.account_id == gone.account_id, mapping_schema.c.id == gone.id
        )
    )


@contextmanager
def _unique_name(of: MappingSchema) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise InvalidParameter(
            "another mapping schema is called {name}; choose another schema_name", name=of.name
        ) from None
