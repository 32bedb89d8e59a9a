"""Members at rest, with the roles they hold."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Select, bindparam, delete, func, insert, select, update

from tocsin.domain.member import Member, MemberStatus
from tocsin.kernel.errors import ResourceNotFound
from tocsin.kernel.paging import Window
from tocsin.kernel.text import fold
from tocsin.store.columns import containing, fields
from tocsin.store.database import Tx
from tocsin.store.tables.platform import member, member_role

_COLUMNS = fields(member, Member)
_BY_IDS = select(*_COLUMNS).where(
    member.c.account_id == bindparam("account_id"),
    member.c.id.in_(bindparam("member_ids", expanding=True)),
)


def add(tx: Tx, new: Member) -> None:
    """Make a member, who has no password yet."""
    values = {**asdict(new), **_twins(new), "password_hash": "", "password_is_temporary": False}
    tx.run(insert(member).values(**values))


def put(tx: Tx, changed: Member) -> None:
    mine = (member.c.account_id == changed.account_id) & (member.c.id == changed.id)
    tx.run(update(member).where(mine).values(**asdict(changed), **_twins(changed)))


def set_one_time_password(tx: Tx, account_id: int, member_id: int, password_hash: str) -> None:
    """Replace the member's password by one that opens nothing but the choice of another."""
    mine = (member.c.account_id == account_id) & (member.c.id == member_id)
    tx.run(
        update(member).where(mine).values(password_hash=password_hash, password_is_temporary=True)
    )


def get(tx: Tx, account_id: int, member_id: int, *, lock: bool = False) -> Member:
    """A member who has not been deleted; ResourceNotFound otherwise."""
    wanted = _live(account_id).where(member.c.id == member_id)
    found = tx.row(wanted.with_for_update() if lock else wanted, Member)
    if found is None:
        raise ResourceNotFound("no member has the id {member_id}", member_id=member_id)
    return found


def matching(
    tx: Tx,
    account_id: int,
    *,
    name: str = "",
    email: str = "",
    phone: str = "",
    country_code: str = "",
    ref_id: str = "",
) -> list[Member]:
    """Members, not deleted, to whom everything that is given applies; at most two."""
    wanted = _live(account_id)
    if name:
        wanted = wanted.where(member.c.name == name)
    if email:
        wanted = wanted.where(member.c.email_key == fold(email))
    if phone:
        wanted = wanted.where(member.c.phone == phone)
    if country_code:
        wanted = wanted.where(member.c.country_code == country_code)
    if ref_id:
        wanted = wanted.where(member.c.ref_id == ref_id)
    return tx.rows(wanted.order_by(member.c.id).limit(2), Member)


def by_ids(tx: Tx, account_id: int, member_ids: Sequence[int]) -> list[Member]:
    """Members by id, deleted ones too, in no order."""
    if not member_ids:
        return []
    return tx.rows(_BY_IDS, Member, {"account_id": account_id, "member_ids": list(member_ids)})


def live(tx: Tx, account_id: int) -> list[Member]:
    """Everybody who was not deleted."""
    return tx.rows(_live(account_id).order_by(member.c.id), Member)


def live_ids(tx: Tx, account_id: int) -> list[int]:
    """Ids of everybody who was not deleted."""
    live = (member.c.account_id == account_id) & (member.c.status != MemberStatus.DELETED)
    return tx.values(select(member.c.id).where(live))


def names(tx: Tx, account_id: int, member_ids: Sequence[int]) -> dict[int, str]:
    """Names by id, of deleted members too, so that history can say who."""
    if not member_ids:
        return {}
    wanted = select(member.c.id, member.c.name).where(
        member.c.account_id == account_id, member.c.id.in_(list(member_ids))
    )
    return {row[0]: row[1] for row in tx.tuples(wanted)}


def page(
    tx: Tx,
    account_id: int,
    window: Window,
    *,
    query: str = "",
    role_id: int = 0,
    order: str = "created_at",
    ascending: bool = False,
) -> tuple[list[Member], int]:
    """Members whose name or email holds `query` and who hold the role, and how many there are."""
    wanted = _live(account_id)
    if query:
        wanted = wanted.where(member.c.search.like(containing(query), escape="\\"))
    if role_id:
        holders = select(member_role.c.member_id).where(
            member_role.c.account_id == account_id, member_role.c.role_id == role_id
        )
        wanted = wanted.where(member.c.id.in_(holders))
    total = tx.value(select(func.count()).select_from(wanted.subquery()))
    by = member.c[order]
    sorted_ = (by.asc(), member.c.id.asc()) if ascending else (by.desc(), member.c.id.desc())
    return (
        tx.rows(wanted.order_by(*sorted_).offset(window.offset).limit(window.limit), Member),
        int(total),
    )


def created_since(tx: Tx, account_id: int, instant: int) -> int:
    """How many members were made since then, those deleted meanwhile included."""
    made = select(func.count()).where(
        member.c.account_id == account_id, member.c.created_at >= instant
    )
    return int(tx.value(made))


def role_ids(tx: Tx, account_id: int, member_ids: Sequence[int]) -> dict[int, list[int]]:
    """Role ids in ascending order for each of these members."""
    found: dict[int, list[int]] = {member_id: [] for member_id in member_ids}
    if not found:
        return found
    held = select(member_role.c.member_id, member_role.c.role_id).where(
        member_role.c.account_id == account_id, member_role.c.member_id.in_(list(found))
    )
    for member_id, role_id in tx.tuples(held.order_by(member_role.c.role_id)):
        found[member_id].append(role_id)
    return found


def with_role(tx: Tx, account_id: int, role_id: int) -> list[Member]:
    """Everybody who has a role and was not deleted."""
    having = select(member_role.c.member_id).where(
        member_role.c.account_id == account_id, member_role.c.role_id == role_id
    )
    return tx.rows(_live(account_id).where(member.c.id.in_(having)).order_by(member.c.id), Member)


def set_roles(tx: Tx, account_id: int, member_id: int, wanted: Sequence[int]) -> None:
    """Make these the member's roles, and no others."""
    held = (member_role.c.account_id == account_id) & (member_role.c.member_id == member_id)
    tx.run(delete(member_role).where(held))
    tx.run(
        insert(member_role),
        [
            {"account_id": account_id, "member_id": member_id, "role_id": role_id}
            for role_id in sorted(set(wanted))
        ],
    )


def drop_role(tx: Tx, account_id: int, role_id: int) -> None:
    """Take a role from everybody."""
    held = (member_role.c.account_id == account_id) & (member_role.c.role_id == role_id)
    tx.run(delete(member_role).where(held))


def _live(account_id: int) -> Select[tuple[Any, ...]]:
    return select(*_COLUMNS).where(
        member.c.account_id == account_id, member.c.status != MemberStatus.DELETED
    )


def _twins(of: Member) -> dict[str, str]:
    return {"email_key": fold(of.email), "search": f"{fold(of.name)}\n{fold(of.email)}"}
