"""Custom roles at rest; the preset ones live in `domain.access`."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, insert, select, update

from tocsin.domain.access import Role, RoleStatus
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.platform import role, role_permission


class _Row(Struct, frozen=True):
    id: int
    name: str
    description: str
    status: RoleStatus
    created_at: int
    updated_at: int


def custom(
    tx: Tx, account_id: int, role_ids: Sequence[int] | None = None, *, lock: bool = False
) -> list[Role]:
    """The account's own roles, or those of them with these ids, by id."""
    wanted = select(*fields(role, _Row)).where(role.c.account_id == account_id)
    granted = select(role_permission.c.role_id, role_permission.c.permission_id).where(
        role_permission.c.account_id == account_id
    )
    if role_ids is not None:
        wanted = wanted.where(role.c.id.in_(list(role_ids)))
        granted = granted.where(role_permission.c.role_id.in_(list(role_ids)))
    wanted = wanted.order_by(role.c.id)
    rows = tx.rows(wanted.with_for_update() if lock else wanted, _Row)
    permissions: dict[int, list[int]] = {row.id: [] for row in rows}
    for role_id, permission_id in tx.tuples(granted.order_by(role_permission.c.permission_id)):
        permissions[role_id].append(permission_id)
    return [_role(row, permissions[row.id]) for row in rows]


def add(tx: Tx, account_id: int, new: Role) -> None:
    tx.run(insert(role).values(account_id=account_id, **_values(new)))
    _set_permissions(tx, account_id, new)


def put(tx: Tx, account_id: int, changed: Role) -> None:
    tx.run(update(role).where(_key(account_id, changed.id)).values(**_values(changed)))
    _set_permissions(tx, account_id, changed)


def remove(tx: Tx, account_id: int, role_id: int) -> None:
    tx.run(delete(role).where(_key(account_id, role_id)))
    _clear_permissions(tx, account_id, role_id)


def _key(account_id: int, role_id: int) -> ColumnElement[bool]:
    return (role.c.account_id == account_id) & (role.c.id == role_id)


def _values(of: Role) -> dict[str, object]:
    return {name: getattr(of, name) for name in _Row.__struct_fields__}


def _clear_permissions(tx: Tx, account_id: int, role_id: int) -> None:
    of_role = (role_permission.c.account_id == account_id) & (role_permission.c.role_id == role_id)
    tx.run(delete(role_permission).where(of_role))


def _set_permissions(tx: Tx, account_id: int, of: Role) -> None:
    _clear_permissions(tx, account_id, of.id)
    tx.run(
        insert(role_permission),
        [
            {"account_id": account_id, "role_id": of.id, "permission_id": permission_id}
            for permission_id in of.permission_ids
        ],
    )


def _role(row: _Row, permission_ids: list[int]) -> Role:
    return Role(
        row.id,
        row.name,
        row.description,
        row.status,
        tuple(permission_ids),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
