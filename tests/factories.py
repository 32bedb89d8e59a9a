"""Tiny factories: each takes what a test is about and makes the rest valid."""

from tests.cast import Cast, Person
from tocsin.domain.team import Team, TeamStatus
from tocsin.store import team as teams
from tocsin.store.database import Database
from tocsin.store.tables.platform import account


def set_zone(database: Database, cast: Cast, name: str) -> None:
    """Have the account's clocks go by a zone."""
    with database.write() as tx:
        tx.run(account.update().values(time_zone=name))


def make_team(database: Database, cast: Cast, name: str, *people: Person) -> int:
    """A team of these people; its id."""
    with database.write() as tx:
        new = Team(
            id=tx.ids.number(cast.account_id),
            account_id=cast.account_id,
            name=name,
            description="",
            status=TeamStatus.ENABLED,
            ref_id="",
            creator_id=cast.alice.id,
            updated_by=cast.alice.id,
            created_at=tx.now,
            updated_at=tx.now,
        )
        teams.add(tx, new)
        teams.set_members(tx, cast.account_id, new.id, [person.id for person in people])
        return new.id
