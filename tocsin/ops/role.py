"""Operations on roles and the permissions they are made of."""

from enum import StrEnum
from typing import Annotated, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import (
    CATALOGUE,
    Entry,
    FactorKind,
    Permission,
    PermissionKind,
    Role,
    RoleStatus,
    effective,
    interface_factors,
)
from tocsin.engine import role as engine
from tocsin.engine.role import RoleWish
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import OPERATIONS, Empty, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store.database import Tx
from tocsin.wire.scalars import MemberId, Seconds

TAG = "Platform/Roles & permissions"
RoleId = Annotated[int, Meta(description="As `/role/list` gives it.")]
PermissionId = Annotated[int, Meta(description="As `/role/permission/list` gives it.")]


class NameRole(Struct, frozen=True):
    role_id: RoleId


class RoleRow(Struct, frozen=True):
    role_id: RoleId
    role_name: str
    description: str
    status: RoleStatus
    permission_ids: list[PermissionId]
    editable: Annotated[bool, Meta(description="False for the preset roles.")]
    created_at: Seconds
    updated_at: Seconds

    @classmethod
    def of(cls, role: Role) -> Self:
        return cls(
            role_id=role.id,
            role_name=role.name,
            description=role.description,
            status=role.status,
            permission_ids=list(role.permission_ids),
            editable=role.editable,
            created_at=seconds(role.created_at),
            updated_at=seconds(role.updated_at),
        )


class RoleOrder(StrEnum):
    """What the list is sorted by."""

    CREATED = "created_at"
    UPDATED = "updated_at"


class ListRoles(Struct, frozen=True):
    orderby: RoleOrder = RoleOrder.CREATED
    asc: Annotated[bool, Meta(description="Oldest first.")] = False


class RoleRows(Struct, frozen=True):
    total: int
    items: list[RoleRow]


class UpsertRole(Struct, frozen=True):
    role_name: Annotated[
        str, Meta(min_length=1, max_length=39, description="Unique in the account.")
    ]
    role_id: Annotated[int, Meta(description="0 makes a role.")] = 0
    description: Annotated[str, Meta(max_length=499)] = ""
    permission_ids: Annotated[
        tuple[int, ...], Meta(description="All that the role permits; none when absent.")
    ] = ()


class UpsertedRole(Struct, frozen=True):
    role_id: RoleId
    role_name: str


class RoleHolders(Struct, frozen=True):
    member_ids: Annotated[tuple[MemberId, ...], Meta(max_length=100)]
    role_id: RoleId


class ListPermissions(Struct, frozen=True):
    role_ids: Annotated[tuple[int, ...], Meta(description="Only what these roles permit.")] = ()
    with_all: Annotated[
        bool, Meta(description="Every permission, marked by whether it is granted.")
    ] = False


class PermissionRow(Struct, frozen=True, rename={"subject": "class"}):
    id: PermissionId
    permission_name: Permission
    permission_type: PermissionKind
    description: str
    subject: Annotated[str, Meta(description="What it is about, such as `Incidents`.")]
    scope: Annotated[str, Meta(description="The part of the product.")]
    status: RoleStatus
    is_granted: bool | UnsetType = UNSET


class PermissionRows(Struct, frozen=True):
    items: list[PermissionRow]


class ListFactors(Struct, frozen=True):
    factor_types: Annotated[tuple[FactorKind, ...], Meta(description="None means all.")] = ()


class FactorRow(Struct, frozen=True):
    factor_name: str
    factor_type: FactorKind


