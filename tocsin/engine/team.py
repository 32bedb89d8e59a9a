"""Teams: made, changed and removed, with invitations for who is not a member yet."""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from tocsin.domain.member import MemberStatus, plain_phone
from tocsin.domain.team import Team, TeamStatus
from tocsin.engine import member as member_engine
from tocsin.engine.member import REF_ID_LENGTH_MAX, Invitation
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ReferenceExist, ResourceNotFound
from tocsin.store import account as accounts
from tocsin.store import member as members
from tocsin.store import reference
from tocsin.store import team as teams
from tocsin.store.database import Tx


class TeamLookup(Struct, frozen=True):
    """A way to name a team: the first of these that is given."""

    team_id: int = 0
    name: str = ""
    ref_id: str = ""


class TeamWish(Struct, frozen=True):
    """What a team shall be; UNSET stays as it is. `id` 0 finds a team by its name or makes one."""

    id: int
    name: str
    description: str | UnsetType = UNSET
    ref_id: str | UnsetType = UNSET
    person_ids: tuple[int, ...] | UnsetType = UNSET
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    country_code: str = ""
    reset_namesake: bool = False


def find(tx: Tx, account_id: int, lookup: TeamLookup, *, lock: bool = False) -> Team:
    """The team a look-up names; ResourceNotFound when there is none."""
    if not (lookup.team_id or lookup.name or lookup.ref_id):
        raise InvalidParameter("name a team by team_id, team_name or ref_id")
    found = teams.find(
        tx,
        account_id,
        team_id=lookup.team_id,
        name=lookup.name,
        ref_id=lookup.ref_id,
        lock=lock,
    )
    if found is None:
        raise ResourceNotFound("no team is like that; /team/list shows them all")
    return found


def upsert(tx: Tx, caller: Caller, wish: TeamWish) -> Team:
    """Make or change a team.

    A team found by its name keeps its members unless `reset_namesake` says otherwise.
    """
    accounts.lock(tx, caller.account_id)
    namesake = teams.find(tx, caller.account_id, name=wish.name, lock=True)
    before = namesake
    if wish.id:
        before = find(tx, caller.account_id, TeamLookup(wish.id), lock=True)
        if namesake and namesake.id != wish.id:
            raise InvalidParameter(
                "{field} is taken: another team is called {value}",
                field="team_name",
                value=wish.name,
            )
    after = _applied(tx, caller, before, wish)
    (teams.put if before else teams.add)(tx, after)
    if wish.id or not before:
        _set_members(tx, caller, after, wish, keep=wish.person_ids is UNSET)
    elif wish.reset_namesake:
        _set_members(tx, caller, after, wish, keep=False)
    return after


def delete(tx: Tx, account_id: int, lookup: TeamLookup) -> None:
    """Remove a team that nothing refers to any more."""
    team = find(tx, account_id, lookup, lock=True)
    refs = reference.refs(tx, account_id, reference.TEAM, team.id)
    if refs:
        raise ReferenceExist(
            "{name} is still used by {count} others; take them out there first",
            refs,
            name=team.name,
            count=len(refs),
        )
    teams.remove(tx, account_id, team.id)


def _applied(tx: Tx, caller: Caller, before: Team | None, wish: TeamWish) -> Team:
    base = before or Team(
        id=tx.ids.number(caller.account_id),
        account_id=caller.account_id,
        name=wish.name,
        description="",
        status=TeamStatus.ENABLED,
        ref_id="",
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    if wish.ref_id is not UNSET and len(wish.ref_id) > REF_ID_LENGTH_MAX:
        raise InvalidParameter(
            "{field} must be {expected}, not {value}",
            field="ref_id",
            expected="at most 255 characters",
            value=wish.ref_id,
        )
    return replace(
        base,
        name=wish.name,
        description=base.description if wish.description is UNSET else wish.description,
        ref_id=base.ref_id if wish.ref_id is UNSET else wish.ref_id,
        updated_by=caller.member_id,
        updated_at=tx.now,
    )


def _set_members(tx: Tx, caller: Caller, team: Team, wish: TeamWish, *, keep: bool) -> None:
    """Who the wish names, and who is in already when `keep` says so."""
    wanted = set(() if wish.person_ids is UNSET else wish.person_ids)
    _require_members(tx, team.account_id, wanted)
    if keep:
        wanted.update(teams.member_ids(tx, team.account_id, [team.id])[team.id])
    wanted.update(_reached(tx, caller, wish))
    teams.set_members(tx, team.account_id, team.id, sorted(wanted))


def _require_members(tx: Tx, account_id: int, member_ids: set[int]) -> None:
    found = members.by_ids(tx, account_id, sorted(member_ids))
    known = {member.id for member in found if member.status is not MemberStatus.DELETED}
    for member_id in sorted(member_ids - known):
        raise InvalidParameter(
            "no member has the id {member_id}", field="person_ids", member_id=member_id
        )


def _reached(tx: Tx, caller: Caller, wish: TeamWish) -> set[int]:
    """Members with these mail addresses and phone numbers; who is not one yet is invited."""
    found: set[int] = set()
    invitations: dict[str, Invitation] = {}
    for email in wish.emails:
        known = members.matching(tx, caller.account_id, email=email)
        found.update(member.id for member in known)
        if not known:
            invitations[email.casefold()] = Invitation(email=email)
    for phone in wish.phones:
        plain = plain_phone(phone) or phone
        known = members.matching(tx, caller.account_id, phone=plain, country_code=wish.country_code)
        found.update(member.id for member in known)
        if not known:
            invitations[plain] = Invitation(phone=plain, country_code=wish.country_code)
    invited = member_engine.invite(tx, caller, list(invitations.values())) if invitations else []
    return found | {member.id for member in invited}
