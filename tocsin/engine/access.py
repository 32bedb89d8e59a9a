"""Whose things a caller may touch, and which rights they may hand on."""

from collections.abc import Collection

from tocsin.domain.access import ACCOUNT_ADMIN, Permission, Role, effective, may_change
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, InvalidParameter, ResourceNotFound
from tocsin.store import team as teams
from tocsin.store.database import Tx


def require_team(caller: Caller, team_ids: Collection[int], creator_id: int = 0) -> None:
    """Admit an admin, the creator, or a member of one of the owning or managing teams.

    Everybody else gets AccessDenied, whatever their permissions.
    """
    if caller.is_admin or (creator_id and caller.member_id == creator_id):
        return
    if not caller.team_ids.intersection(team_ids):
        raise AccessDenied(
            "this belongs to another team; ask one of its members, its creator or an admin"
        )


def require_permission(caller: Caller, permission: Permission) -> None:
    """Refuse who lacks a permission that only some uses of an operation ask for."""
    if permission not in caller.permissions:
        raise AccessDenied(
            "this needs the permission {permission}; ask an administrator for a role that has it",
            permission=permission,
        )


def require_doer(caller: Caller) -> None:
    """Refuse who only looks on, where no single permission is asked for: somebody none of whose
    roles lets them change anything."""
    if not (caller.is_admin or may_change(caller.permissions)):
        raise AccessDenied(
            "your roles let you look on only; ask an administrator for one that changes things"
        )


def require_known_team(
    tx: Tx,
    account_id: int,
    team_id: int,
    failure: type[InvalidParameter | ResourceNotFound] = InvalidParameter,
) -> None:
    """Refuse to hand something to a team that the account does not have; 0 is no team."""
    if team_id and not teams.by_ids(tx, account_id, [team_id]):
        raise failure(
            "no team has the id {team_id}; name a team of this account, or 0", team_id=team_id
        )


def require_reach(caller: Caller, roles: Collection[Role]) -> None:
    """Refuse to hand out or take away rights that the caller does not have.

    Otherwise whoever manages members could make themselves an admin.
    """
    if caller.is_admin:
        return
    for role in roles:
        if role.id == ACCOUNT_ADMIN or not effective([role]) <= caller.permissions:
            raise AccessDenied(
                "role {role} permits what you may not do yourself; ask an admin", role=role.name
            )