@operation("/role/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: NameRole) -> RoleRow:
    """Show one role."""
    engine.by_ids(tx, caller.account_id, [request.role_id])
    found = {role.id: role for role in engine.all_of(tx, caller.account_id)}
    return RoleRow.of(found[request.role_id])


@operation("/role/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListRoles) -> RoleRows:
    """List preset and custom roles, newest first."""

    def age(role: Role) -> tuple[int, int]:
        by_update = request.orderby is RoleOrder.UPDATED
        return (role.updated_at if by_update else role.created_at, role.id)

    found = sorted(engine.all_of(tx, caller.account_id), key=age, reverse=not request.asc)
    return RoleRows(len(found), [RoleRow.of(role) for role in found])


@operation("/role/upsert", Permission.ROLES_MANAGE, Kind.WRITE, tag=TAG)
def upsert(tx: Tx, caller: Caller, request: UpsertRole) -> UpsertedRole:
    """Make a custom role, or change one; the permissions sent are all it has afterwards.

    Nobody puts a permission into a role that they do not have themselves.
    """
    wish = RoleWish(request.role_id, request.role_name, request.description, request.permission_ids)
    role = engine.upsert(tx, caller, wish)
    return UpsertedRole(role.id, role.name)


@operation("/role/enable", Permission.ROLES_MANAGE, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: NameRole) -> Empty:
    """Let a custom role grant its permissions again."""
    engine.switch(tx, caller, request.role_id, RoleStatus.ENABLED)
    return Empty()


@operation("/role/disable", Permission.ROLES_MANAGE, Kind.WRITE, tag=TAG)
def disable(tx: Tx, caller: Caller, request: NameRole) -> Empty:
    """Stop a custom role from granting anything; its holders keep it."""
    engine.switch(tx, caller, request.role_id, RoleStatus.DISABLED)
    return Empty()


@operation("/role/delete", Permission.ROLES_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: NameRole) -> Empty:
    """Remove a custom role and take it from everybody who holds it."""
    engine.delete(tx, caller, request.role_id)
    return Empty()


@operation("/role/member/grant", Permission.ROLES_MANAGE, Kind.WRITE, tag=TAG)
def grant(tx: Tx, caller: Caller, request: RoleHolders) -> Empty:
    """Give a role to up to 100 members; who holds it already is passed over."""
    engine.hold_by_many(tx, caller, request.role_id, request.member_ids, granted=True)
    return Empty()


@operation("/role/member/revoke", Permission.ROLES_MANAGE, Kind.WRITE, tag=TAG)
def revoke(tx: Tx, caller: Caller, request: RoleHolders) -> Empty:
    """Take a role from up to 100 members; who does not hold it is passed over."""
    engine.hold_by_many(tx, caller, request.role_id, request.member_ids, granted=False)
    return Empty()


@operation("/role/permission/list", None, Kind.READ, tag=TAG)
def permissions(tx: Tx, caller: Caller, request: ListPermissions) -> PermissionRows:
    """List permissions: all of them, or what some roles permit.

    `with_all` lists all and marks those that the roles (without roles: the caller) have.
    """
    granted = caller.permissions
    if request.role_ids:
        granted = effective(engine.by_ids(tx, caller.account_id, request.role_ids))
    shown = CATALOGUE
    if request.role_ids and not request.with_all:
        shown = tuple(entry for entry in CATALOGUE if entry.permission in granted)
    return PermissionRows([_row(entry, granted if request.with_all else None) for entry in shown])


@operation("/role/permission/factor/list", None, Kind.READ, tag=TAG)
def factors(tx: Tx, caller: Caller, request: ListFactors) -> list[FactorRow]:
    """List what the caller's permissions open up: operations, menu entries and buttons."""
    found = [FactorRow(each.name, each.kind) for each in interface_factors(caller.permissions)] + [
        FactorRow(path, FactorKind.API)
        for path, each in sorted(OPERATIONS.items())
        if not each.permission or not caller.permissions.isdisjoint(each.permission)
    ]
    wanted = request.factor_types or tuple(FactorKind)
    return [factor for factor in found if factor.factor_type in wanted]


def _row(entry: Entry, granted: frozenset[str] | None) -> PermissionRow:
    return PermissionRow(
        id=entry.id,
        permission_name=entry.permission,
        permission_type=entry.kind,
        description=entry.description,
        subject=entry.subject,
        scope=entry.domain,
        status=RoleStatus.ENABLED,
        is_granted=UNSET if granted is None else entry.permission in granted,
    )
