"""What authentication reads: the key or session shown, and all that its member may do."""

from msgspec import Struct
from sqlalchemy import or_, select, update

from tocsin.domain.access import PRESETS, Role, RoleStatus
from tocsin.domain.app_key import AppKey, KeyKind
from tocsin.domain.member import MemberStatus
from tocsin.store.database import Tx
from tocsin.store.tables.platform import (
    app_key,
    member,
    member_role,
    role,
    role_permission,
    session,
    team_member,
)


class Holder(Struct, frozen=True):
    """The member behind a credential."""

    account_id: int
    member_id: int
    name: str


def key_by_hash(tx: Tx, secret_hash: str, kind: KeyKind) -> AppKey | None:
    """The key that this hash belongs to now, or belonged to before its rotation."""
    matches = or_(app_key.c.hash == secret_hash, app_key.c.previous_hash == secret_hash)
    return tx.row(select(app_key).where(matches, app_key.c.kind == kind), AppKey)


def holder(tx: Tx, account_id: int, member_id: int) -> Holder | None:
    """The member, unless deleted."""
    found = select(member.c.account_id, member.c.id.label("member_id"), member.c.name).where(
        member.c.account_id == account_id,
        member.c.id == member_id,
        member.c.status != MemberStatus.DELETED,
    )
    return tx.row(found, Holder)


def session_holder(tx: Tx, secret_hash: str) -> Holder | None:
    """The member signed in with a session that has not ended."""
    found = tx.tuples(
        select(session.c.account_id, session.c.member_id).where(
            session.c.hash == secret_hash, session.c.expires_at > tx.now
        )
    )
    return holder(tx, *found[0]) if found else None


def roles(tx: Tx, account_id: int, member_id: int) -> list[Role]:
    """The member's roles with their permissions."""
    ids = tx.values(
        select(member_role.c.role_id).where(
            member_role.c.account_id == account_id, member_role.c.member_id == member_id
        )
    )
    presets = [PRESETS[role_id] for role_id in ids if role_id in PRESETS]
    custom = [role_id for role_id in ids if role_id not in PRESETS]
    return presets + (_custom(tx, account_id, custom) if custom else [])


def _custom(tx: Tx, account_id: int, role_ids: list[int]) -> list[Role]:
    granted: dict[int, list[int]] = {}
    for role_id, permission_id in tx.tuples(
        select(role_permission.c.role_id, role_permission.c.permission_id).where(
            role_permission.c.account_id == account_id, role_permission.c.role_id.in_(role_ids)
        )
    ):
        granted.setdefault(role_id, []).append(permission_id)
    return [
        Role(role_id, name, "", RoleStatus(status), tuple(granted.get(role_id, ())))
        for role_id, name, status in tx.tuples(
            select(role.c.id, role.c.name, role.c.status).where(
                role.c.account_id == account_id, role.c.id.in_(role_ids)
            )
        )
    ]


def team_ids(tx: Tx, account_id: int, member_id: int) -> frozenset[int]:
    """The teams the member is in."""
    found = select(team_member.c.team_id).where(
        team_member.c.account_id == account_id, team_member.c.member_id == member_id
    )
    return frozenset(tx.values(found))


def touch(tx: Tx, used_at: dict[str, int]) -> None:
    """Write down when keys were last used; called now and then, never per request."""
    for key_id, instant in used_at.items():
        tx.run(update(app_key).where(app_key.c.id == key_id).values(last_used_at=instant))
