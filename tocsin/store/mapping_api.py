"""Mapping APIs: the services that are asked for labels. What opens their doors lies sealed."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tocsin.domain.mapping import MappingApi
from tocsin.kernel.errors import InvalidParameter, Unavailable
from tocsin.kernel.text import HIDDEN, without_query
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.integration_rules import mapping_api


class _Row(MappingApi, frozen=True, kw_only=True):
    sealed: bytes


class _Hidden(Struct, frozen=True):
    """What may open a door: the address in full, and the values of the headers."""

    url: str
    headers: dict[str, str]


_COLUMNS = fields(mapping_api, _Row)
log = logging.getLogger(__name__)


def get(tx: Tx, account_id: int, api_id: str, *, lock: bool = False) -> MappingApi | None:
    """One API."""
    found = select(*_COLUMNS).where(
        mapping_api.c.account_id == account_id, mapping_api.c.id == api_id
    )
    row = tx.row(found.with_for_update() if lock else found, _Row)
    return _opened(tx, row) if row else None


def get_many(tx: Tx, account_id: int, api_ids: Collection[str]) -> dict[str, MappingApi]:
    """APIs by id."""
    found = select(*_COLUMNS).where(
        mapping_api.c.account_id == account_id, mapping_api.c.id.in_(api_ids)
    )
    return {one.id: _opened(tx, one) for one in tx.rows(found, _Row)}


def browse(tx: Tx, account_id: int) -> list[MappingApi]:
    """All of an account, oldest first."""
    found = select(*_COLUMNS).where(mapping_api.c.account_id == account_id)
    rows = tx.rows(found.order_by(mapping_api.c.created_at, mapping_api.c.id), _Row)
    return [_opened(tx, one) for one in rows]


def count(tx: Tx, account_id: int) -> int:
    """How many an account has."""
    found = select(func.count()).select_from(mapping_api)
    return int(tx.value(found.where(mapping_api.c.account_id == account_id)))


def add(tx: Tx, new: MappingApi) -> None:
    """Keep a new API; InvalidParameter where its name is taken."""
    with _unique_name(new):
        tx.run(insert(mapping_api).values(**_closed(tx, new)))


def save(tx: Tx, changed: MappingApi) -> None:
    """Keep what became of an API; InvalidParameter where its name is taken."""
    with _unique_name(changed):
        tx.run(
            update(mapping_api)
            .where(
                mapping_api.c.account_id == changed.account_id,
                mapping_api.c.id == changed.id,
            )
            .values(**_closed(tx, changed))
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


def _closed(tx: Tx, api: MappingApi) -> dict[str, object]:
    """An API as it may lie in the database."""
    shown = replace(api, url=without_query(api.url), headers=dict.fromkeys(api.headers, HIDDEN))
    secret = msgspec.json.encode(_Hidden(api.url, api.headers)).decode()
    sealed = tx.site.seal.close(secret) if shown != api else b""
    return {**asdict(shown), "sealed": sealed}


def _opened(tx: Tx, row: _Row) -> MappingApi:
    """An API as it is asked; with `***` in place of what cannot be opened."""
    values = asdict(row)
    sealed = values.pop("sealed")
    api = MappingApi(**values)
    try:
        secret = msgspec.json.decode(tx.site.seal.open(sealed), type=_Hidden) if sealed else None
    except Unavailable:
        log.warning(
            "what a mapping API hides cannot be opened; set it again", extra={"api": row.id}
        )
        return api
    return replace(api, url=secret.url, headers=secret.headers) if secret else api
