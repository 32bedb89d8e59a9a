"""Second factors at rest, with what replaces them."""

from collections.abc import Iterable

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Table, delete, func, insert, select

from tocsin.domain.second_factor import SecondFactor
from tocsin.store.database import Tx
from tocsin.store.tables.second_factor import recovery_code, second_factor
from tocsin.store.upsert import upsert


def get(tx: Tx, account_id: int, member_id: int, *, lock: bool = False) -> SecondFactor | None:
    found = select(second_factor).where(_of(second_factor, account_id, member_id))
    return tx.row(found.with_for_update() if lock else found, SecondFactor)


def put(tx: Tx, changed: SecondFactor) -> None:
    """Keep a member's second factor, in place of the one they had."""
    values = asdict(changed)
    key = {name: values.pop(name) for name in ("account_id", "member_id")}
    upsert(tx, second_factor, key, values)


def remove(tx: Tx, account_id: int, member_id: int) -> None:
    """Take a member's second factor away, and what replaces it."""
    for table in (second_factor, recovery_code):
        tx.run(delete(table).where(_of(table, account_id, member_id)))


def set_codes(tx: Tx, account_id: int, member_id: int, hashes: Iterable[str]) -> None:
    """Replace a member's recovery codes."""
    tx.run(delete(recovery_code).where(_of(recovery_code, account_id, member_id)))
    mine = {"account_id": account_id, "member_id": member_id}
    tx.run(insert(recovery_code), [mine | {"hash": each} for each in hashes])


def count_codes(tx: Tx, account_id: int, member_id: int) -> int:
    mine = _of(recovery_code, account_id, member_id)
    return int(tx.value(select(func.count()).select_from(recovery_code).where(mine)))


def use_code(tx: Tx, account_id: int, member_id: int, code_hash: str) -> bool:
    """Whether this is a recovery code of the member; it is none any more then."""
    mine = _of(recovery_code, account_id, member_id)
    return bool(tx.run(delete(recovery_code).where(mine, recovery_code.c.hash == code_hash)))


def _of(table: Table, account_id: int, member_id: int) -> ColumnElement[bool]:
    return (table.c.account_id == account_id) & (table.c.member_id == member_id)
