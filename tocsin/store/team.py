"""Teams at rest, with who is in them."""

from collections.abc import Sequence

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, func, insert, select, update

from tocsin.domain.team import Team
from tocsin.kernel.paging import Window
from tocsin.kernel.text import fold
from tocsin.store.columns import containing, fields
from tocsin.store.database import Tx
from tocsin.store.tables.platform import team, team_member

_COLUMNS = fields(team, Team)


def add(tx: Tx, new: Team) -> None:
    tx.run(insert(team).values(**asdict(new), search=fold(new.name)))


def put(tx: Tx, changed: Team) -> None:
    values = {**asdict(changed), "search": fold(changed.name)}
    tx.run(update(team).where(_key(changed.account_id, changed.id)).values(**values))


def remove(tx: Tx, account_id: int, team_id: int) -> None:
    tx.run(delete(team).where(_key(account_id, team_id)))
    tx.run(delete(team_member).where(_membership(account_id, team_id)))


def find(
    tx: Tx,
    account_id: int,
    *,
    team_id: int = 0,
    name: str = "",
    ref_id: str = "",
    lock: bool = False,
) -> Team | None:
    """The team to which the first thing given applies: id, then name, then external reference."""
    wanted = select(*_COLUMNS).where(team.c.account_id == account_id)
    if team_id:
        wanted = wanted.where(team.c.id == team_id)
    elif name:
        wanted = wanted.where(team.c.name == name)
    else:
        wanted = wanted.where(team.c.ref_id == ref_id).order_by(team.c.id).limit(1)
    return tx.row(wanted.with_for_update() if lock else wanted, Team)


def by_ids(tx: Tx, account_id: int, team_ids: Sequence[int]) -> list[Team]:
    """Teams by id, in no order."""
    wanted = select(*_COLUMNS).where(team.c.account_id == account_id, team.c.id.in_(list(team_ids)))
    return tx.rows(wanted, Team) if team_ids else []


def names(tx: Tx, account_id: int, team_ids: Sequence[int]) -> dict[int, str]:
    """Names by id."""
    return {found.id: found.name for found in by_ids(tx, account_id, team_ids)}


def page(
    tx: Tx,
    account_id: int,
    window: Window,
    *,
    query: str = "",
    member_id: int = 0,
    order: str = "created_at",
    ascending: bool = False,
) -> tuple[list[Team], int]:
    """Teams whose name holds `query` and whom the member is in, and how many there are."""
    wanted = select(*_COLUMNS).where(team.c.account_id == account_id)
    if query:
        wanted = wanted.where(team.c.search.like(containing(query), escape="\\"))
    if member_id:
        joined = select(team_member.c.team_id).where(
            team_member.c.account_id == account_id, team_member.c.member_id == member_id
        )
        wanted = wanted.where(team.c.id.in_(joined))
    total = tx.value(select(func.count()).select_from(wanted.subquery()))
    by = team.c.search if order == "team_name" else team.c[order]
    sorted_ = (by.asc(), team.c.id.asc()) if ascending else (by.desc(), team.c.id.desc())
    return (
        tx.rows(wanted.order_by(*sorted_).offset(window.offset).limit(window.limit), Team),
        int(total),
    )


def member_ids(tx: Tx, account_id: int, team_ids: Sequence[int]) -> dict[int, list[int]]:
    """Who is in each of these teams, by id."""
    found: dict[int, list[int]] = {team_id: [] for team_id in team_ids}
    if not found:
        return found
    joined = select(team_member.c.team_id, team_member.c.member_id).where(
        team_member.c.account_id == account_id, team_member.c.team_id.in_(list(found))
    )
    for team_id, member_id in tx.tuples(joined.order_by(team_member.c.member_id)):
        found[team_id].append(member_id)
    return found


def set_members(tx: Tx, account_id: int, team_id: int, wanted: Sequence[int]) -> None:
    """Make these the team's members, and no others."""
    tx.run(delete(team_member).where(_membership(account_id, team_id)))
    tx.run(
        insert(team_member),
        [
            {"account_id": account_id, "team_id": team_id, "member_id": member_id}
            for member_id in sorted(set(wanted))
        ],
    )


def _key(account_id: int, team_id: int) -> ColumnElement[bool]:
    return (team.c.account_id == account_id) & (team.c.id == team_id)


def _membership(account_id: int, team_id: int) -> ColumnElement[bool]:
    return (team_member.c.account_id == account_id) & (team_member.c.team_id == team_id)
