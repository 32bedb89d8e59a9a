"""Saved views at rest."""

from sqlalchemy import ColumnElement, and_, delete, func, select

from tocsin.domain.saved_view import SavedView, Screen
from tocsin.store.database import Tx
from tocsin.store.tables.saved_view import saved_view
from tocsin.store.upsert import upsert


def of_person(tx: Tx, account_id: int, person_id: int, screen: Screen) -> list[SavedView]:
    """A person's views of a list, by name."""
    mine = select(saved_view).where(_of(account_id, person_id), saved_view.c.screen == screen)
    return tx.rows(mine.order_by(saved_view.c.name), SavedView)


def count(tx: Tx, account_id: int, person_id: int) -> int:
    """How many views a person has."""
    mine = select(func.count()).select_from(saved_view).where(_of(account_id, person_id))
    return int(tx.value(mine) or 0)


def save(tx: Tx, view: SavedView) -> None:
    """Keep a view in place of the one of that name."""
    key = {
        "account_id": view.account_id,
        "person_id": view.person_id,
        "screen": view.screen,
        "name": view.name,
    }
    upsert(tx, saved_view, key, {"query": view.query})


def remove(tx: Tx, account_id: int, person_id: int, screen: Screen, name: str) -> int:
    """Forget a view, and say how many that were."""
    gone = and_(
        _of(account_id, person_id), saved_view.c.screen == screen, saved_view.c.name == name
    )
    return tx.run(delete(saved_view).where(gone))


def _of(account_id: int, person_id: int) -> ColumnElement[bool]:
    return and_(saved_view.c.account_id == account_id, saved_view.c.person_id == person_id)
