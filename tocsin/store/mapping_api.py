"""Mapping APIs: the services that are asked for labels."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from msgspec.structs import asdict
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tocsin.domain.mapping import MappingApi
from tocsin.kernel.errors import InvalidParameter
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.integration_rules import mapping_api

_COLUMNS = fields(mapping_api, MappingApi)


def get(tx: Tx, account_id: int, api_id: str, *, lock: bool = False) -> MappingApi | None:
    """One API."""
    found = select(*_COLUMNS).where(
        mapping_api.c.account_id == account_id, mapping_api.c.id == api_id
    )
    return tx.row(found.with_for_update() if lock else found, MappingApi)


def get_many(tx: Tx, account_id: int, api_ids: Collection[str]) -> dict[str, MappingApi]:
    """APIs by id."""
    found = select(*_COLUMNS).where(
        mapping_api.c.account_id == account_id, mapping_api.c.id.in_(api_ids)
    )
    return {one.id: one for one in tx.rows(found, MappingApi)}


def browse(tx: Tx, account_id: int) -> list[MappingApi]:
    """All of an account, oldest first."""
    found = select(*_COLUMNS).where(mapping_api.c.account_id == account_id)
    return tx.rows(found.order_by(mapping_api.c.created_at, mapping_api.c.id), MappingApi)


def count(tx: Tx, account_id: int) -> int:
    """How many an account has."""
    found = select(func.count()).select_from(mapping_api)
    return int(tx.value(found.where(mapping_api.c.account_id == account_id)))


def add(tx: Tx, new: MappingApi) -> None:
    """Keep a new API; InvalidParameter where its name is taken."""
    with _unique_name(new):
        tx.run(insert(mapping_api).values(**asdict(new)))


def save(tx: Tx, changed: MappingApi) -> None:
    """Keep what became of an API; InvalidParameter where its name is taken."""
    with _unique_name(changed):
        tx.run(
            update(mapping_api)
            .where(
                mapping_api.c.account_id == changed.account_id,
                mapping_api.c.id == changed.id,
            )
            .values(**asdict(changed))
        )


def remove(tx: Tx, gone: MappingApi) -> None:
    """Forget an API."""
    tx.run(
        delete(mapping_api).where(
            mapping_api.c.account_id == gone.account_id, mapping_api.c.id == gone.id
        )
    )


@contextmanager
def _unique_name(of: MappingApi) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise InvalidParameter(
            "another mapping API is called {name}; choose another api_name", name=of.name
        ) from None
