"""Inhibition on a real store, beside a model of its rule in plain words.

Random rules, and alerts that fire, change, recover, are taken up by people and fall silent, in
batches of any size.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.domain.rules import about, inhibit, silence
from tests.domain.test_channel import CHANNEL
from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.filter import Condition, Filter, Operator
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.integration import Integration
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.severity import EventStatus
from tocsin.engine import alert as engine
from tocsin.engine import incident_work, noise_preview
from tocsin.engine.alert_arrival import Arrival
from tocsin.kernel.caller import Caller
from tocsin.store import channel as channels
from tocsin.store import noise_rule as stored_rules
from tocsin.store.columns import fields
from tocsin.store.database import Database
from tocsin.store.noise_rule import INHIBITS, SILENCES
from tocsin.store.tables.alert import alert

BADNESS = ["Info", "Warning", "Critical"]


class Say(Struct, frozen=True):
    """An event of an alert; one that `waits` is digested together with the next."""

    check: str
    host: str
    status: str
    quiet: bool = False
    waits: bool = False

    @property
    def key(self) -> str:
        return f"{self.check} of {self.host}"

    @property
    def labels(self) -> dict[str, str]:
        said = {"check": self.check, "env": "quiet" if self.quiet else "prod"}
        return said | ({"host": self.host} if self.host else {})


class Wait(Struct, frozen=True):
    """Time passes."""

    seconds: int


class TakeUp(Struct, frozen=True):
    """Somebody acknowledges the incident of an alert."""

    key: str


Move = Say | Wait | TakeUp

CHECKS, HOSTS = ["ping", "disk", "cpu"], ["a", "b", ""]
says = st.builds(
    Say,
    check=st.sampled_from(CHECKS),
    host=st.sampled_from(HOSTS),
    status=st.sampled_from([*BADNESS, "Critical", "Ok"]),
    quiet=st.sampled_from([False, False, False, True]),
    waits=st.booleans(),
)
waits = st.builds(Wait, st.sampled_from([1, 200, 599, 600, 601]))
take_ups = st.builds(
    lambda check, host: TakeUp(f"{check} of {host}"),
    st.sampled_from(CHECKS),
    st.sampled_from(HOSTS),
)
lives = st.lists(st.one_of(says, says, says, waits, take_ups), min_size=2, max_size=14)
conditions = st.sampled_from(
    [
        Condition("labels.check", Operator.IN, ("ping",)),
        Condition("labels.check", Operator.NOT_IN, ("ping",)),
        Condition("labels.host", Operator.NOT_IN, ("a",)),
        Condition("severity", Operator.IN, ("Critical", "Warning")),
        Condition("status", Operator.IN, ("Critical",)),
    ]
)
filters: st.SearchStrategy[Filter] = st.lists(
    st.lists(conditions, min_size=1, max_size=2).map(tuple), max_size=2
).map(tuple)
rules = st.builds(
    lambda **terms: inhibit(**terms),
    source_filters=filters,
    target_filters=filters,
    equals=st.sampled_from([(), ("labels.host",), ("labels.host", "severity"), ("severity",)]),
    priority=st.integers(0, 1),
    is_directly_discard=st.sampled_from([False, False, True]),
    status=st.sampled_from([RuleStatus.ENABLED] * 3 + [RuleStatus.DISABLED]),
)
PING_EXPLAINS = inhibit(
    source_filters=about("labels.check", "ping"),
    target_filters=about("labels.check", "disk", "cpu"),
    equals=("labels.host",),
)
rule_sets = st.one_of(st.just([PING_EXPLAINS]), st.lists(rules, min_size=1, max_size=3))


class Known(Struct):
    """An open alert of the model; `hidden` is what keeps it from an incident, "" for nothing."""

    labels: dict[str, str]
    severity: str
    status: str
    heard_at: int
    hidden: str = ""
    acknowledged: bool = False

    @property
    def seen(self) -> dict[str, str]:
        own = {f"labels.{name}": value for name, value in self.labels.items()}
        return own | {"severity": self.severity, "status": self.status}


class Model:
    """What the rules say, one event after the other."""

    def __init__(self, ordered: Sequence[InhibitRule]) -> None:
        self.rules = [one for one in ordered if one.status is RuleStatus.ENABLED]
        self.open: dict[str, Known] = {}

    def hear(self, said: Say, at: int) -> None:
        before = self.open.get(said.key)
        if said.status == "Ok":
            self.open.pop(said.key, None)
            return
        worst = max(said.status, before.severity if before else "Info", key=BADNESS.index)
        now = Known(said.labels, worst, said.status, at)
        if before and not before.hidden:
            now.acknowledged = before.acknowledged
            self.open[said.key] = now
            return
        target = Known(said.labels, said.status, said.status, at)
        if said.quiet:
            now.hidden = "silence"
        elif rule := self._explained_by(said.key, target, at):
            if rule.is_directly_discard:
                return
            now.hidden = "inhibit"
        self.open[said.key] = now

    def _explained_by(self, key: str, target: Known, at: int) -> InhibitRule | None:
        others = [one for name, one in self.open.items() if name != key]
        for rule in self.rules:
            if holds(rule.target_filters, target.seen) and any(
                self._explains(rule, one, target, at) for one in others
            ):
                return rule
        return None

    def _explains(self, rule: InhibitRule, source: Known, target: Known, at: int) -> bool:
        if source.acknowledged or source.hidden == "inhibit":
            return False
        if at - source.heard_at > 600_000:
            return False
        for key in rule.equals:
            if key not in source.seen or source.seen[key] != target.seen.get(key):
                return False
        return holds(rule.source_filters, source.seen)


def holds(wanted: Filter, seen: dict[str, str]) -> bool:
    """Any group of which all conditions hold."""
    return any(
        all((seen.get(one.key) in one.vals) == (one.oper is Operator.IN) for one in group)
        for group in wanted
    )


class Place:
    """A channel with such rules and a sender, in an account of people."""

    def __init__(self, database: Database, cast: Cast, wanted: Iterable[InhibitRule]) -> None:
        self.database, self.account_id = database, cast.account_id
        self.caller = Caller(cast.account_id, cast.alice.id, "Alice", is_admin=True)
        with database.write() as tx:
            self.id = tx.ids.number(cast.account_id)
            mine: dict[str, Any] = {"account_id": cast.account_id, "channel_id": self.id}
            made = replace(CHANNEL, id=self.id, account_id=cast.account_id, name=str(self.id))
            channels.add(tx, made)
            for one in wanted:
                stored_rules.add(tx, INHIBITS, replace(one, id=tx.ids.object_id(), **mine))
            quiet = about("labels.env", "quiet")
            mine["id"] = tx.ids.object_id()
            stored_rules.add(tx, SILENCES, silence(**mine, filters=quiet, end_time=2**60))
            self.rules = stored_rules.of_channel(tx, INHIBITS, cast.account_id, self.id)

    def hear(self, batch: Sequence[Say]) -> None:
        sender = Integration(self.id, self.account_id, 0, 0, "sender", 1, "standard.alert", 0, 0, 0)
        with self.database.write() as tx:
            events = [
                AlertEvent(one.key, EventStatus(one.status), one.key, tx.now, labels=one.labels)
                for one in batch
            ]
            arrivals = [
                Arrival(sender, one, tx.now, event=one, channel_ids=(self.id,)) for one in events
            ]
            engine.deliver(tx, arrivals)

    def acknowledge(self, key: str) -> None:
        owners = [one.incident_id for one in self.alerts() if one.alert_key == key]
        with self.database.write() as tx:
            incident_work.acknowledge(tx, self.caller, [one for one in owners if one])

    def alerts(self) -> list[Alert]:
        """Those that are open."""
        with self.database.read() as tx:
            found = select(*fields(alert, Alert)).where(
                alert.c.channel_id == self.id, alert.c.end_time == 0, alert.c.close_time == 0
            )
            return tx.rows(found.order_by(alert.c.id), Alert)

    def shown(self) -> dict[str, str]:
        """What keeps each open alert from an incident."""
        found = self.alerts()
        assert all(bool(one.incident_id) is (one.muted_by is None) for one in found)
        return {one.alert_key: one.muted_by.stage if one.muted_by else "" for one in found}


thorough = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@thorough
@given(life=lives, wanted=rule_sets)
def test_the_engine_hides_what_the_rules_say_in_batches_of_any_size(
    database: Database, cast: Cast, clock: VirtualClock, life: list[Move], wanted: list[InhibitRule]
) -> None:
    place = Place(database, cast, wanted)
    model = Model(place.rules)
    batch: list[Say] = []
    for move in [*life, Wait(0)]:
        if not isinstance(move, Say) and batch:
            place.hear(batch)
            batch = []
        if isinstance(move, Wait):
            clock.advance(move.seconds)
        elif isinstance(move, TakeUp):
            place.acknowledge(move.key)
            if (known := model.open.get(move.key)) and not known.hidden:
                known.acknowledged = True
        else:
            model.hear(move, clock.now())
            batch.append(move)
            if not move.waits:
                place.hear(batch)
                batch = []
        if not batch:
            assert place.shown() == {key: one.hidden for key, one in model.open.items()}


class Beginning(Struct, frozen=True):
    """An alert that begins, or ends."""

    check: str
    host: str
    fires: bool
    after: int


beginnings = st.lists(
    st.builds(
        Beginning,
        check=st.sampled_from(CHECKS),
        host=st.sampled_from(["a", "b"]),
        fires=st.sampled_from([True, True, False]),
        after=st.integers(1, 45),
    ),
    min_size=2,
    max_size=12,
)


BEGINS, ENDS = Beginning("ping", "a", True, 1), Beginning("disk", "a", False, 1)
BY_STATUS = replace(PING_EXPLAINS, target_filters=about("status", "Critical"))


@thorough
@given(life=beginnings, rule=st.one_of(st.just(PING_EXPLAINS), rules))
@example(life=[BEGINS, replace(BEGINS, check="disk"), ENDS], rule=BY_STATUS)
def test_an_inhibit_preview_of_the_past_shows_what_the_rule_would_have_hidden(
    database: Database, cast: Cast, clock: VirtualClock, life: list[Beginning], rule: InhibitRule
) -> None:
    """The same alerts go into a channel without the rule, which is asked, and one with it. All
    are heard of within ten minutes, as no row tells when exactly one was heard of."""
    rule = replace(rule, status=RuleStatus.ENABLED, is_directly_discard=False)
    without, having = Place(database, cast, []), Place(database, cast, [rule])
    firing: set[str] = set()
    hidden: list[str] = []
    for one in life:
        clock.advance(one.after)
        said = Say(one.check, one.host, "Critical" if one.fires else "Ok")
        if one.fires and said.key in firing:
            continue
        (firing.add if one.fires else firing.discard)(said.key)
        for place in (without, having):
            place.hear([said])
        if one.fires and having.shown()[said.key]:
            hidden.append(said.key)
    with database.read() as tx:
        asked = replace(rule, account_id=cast.account_id, channel_id=without.id)
        promised = noise_preview.inhibits(tx, asked)
    assert [one.alert_key for one in promised.hidden_events] == list(reversed(hidden))


@pytest.mark.parametrize("status", ["Warning", "Critical"])
def test_an_alert_that_flaps_stays_hidden_while_its_source_is_heard_of(
    database: Database, cast: Cast, clock: VirtualClock, status: str
) -> None:
    place = Place(database, cast, [PING_EXPLAINS])
    for _ in range(4):
        place.hear([Say("ping", "a", "Critical")])
        for said in (status, "Info", "Ok"):
            clock.advance(60)
            place.hear([Say("disk", "a", said)])
            assert place.shown().get("disk of a", "inhibit") == "inhibit"
