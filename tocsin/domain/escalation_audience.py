"""Whom a level of an escalation rule reaches at an instant, and whom it would but cannot."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from tocsin.domain.escalation import Robot, Target


class Crew(Struct, frozen=True):
    """A team and who is in it."""

    name: str
    person_ids: tuple[int, ...]


class Watch(Struct, frozen=True):
    """A schedule and who is on call by it: roles with their people. One that is not in use has
    nobody on call; `problem` says why one cannot be worked out."""

    name: str
    on_call: tuple[tuple[int, tuple[int, ...]], ...] = ()
    is_in_use: bool = True
    problem: str = ""


class Roster(Struct, frozen=True):
    """Everybody whom rules may name, at one instant: living members by id with their names."""

    people: Mapping[int, str]
    crews: Mapping[int, Crew]
    watches: Mapping[int, Watch]


class Reached(Struct, frozen=True):
    """Somebody who is to be told, and by which way the rule came to them."""

    person_id: int
    via: str


class Audience(Struct, frozen=True):
    """Whom a level reaches; `missing` says, for people, who is named in vain."""

    people: tuple[Reached, ...] = ()
    emails: tuple[str, ...] = ()
    robots: tuple[Robot, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody at all would hear of it."""
        return not (self.people or self.emails or self.robots)

    @property
    def person_ids(self) -> tuple[int, ...]:
        """Whom it makes responsible."""
        return tuple(one.person_id for one in self.people)


def audience(target: Target, roster: Roster) -> Audience:
    """Everybody a target names who is there now: each once, people before teams before
    schedules."""
    reached: dict[int, Reached] = {}
    missing: list[str] = []
    for found in (_named(target), _in_teams(target, roster), _on_call(target, roster)):
        for one in found:
            if isinstance(one, str):
                missing.append(one)
            elif one.person_id not in roster.people:
                missing.append(f"member {one.person_id} ({one.via}) is no longer a member")
            else:
                reached.setdefault(one.person_id, one)
    return Audience(
        people=tuple(reached.values()),
        emails=tuple(dict.fromkeys(target.emails or ())),
        robots=tuple(target.webhooks or ()),
        missing=tuple(missing),
    )


def _named(target: Target) -> Iterator[Reached | str]:
    yield from (Reached(one, "named in the rule") for one in target.person_ids or ())


def _in_teams(target: Target, roster: Roster) -> Iterator[Reached | str]:
    for team_id in target.team_ids or ():
        crew = roster.crews.get(team_id)
        if crew is None:
            yield f"team {team_id} is gone"
        elif not crew.person_ids:
            yield f"team {crew.name} has no members"
        else:
            yield from (Reached(one, f"in team {crew.name}") for one in crew.person_ids)


def _on_call(target: Target, roster: Roster) -> Iterator[Reached | str]:
    for schedule_id, roles in target.schedules.items():
        watch = roster.watches.get(schedule_id)
        if watch is None:
            yield f"schedule {schedule_id} is gone"
            continue
        if not watch.is_in_use:
            yield f"schedule {watch.name} is switched off"
            continue
        if watch.problem:
            yield f"schedule {watch.name} cannot be worked out: {watch.problem}"
            continue
        found = [
            person
            for role, people in watch.on_call
            if not roles or role in roles
            for person in people
        ]
        if not found:
            yield f"schedule {watch.name} has nobody on call" + (" in these roles" if roles else "")
        yield from (Reached(one, f"on call by schedule {watch.name}") for one in found)
