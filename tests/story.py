"""Stories of one incident under escalation rules, in fast forward."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import select

from tests.cast import Person, assemble
from tests.clock import VirtualClock
from tests.factories import make_team
from tests.incidents import fire_timers, sends
from tocsin.domain.access import Permission
from tocsin.domain.channel import ChannelEdit
from tocsin.domain.escalation import EscalationRule, Layer, Methods, Target
from tocsin.domain.feed import EntryType
from tocsin.domain.incident import Incident, TimerKind
from tocsin.domain.message.template import PRESET_ID
from tocsin.domain.rotation import Unit
from tocsin.domain.schedule import Group, Members, Mode, Restriction
from tocsin.domain.schedule_plan import LayerPlan
from tocsin.domain.severity import EventStatus
from tocsin.engine import channel, escalation_rule, schedule
from tocsin.engine.escalation_rule import Scope, Terms
from tocsin.engine.noise_rule import Label
from tocsin.engine.schedule import ScheduleWish
from tocsin.kernel.caller import Caller
from tocsin.kernel.units import MINUTE
from tocsin.store import incident as incidents
from tocsin.store import timer
from tocsin.store.database import Database
from tocsin.store.tables.incident import feed

BY = Methods(follow_preference=True)


def level(*people: Person, **more: Any) -> Layer:
    return Layer(Target(person_ids=tuple(one.id for one in people), by=BY), **more)


class Story:
    """A channel whose rule tells Bob, again after 5 minutes, and after 8 minutes Alice."""

    def __init__(self, database: Database, clock: VirtualClock) -> None:
        self.database, self.clock = database, clock
        self.cast = assemble(database)
        self.start = clock.now()
        self.caller = Caller(
            self.cast.account_id,
            self.cast.bob.id,
            "Bob",
            permissions=frozenset(Permission),
            is_admin=True,
        )
        team_id = make_team(database, self.cast, "Ops", self.cast.bob)
        with database.write() as tx:
            edit = ChannelEdit(team_id=team_id, name="Pay")
            self.channel, _ = channel.create(tx, self.caller, edit, None, ())
        self.layers = (
            level(self.cast.bob, max_times=1, escalate_window=8),
            level(self.cast.alice),
        )
        self.incident_id = ""

    def rule(self, *layers: Layer, name: str = "R", **more: Any) -> EscalationRule:
        fields = {name: more.pop(name) for name in ("windows", "filters") if name in more}
        terms = Terms(Scope(PRESET_ID, **fields), layers or self.layers, **more)
        with self.database.write() as tx:
            label = Label(name, "", 0)
            return escalation_rule.create(tx, self.caller, self.channel.id, label, terms)

    def begins(self, status: EventStatus = EventStatus.WARNING, **more: Any) -> None:
        self.start = self.clock.now()
        self.incident_id = sends(self.database, self.cast, self.channel.id, status=status, **more)
        fire_timers(self.database)

    def says(self, status: EventStatus, **more: Any) -> None:
        sends(self.database, self.cast, self.channel.id, status=status, **more)
        fire_timers(self.database)

    def does(self, act: Callable[..., object], *rest: Any) -> None:
        with self.database.write() as tx:
            act(tx, self.caller, [self.incident_id], *rest)
        fire_timers(self.database)

    def wait(self, minutes: float) -> None:
        """Time passes, a minute at a time, with the engine awake."""
        for _ in range(int(minutes)):
            self.clock.advance(60)
            fire_timers(self.database)

    @property
    def incident(self) -> Incident:
        with self.database.read() as tx:
            return incidents.get(tx, self.cast.account_id, self.incident_id)

    @property
    def timer(self) -> int:
        """Minutes until the next step, -1 for none."""
        with self.database.read() as tx:
            found = timer.get(tx, TimerKind.ESCALATE, self.incident_id)
        return (found.due_at - self.clock.now()) // MINUTE if found else -1

    @property
    def entries(self) -> list[tuple[int, str, Any, str]]:
        columns = (feed.c.created_at, feed.c.type, feed.c.detail, feed.c.reason)
        with self.database.read() as tx:
            found = tx.tuples(
                select(*columns)
                .where(feed.c.ref_id == self.incident_id)
                .order_by(feed.c.created_at, feed.c.id)
            )
        return [
            ((at - self.start) // MINUTE, kind, msgspec.json.decode(detail), reason)
            for at, kind, detail, reason in found
        ]

    @property
    def unreasoned(self) -> list[str]:
        """What any timeline says without a reason."""
        with self.database.read() as tx:
            return list(tx.values(select(feed.c.type).where(feed.c.reason == "")))

    @property
    def told(self) -> list[tuple[int, str]]:
        """Who was told, and how many minutes after the beginning."""
        names = {one.id: one.name for one in (self.cast.alice, self.cast.bob, self.cast.charlie)}
        return [
            (at, names[person["person_id"]])
            for at, kind, detail, _ in self.entries
            if kind == EntryType.NOTIFY
            for person in detail["persons"]
            if not person.get("failed_reason")
        ]

    @property
    def untold(self) -> list[str]:
        return [
            detail["failed_reason"]
            for _, kind, detail, _ in self.entries
            if kind == EntryType.NOTIFY and detail["failed_reason"]
        ]


def turns(story: Story, *people: Person | None, **more: Any) -> LayerPlan:
    """A layer in which these people, or nobody, have a turn of an hour each from now on, unless
    `more` says otherwise."""
    fields: dict[str, Any] = {
        "name": "Primary",
        "mode": Mode.ROTATION,
        "weight": 0,
        "is_hidden": False,
        "groups": tuple(
            Group(one.name, (Members(1, (one.id,)),)) if one else Group("Nobody") for one in people
        ),
        "unit": Unit.HOUR,
        "value": 1,
        "rotation_ms": 0,
        "handoff_ms": 0,
        "start": story.clock.now(),
        "end": None,
        "in_force_from": 0,
        "in_force_until": 0,
        "restriction": Restriction.NONE,
        "restricted_from": 0,
        "restricted_until": 0,
        "restricted_to": (),
        "days": None,
        "is_continuous": False,
        "is_fair": False,
    }
    return LayerPlan(**(fields | more))


def scheduled(story: Story, *layers: LayerPlan) -> Target:
    """Whoever is on call by a schedule of these layers."""
    wish = ScheduleWish(name="Duty", team_id=story.channel.team_id, layers=layers)
    with story.database.write() as tx:
        made = schedule.create(tx, story.caller, wish)
    return Target(schedule_to_role_ids={str(made.id): (1,)}, by=BY)


def on_duty(story: Story, *people: Person) -> Target:
    """A schedule of these people, an hour each, from the story's beginning; told by itself."""
    return scheduled(story, turns(story, *people)) if people else scheduled(story)
