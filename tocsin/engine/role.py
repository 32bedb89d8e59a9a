"""Roles: the preset ones of every account and its own, and who holds them."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.access import ACCOUNT_ADMIN, BY_ID, PRESETS, Role, RoleStatus
from tocsin.domain.member import Member
from tocsin.engine.access import require_reach
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, InvalidParameter, ResourceNotFound
from tocsin.kernel.text import fold
from tocsin.store import account as accounts
from tocsin.store import member as members
from tocsin.store import role as roles
from tocsin.store.database import Tx


class RoleWish(Struct, frozen=True):
    """What a custom role shall be; `id` 0 makes a new one."""

    id: int
    name: str
    description: str
    permission_ids: tuple[int, ...]


def all_of(tx: Tx, account_id: int) -> list[Role]:
    """Every role of an account, preset ones first; those are as old as the account."""
    opened_at = accounts.get(tx, account_id).created_at
    presets = [
        replace(role, created_at=opened_at, updated_at=opened_at) for role in PRESETS.values()
    ]
    return presets + roles.custom(tx, account_id)


def by_ids(tx: Tx, account_id: int, role_ids: Collection[int]) -> list[Role]:
    """Roles by id; ResourceNotFound when one does not exist."""
    wanted = set(role_ids)
    found = [PRESETS[role_id] for role_id in sorted(wanted) if role_id in PRESETS]
    custom = [role_id for role_id in wanted if role_id not in PRESETS]
    if custom:
        found += roles.custom(tx, account_id, custom)
    for role_id in wanted - {role.id for role in found}:
        raise ResourceNotFound("no role has the id {role_id}", role_id=role_id)
    return found


def upsert(tx: Tx, caller: Caller, wish: RoleWish) -> Role:
    """Make a custom role, or change one into what is wished, permissions included."""
    accounts.lock(tx, caller.account_id)
    for permission_id in wish.permission_ids:
        if permission_id not in BY_ID:
            raise InvalidParameter(
                "no permission has the id {value}; /role/permission/list shows them",
                field="permission_ids",
                value=permission_id,
            )
    _require_free_name(tx, caller.account_id, wish)
    before = _custom(tx, caller.account_id, wish.id) if wish.id else None
    after = Role(
        id=wish.id or accounts.next_role_id(tx, caller.account_id),
        name=wish.name,
        description=wish.description,
        status=before.status if before else RoleStatus.ENABLED,
        permission_ids=tuple(sorted(set(wish.permission_ids))),
        created_at=before.created_at if before else tx.now,
        updated_at=tx.now,
    )
    require_reach(caller, [before, after] if before else [after])
    (roles.put if before else roles.add)(tx, caller.account_id, after)
    return after


def switch(tx: Tx, caller: Caller, role_id: int, status: RoleStatus) -> None:
    """Let a custom role grant its permissions, or nothing."""
    found = _custom(tx, caller.account_id, role_id)
    require_reach(caller, [replace(found, status=RoleStatus.ENABLED)])
    if found.status is not status:
        roles.put(tx, caller.account_id, replace(found, status=status, updated_at=tx.now))


def delete(tx: Tx, caller: Caller, role_id: int) -> None:
    """Remove a custom role; its holders lose it at once."""
    found = _custom(tx, caller.account_id, role_id)
    require_reach(caller, [found])
    roles.remove(tx, caller.account_id, role_id)
    members.drop_role(tx, caller.account_id, role_id)


def hold(
    tx: Tx,
    caller: Caller,
    member_id: int,
    *,
    add: Collection[int] = (),
    drop: Collection[int] = (),
    exactly: Collection[int] | None = None,
) -> None:
    """Change what roles a member holds; nobody hands out or takes away more than they have."""
    member = members.get(tx, caller.account_id, member_id, lock=True)
    held = set(members.role_ids(tx, caller.account_id, [member_id])[member_id])
    wanted = (held if exactly is None else set(exactly)) | set(add)
    wanted -= set(drop)
    named = set(add) | set(drop) | set(exactly or ())
    changing = {role.id: role for role in by_ids(tx, caller.account_id, named | (held - wanted))}
    require_reach(caller, [changing[role_id] for role_id in sorted(held ^ wanted)])
    _require_owner_stays_admin(member, wanted)
    if held != wanted:
        members.set_roles(tx, caller.account_id, member_id, sorted(wanted))


def hold_by_many(
    tx: Tx, caller: Caller, role_id: int, member_ids: Sequence[int], *, granted: bool
) -> None:
    """Give a role to several members, or take it from them; no change for who is there already."""
    for member_id in sorted(set(member_ids)):
        if granted:
            hold(tx, caller, member_id, add=[role_id])
        else:
            hold(tx, caller, member_id, drop=[role_id])


def _require_owner_stays_admin(member: Member, wanted: Collection[int]) -> None:
    """The owner never loses the admin's role, so that an account always has one admin."""
    if member.is_owner and ACCOUNT_ADMIN not in wanted:
        raise BadRequest("the account's owner keeps the role Account Admin")


def _custom(tx: Tx, account_id: int, role_id: int) -> Role:
    if role_id in PRESETS:
        raise BadRequest(
            "{role} is a preset role and stays as it is; make a custom one",
            role=PRESETS[role_id].name,
        )
    found = roles.custom(tx, account_id, [role_id], lock=True)
    if not found:
        raise ResourceNotFound("no role has the id {role_id}", role_id=role_id)
    return found[0]


def _require_free_name(tx: Tx, account_id: int, wish: RoleWish) -> None:
    for role in [*PRESETS.values(), *roles.custom(tx, account_id)]:
        if fold(role.name) == fold(wish.name) and role.id != wish.id:
            raise InvalidParameter(
                "{field} is taken: another role is called {value}",
                field="role_name",
                value=wish.name,
            )
