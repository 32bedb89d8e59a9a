"""Routes of integrations, and every version they had."""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, func, insert, select

from tocsin.domain.routing import Case, Default, Route, Section
from tocsin.kernel.paging import Window
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.integration_rules import route, route_history
from tocsin.store.upsert import upsert


class Version(Struct, frozen=True):
    """What a route was from `updated_at` (ms) on."""

    version: int
    cases: tuple[Case, ...]
    sections: tuple[Section, ...]
    default: Default
    updated_by: int
    updated_at: int


_COLUMNS = fields(route, Route)


def get(tx: Tx, account_id: int, integration_id: int, *, lock: bool = False) -> Route | None:
    """The route of an integration, None where it has none."""
    found = select(*_COLUMNS).where(_of(account_id, [integration_id]))
    return tx.row(found.with_for_update() if lock else found, Route)


def get_many(tx: Tx, account_id: int, integration_ids: Collection[int]) -> list[Route]:
    """The routes of integrations that have one, in order of the integrations' ids."""
    found = select(*_COLUMNS).where(_of(account_id, integration_ids))
    return tx.rows(found.order_by(route.c.integration_id), Route)


def save(tx: Tx, changed: Route) -> None:
    """Keep a route, in place of the one before; that one stays in the history."""
    values = asdict(changed)
    key = {name: values.pop(name) for name in ("account_id", "integration_id")}
    upsert(tx, route, key, values)
    kept = {name: getattr(changed, name) for name in Version.__struct_fields__}
    tx.run(insert(route_history).values(**key, **kept))


def history(
    tx: Tx, account_id: int, integration_id: int, window: Window, *, ascending: bool
) -> list[Version]:
    """The versions of a route, newest first unless `ascending`."""
    by = route_history.c.version
    found = select(*fields(route_history, Version)).where(_versions(account_id, integration_id))
    ordered = found.order_by(by if ascending else by.desc())
    return tx.rows(ordered.offset(window.offset).limit(window.limit), Version)


def count_versions(tx: Tx, account_id: int, integration_id: int) -> int:
    """How many versions a route had."""
    found = select(func.count()).select_from(route_history)
    return int(tx.value(found.where(_versions(account_id, integration_id))))


def _of(account_id: int, integration_ids: Collection[int]) -> ColumnElement[bool]:
    return and_(route.c.account_id == account_id, route.c.integration_id.in_(integration_ids))


def _versions(account_id: int, integration_id: int) -> ColumnElement[bool]:
    return and_(
        route_history.c.account_id == account_id,
        route_history.c.integration_id == integration_id,
    )
