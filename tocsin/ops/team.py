"""Operations on teams."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.team import Team, TeamStatus
from tocsin.engine import team as engine
from tocsin.engine.team import TeamLookup, TeamWish
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import seconds
from tocsin.store import member as members
from tocsin.store import team as teams
from tocsin.store.database import Tx
from tocsin.wire.scalars import CountryCode, Limit, Page, PersonId, Phone, RefId, Seconds

TAG = "Platform/Teams"
TeamName = Annotated[str, Meta(min_length=1, max_length=39, description="Unique in the account.")]
TeamId = Annotated[int, Meta(description="As `/team/list` gives it.")]
Email = Annotated[str, Meta(extra_json_schema={"format": "email"})]


class NameTeam(Struct, frozen=True):
    """Name a team by its id, else its name, else its external reference."""

    team_id: TeamId = 0
    team_name: str = ""
    ref_id: RefId = ""

    def lookup(self) -> TeamLookup:
        return TeamLookup(self.team_id, self.team_name, self.ref_id)


class TeamRow(Struct, frozen=True):
    account_id: int
    team_id: TeamId
    team_name: TeamName
    description: str
    status: TeamStatus
    updated_by_name: str
    updated_by: int
    creator_id: int
    creator_name: str
    created_at: Seconds
    updated_at: Seconds
    person_ids: list[PersonId]
    ref_id: RefId


class TeamIds(Struct, frozen=True):
    team_ids: Annotated[list[TeamId], Meta(max_length=100)]


class TeamBrief(Struct, frozen=True):
    team_id: TeamId
    team_name: str
    person_ids: list[PersonId]


class TeamBriefs(Struct, frozen=True):
    items: list[TeamBrief]


class TeamOrder(StrEnum):
    """What the list is sorted by."""

    CREATED = "created_at"
    UPDATED = "updated_at"
    NAME = "team_name"


class ListTeams(Struct, frozen=True):
    p: Page = 1
    limit: Limit = 20
    orderby: TeamOrder = TeamOrder.CREATED
    asc: Annotated[bool, Meta(description="Oldest or first in the alphabet first.")] = False
    person_id: Annotated[int, Meta(description="Only teams this person is in; 0 = all.")] = 0
    query: Annotated[str, Meta(description="Part of a team's name, in any case.")] = ""


class TeamPage(Struct, frozen=True):
    p: int
    limit: int
    total: int
    items: list[TeamRow]


class UpsertTeam(Struct, frozen=True):
    team_name: TeamName
    team_id: Annotated[int, Meta(description="0 makes a team, or changes its namesake.")] = 0
    description: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    person_ids: (
        Annotated[tuple[int, ...], Meta(description="Everybody in the team.")] | UnsetType
    ) = UNSET
    emails: Annotated[tuple[Email, ...], Meta(description="Joined, and invited if new.")] = ()
    phones: Annotated[tuple[Phone, ...], Meta(description="Joined, and invited if new.")] = ()
    countryCode: CountryCode = ""
    ref_id: RefId | UnsetType = UNSET
    reset_if_name_exist: Annotated[
        bool, Meta(description="Whether a team found by its name gets this membership.")
    ] = False


class UpsertedTeam(Struct, frozen=True):
    team_id: TeamId
    team_name: str


@operation("/team/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: NameTeam) -> TeamRow:
    """Show one team."""
    return _rows(tx, caller.account_id, [engine.find(tx, caller.account_id, request.lookup())])[0]


@operation("/team/infos", None, Kind.READ, tag=TAG)
def infos(tx: Tx, caller: Caller, request: TeamIds) -> TeamBriefs:
    """Resolve up to 100 team ids, in the order asked; unknown ones are left out."""
    wanted = list(dict.fromkeys(request.team_ids))
    found = {team.id: team for team in teams.by_ids(tx, caller.account_id, wanted)}
    people = teams.member_ids(tx, caller.account_id, list(found))
    return TeamBriefs(
        [
            TeamBrief(team_id, found[team_id].name, people[team_id])
            for team_id in wanted
            if team_id in found
        ]
    )


@operation("/team/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListTeams) -> TeamPage:
    """List teams, newest first."""
    rows = window(request.p, request.limit)
    found, total = teams.page(
        tx,
        caller.account_id,
        rows,
        query=request.query,
        member_id=request.person_id,
        order=request.orderby,
        ascending=request.asc,
    )
    return TeamPage(
        p=rows.offset // rows.limit + 1,
        limit=rows.limit,
        total=total,
        items=_rows(tx, caller.account_id, found),
    )


@operation("/team/upsert", Permission.TEAMS_MANAGE, Kind.WRITE, tag=TAG)
def upsert(tx: Tx, caller: Caller, request: UpsertTeam) -> UpsertedTeam:
    """Make a team, or change the one with this id or name.

    A team found by its name keeps its members unless `reset_if_name_exist` is true.
    """
    team = engine.upsert(
        tx,
        caller,
        TeamWish(
            id=request.team_id,
            name=request.team_name,
            description=request.description,
            ref_id=request.ref_id,
            person_ids=request.person_ids,
            emails=request.emails,
            phones=request.phones,
            country_code=request.countryCode,
            reset_namesake=request.reset_if_name_exist,
        ),
    )
    return UpsertedTeam(team.id, team.name)


@operation("/team/delete", Permission.TEAMS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: NameTeam) -> Empty:
    """Remove a team; refused with ReferenceExist while channels or others use it."""
    engine.delete(tx, caller.account_id, request.lookup())
    return Empty()


def _rows(tx: Tx, account_id: int, found: list[Team]) -> list[TeamRow]:
    people = teams.member_ids(tx, account_id, [team.id for team in found])
    authors = {team.creator_id for team in found} | {team.updated_by for team in found}
    names = members.names(tx, account_id, sorted(authors))
    return [
        TeamRow(
            account_id=team.account_id,
            team_id=team.id,
            team_name=team.name,
            description=team.description,
            status=team.status,
            updated_by_name=names.get(team.updated_by, ""),
            updated_by=team.updated_by,
            creator_id=team.creator_id,
            creator_name=names.get(team.creator_id, ""),
            created_at=seconds(team.created_at),
            updated_at=seconds(team.updated_at),
            person_ids=people[team.id],
            ref_id=team.ref_id,
        )
        for team in found
    ]
