"""Keys at rest: found by hash, never by secret."""

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, insert, select, update

from tocsin.domain.app_key import AppKey
from tocsin.kernel.errors import ResourceNotFound
from tocsin.store.database import Tx
from tocsin.store.tables.platform import app_key


def add(tx: Tx, new: AppKey) -> None:
    tx.run(insert(app_key).values(**asdict(new)))


def put(tx: Tx, changed: AppKey) -> None:
    tx.run(update(app_key).where(_key(changed.account_id, changed.id)).values(**asdict(changed)))


def remove(tx: Tx, account_id: int, key_id: str) -> None:
    tx.run(delete(app_key).where(_key(account_id, key_id)))


def remove_of_member(tx: Tx, account_id: int, member_id: int) -> None:
    tx.run(delete(app_key).where(_of_member(account_id, member_id)))


def get(tx: Tx, account_id: int, key_id: str, *, lock: bool = False) -> AppKey:
    """A key by its id; ResourceNotFound for another's or none."""
    wanted = select(app_key).where(_key(account_id, key_id))
    found = tx.row(wanted.with_for_update() if lock else wanted, AppKey)
    if found is None:
        raise ResourceNotFound("no key has the id {key_id}", key_id=key_id)
    return found


def of_member(tx: Tx, account_id: int, member_id: int) -> list[AppKey]:
    """A member's keys, oldest first."""
    wanted = select(app_key).where(_of_member(account_id, member_id))
    return tx.rows(wanted.order_by(app_key.c.created_at, app_key.c.id), AppKey)


def of_account(tx: Tx, account_id: int) -> list[AppKey]:
    """Every key of an account, oldest first."""
    wanted = select(app_key).where(app_key.c.account_id == account_id)
    return tx.rows(wanted.order_by(app_key.c.created_at, app_key.c.id), AppKey)


def _key(account_id: int, key_id: str) -> ColumnElement[bool]:
    return (app_key.c.account_id == account_id) & (app_key.c.id == key_id)


def _of_member(account_id: int, member_id: int) -> ColumnElement[bool]:
    return (app_key.c.account_id == account_id) & (app_key.c.member_id == member_id)
