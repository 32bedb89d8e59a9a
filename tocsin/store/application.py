"""Applications at rest."""

from collections.abc import Collection
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, func, insert, or_, select, update

from tocsin.domain.application import Application, ApplicationStatus
from tocsin.kernel.paging import Window
from tocsin.kernel.text import fold
from tocsin.store.columns import containing, fields
from tocsin.store.database import Tx
from tocsin.store.tables.application import application

_COLUMNS = fields(application, Application)
_LIVE = application.c.status != ApplicationStatus.DELETED


class Order(StrEnum):
    """What a list is sorted by."""

    CREATED = "created_at"
    UPDATED = "updated_at"


class Viewer(Struct, frozen=True):
    """Who looks: private applications of other teams stay hidden unless `sees_all`."""

    member_id: int
    team_ids: frozenset[int]
    sees_all: bool


class Filter(Struct, frozen=True):
    """Which applications a list holds; None narrows nothing, an empty collection lists none."""

    team_ids: Collection[int] | None = None
    query: str = ""


def get(tx: Tx, account_id: int, application_id: str, *, lock: bool = False) -> Application | None:
    """One application that is not deleted."""
    found = select(*_COLUMNS).where(
        application.c.account_id == account_id, application.c.id == application_id, _LIVE
    )
    return tx.row(found.with_for_update() if lock else found, Application)


def get_many(tx: Tx, account_id: int, application_ids: Collection[str]) -> dict[str, Application]:
    """Applications that are not deleted, by id."""
    if not application_ids:
        return {}
    found = select(*_COLUMNS).where(
        application.c.account_id == account_id, application.c.id.in_(set(application_ids)), _LIVE
    )
    return {row.id: row for row in tx.rows(found, Application)}


def by_project(tx: Tx, sentry_project: int) -> Application | None:
    """The application of a DSN's number, deleted ones too. No account: the number names it."""
    found = select(*_COLUMNS).where(application.c.sentry_project == sentry_project)
    return tx.row(found, Application)


def by_token(tx: Tx, client_token: str) -> Application | None:
    """The application of a client token, deleted ones too. No account: the token names it."""
    found = select(*_COLUMNS).where(application.c.client_token == client_token)
    return tx.row(found, Application)


def id_of_name(tx: Tx, account_id: int, name: str) -> str:
    """The id of the live application with exactly this name, "" where there is none."""
    found = select(application.c.id).where(
        application.c.account_id == account_id, application.c.name == name, _LIVE
    )
    return tx.value(found) or ""


def add(tx: Tx, new: Application) -> None:
    """Keep a new application."""
    tx.run(insert(application).values(**asdict(new), search=fold(new.name)))


def save(tx: Tx, changed: Application) -> None:
    """Keep what became of an application."""
    tx.run(
        update(application)
        .where(application.c.account_id == changed.account_id, application.c.id == changed.id)
        .values(**asdict(changed), search=fold(changed.name))
    )


def browse(
    tx: Tx,
    account_id: int,
    viewer: Viewer,
    wanted: Filter,
    order: Order,
    *,
    ascending: bool,
    window: Window,
) -> list[Application]:
    """The applications of a list, in order; ties by id."""
    by, tie = application.c[order.value], application.c.id
    found = select(*_COLUMNS).where(*_conditions(account_id, viewer, wanted))
    found = found.order_by(by if ascending else by.desc(), tie if ascending else tie.desc())
    return tx.rows(found.offset(window.offset).limit(window.limit), Application)


def count(tx: Tx, account_id: int, viewer: Viewer, wanted: Filter) -> int:
    """How many applications a list has in all."""
    found = select(func.count()).select_from(application)
    return int(tx.value(found.where(*_conditions(account_id, viewer, wanted))))


def _conditions(account_id: int, viewer: Viewer, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [application.c.account_id == account_id, _LIVE]
    if not viewer.sees_all:
        conditions.append(
            or_(
                application.c.is_private.is_(False),
                application.c.created_by == viewer.member_id,
                application.c.team_id.in_(viewer.team_ids),
            )
        )
    if wanted.team_ids is not None:
        conditions.append(application.c.team_id.in_(wanted.team_ids))
    if wanted.query:
        search = containing(wanted.query)
        conditions.append(application.c.search.like(search, escape="\\"))
    return conditions
