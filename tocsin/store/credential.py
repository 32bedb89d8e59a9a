"""What authentication reads: the key or session shown, and all that its member may do.

Every call comes through here, so the statements are built once.
"""

from typing import Final

from msgspec import Struct
from sqlalchemy import bindparam, literal, or_, select, union_all, update

from tocsin.domain.access import PRESETS, Role
from tocsin.domain.app_key import AppKey, KeyKind
from tocsin.domain.member import MemberStatus
from tocsin.store import role as roles
from tocsin.store.database import Tx
from tocsin.store.tables.platform import (
    app_key,
    member,
    member_role,
    session,
    team_member,
)


class Holder(Struct, frozen=True):
    """The member behind a credential."""

    account_id: int
    member_id: int
    name: str


class Standing(Struct, frozen=True):
    """What a member is part of."""

    roles: list[Role]
    team_ids: frozenset[int]


_KEY: Final = select(app_key).where(
    or_(
        app_key.c.hash == bindparam("secret_hash"),
        app_key.c.previous_hash == bindparam("secret_hash"),
    ),
    app_key.c.kind == bindparam("kind"),
)
_HOLDER: Final = select(member.c.account_id, member.c.id.label("member_id"), member.c.name).where(
    member.c.account_id == bindparam("account"),
    member.c.id == bindparam("member"),
    member.c.status != MemberStatus.DELETED,
)
_SESSION: Final = select(session.c.account_id, session.c.member_id, session.c.id).where(
    session.c.hash == bindparam("secret_hash"),
    session.c.expires_at > bindparam("now"),
    session.c.used_at > bindparam("idle_since"),
)
_STANDING: Final = union_all(
    select(literal("role"), member_role.c.role_id).where(
        member_role.c.account_id == bindparam("account"),
        member_role.c.member_id == bindparam("member"),
    ),
    select(literal("team"), team_member.c.team_id).where(
        team_member.c.account_id == bindparam("account"),
        team_member.c.member_id == bindparam("member"),
    ),
)


def key_by_hash(tx: Tx, secret_hash: str, kind: KeyKind) -> AppKey | None:
    """The key that this hash belongs to now, or belonged to before its rotation."""
    return tx.row(_KEY, AppKey, {"secret_hash": secret_hash, "kind": kind})


def holder(tx: Tx, account_id: int, member_id: int) -> Holder | None:
    """The member, unless deleted."""
    return tx.row(_HOLDER, Holder, {"account": account_id, "member": member_id})


def session_holder(tx: Tx, secret_hash: str) -> tuple[Holder, str] | None:
    """The member signed in with a session that has not ended, and its id."""
    idle_since = tx.now - tx.site.session_idle_ms
    asked = {"secret_hash": secret_hash, "now": tx.now, "idle_since": idle_since}
    for account_id, member_id, session_id in tx.tuples(_SESSION, asked):
        found = holder(tx, account_id, member_id)
        return (found, session_id) if found else None
    return None


def standing(tx: Tx, account_id: int, member_id: int) -> Standing:
    """The member's roles with their permissions, and the member's teams."""
    found = tx.tuples(_STANDING, {"account": account_id, "member": member_id})
    role_ids = [part_id for kind, part_id in found if kind == "role"]
    custom = [role_id for role_id in role_ids if role_id not in PRESETS]
    presets = [PRESETS[role_id] for role_id in role_ids if role_id in PRESETS]
    return Standing(
        presets + (roles.custom(tx, account_id, custom) if custom else []),
        frozenset(part_id for kind, part_id in found if kind == "team"),
    )


def touch(tx: Tx, used_at: dict[str, int]) -> None:
    """Write down when keys and sessions were last used; called now and then, never per request."""
    for credential_id, instant in used_at.items():
        tx.run(update(app_key).where(app_key.c.id == credential_id).values(last_used_at=instant))
        tx.run(update(session).where(session.c.id == credential_id).values(used_at=instant))
