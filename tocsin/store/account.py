"""Accounts at rest."""

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import bindparam, func, insert, select, update

from tocsin.domain.access import CUSTOM_ROLE_ID_MIN
from tocsin.domain.account import Account
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.platform import account

_FOUNDING: Final = 7_402_117_233_845_114
"""The advisory lock that lets one of several starting processes found the first account."""

_BY_ID = select(*fields(account, Account)).where(account.c.id == bindparam("account_id"))


def add(tx: Tx, new: Account) -> None:
    tx.run(insert(account).values(**asdict(new), role_id_last=CUSTOM_ROLE_ID_MIN - 1))


def get(tx: Tx, account_id: int) -> Account:
    found = tx.row(_BY_ID, Account, {"account_id": account_id})
    assert found is not None, "every caller belongs to an account"
    return found


def save(tx: Tx, changed: Account) -> None:
    """Write an account that is held."""
    tx.run(update(account).where(account.c.id == changed.id).values(**asdict(changed)))


def first(tx: Tx) -> Account | None:
    """The oldest account: the one a server makes at its first start."""
    oldest = select(*fields(account, Account)).order_by(account.c.created_at, account.c.id)
    return tx.row(oldest.limit(1), Account)


def lock_founding(tx: Tx) -> None:
    """Until the transaction ends, nobody else who asks may found an account."""
    if tx.dialect == "postgresql":
        tx.value(select(func.pg_advisory_xact_lock(_FOUNDING)))


def lock(tx: Tx, account_id: int) -> None:
    """Hold the account's row, so that checks over several of its rows stay true until the end."""
    tx.value(select(account.c.id).where(account.c.id == account_id).with_for_update())


def next_role_id(tx: Tx, account_id: int) -> int:
    """An id for a custom role that no role of this account ever had."""
    mine = account.c.id == account_id
    tx.run(update(account).where(mine).values(role_id_last=account.c.role_id_last + 1))
    return int(tx.value(select(account.c.role_id_last).where(mine)))
