"""Incidents under escalation rules, while engines and edges die.

What is asked after every step: does each open incident that waits for an answer have exactly the
timer its rule gives it, and was its level told at the instant it was entered; has what is
acknowledged, snoozed or closed none, and is nobody told of it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from tests.conftest import postgresql_database, sqlite_database
from tests.simulation.lives import seeds
from tests.simulation.test_incidents import Desk
from tests.world import Rest
from tocsin.domain.escalation import EscalationRule, Layer, Methods, Target
from tocsin.domain.escalation_step import upcoming
from tocsin.domain.feed import EntryType
from tocsin.domain.filter import Condition, Operator
from tocsin.domain.incident import NO_RULE, Incident, Next, Progress, Stuck, TimerKind
from tocsin.domain.incident_escalation import goes_on, is_held
from tocsin.engine import incident_work
from tocsin.engine.incident_work import ToRule
from tocsin.kernel.caller import Caller
from tocsin.kernel.units import MINUTE
from tocsin.store import escalation as escalation_store
from tocsin.store.database import Tx
from tocsin.store.escalation import ESCALATIONS
from tocsin.store.tables.incident import feed, incident

BY = Methods(follow_preference=True)
NOBODY = 1
MOVING = {
    EntryType.UNACK,
    EntryType.ASSIGN,
    EntryType.SNOOZE,
    EntryType.WAKE,
    EntryType.REOPEN,
    EntryType.RESOLVE,
    EntryType.MERGE,
}
"""What may let a page through although somebody had acknowledged before and has again."""
AFRESH = MOVING - {EntryType.ASSIGN} | {EntryType.RESET_SEVERITY, EntryType.MUTED_BY_FLAPPING}
"""What may have a level told that was told before."""
Line = list[tuple[str, dict[str, Any], int, int]]


class Duty(Desk):
    """The first channel's rule has all there is; the second tells of Critical alone; the third's
    second level reaches nobody at first and goes on when acknowledged."""

    PACE_SECONDS = 240

    def __init__(self, url: str, seed: int) -> None:
        super().__init__(url, seed)
        self.known: dict[str, tuple[int, int]] = {}
        alice, bob = self.people
        critical = ((Condition("severity", Operator.IN, ("Critical",)),),)
        self.rules = [
            self._rule(0, (bob,), (alice,), aggregation_ms=2 * MINUTE),
            self._rule(1, (bob,), (alice, bob), filters=critical),
            self._rule(2, (bob,), (), (alice,), is_forced=True),
        ]
        self.by_id = {each.id: each for each in self.rules}

    def _rule(
        self,
        position: int,
        *levels: tuple[int, ...],
        is_forced: bool = False,
        aggregation_ms: int = 0,
        **scope: Any,
    ) -> EscalationRule:
        layers = tuple(
            Layer(
                Target(person_ids=people, team_ids=() if people else (NOBODY,), by=BY),
                max_times=number,
                notify_step=3.0,
                escalate_window=10,
                force_escalate=is_forced,
            )
            for number, people in enumerate(levels, 1)
        )
        rule = EscalationRule(
            id="",
            account_id=self.account_id,
            channel_id=self.channels[position].id,
            name=f"rule {position}",
            creator_id=0,
            updated_by=0,
            created_at=0,
            updated_at=0,
            template_id="0" * 24,
            layers=layers,
            aggregation_ms=aggregation_ms,
            **scope,
        )
        with self.database.write() as tx:
            rule = msgspec.structs.replace(rule, id=tx.ids.object_id())
            escalation_store.add(tx, ESCALATIONS, rule)
        return rule

    def _wishes(self) -> list[Callable[[Tx, Caller], object]]:
        with self.database.read() as tx:
            known = tx.values(select(incident.c.incident_id).order_by(incident.c.incident_id))
        some = sorted(self.rng.sample(known, min(len(known), 2)))
        rule = self.rng.choice(self.rules)
        to = ToRule(rule.id, self.rng.randrange(len(rule.layers)))
        wishes = super()._wishes()
        wishes.append(lambda tx, caller: incident_work.create(tx, caller, self._report(), None))
        if some:
            wishes.append(lambda tx, caller: incident_work.assign(tx, caller, some, to))
            wishes.append(lambda tx, caller: incident_work.acknowledge(tx, caller, some))
        return wishes

    def check_play(self, rest: Rest) -> None:
        super().check_play(rest)
        columns = [incident.c[name] for name in Incident.__struct_fields__]
        with self.database.read() as tx:
            found = tx.rows(select(*columns), Incident)
            lines: dict[str, Line] = {}
            wanted = (feed.c.ref_id, feed.c.type, feed.c.detail, feed.c.created_at)
            entries = select(*wanted, feed.c.creator_id).order_by(feed.c.created_at, feed.c.id)
            for ref, kind, detail, at, by in tx.tuples(entries):
                lines.setdefault(ref, []).append((kind, msgspec.json.decode(detail), at, by))
        for each in found:
            self._check_timer(each, rest)
            self._check_told(each, lines[each.incident_id])
            self._check_order(each, lines[each.incident_id])

    def _check_timer(self, found: Incident, rest: Rest) -> None:
        timer = rest.timers.get((TimerKind.ESCALATE, found.incident_id))
        state = found.escalation
        acknowledged = found.progress is Progress.PROCESSING
        if is_held(found, self.clock.now()) or (acknowledged and not goes_on(found)):
            assert timer is None, f"it is held back, and yet will tell somebody: {found}"
            return
        rule = self.by_id.get(state.rule_id)
        if state.next is Next.GO_ON:
            assert rule
            due = upcoming(rule.layers, state, acknowledged)
            assert (timer and timer.due_at) == (due and due.at), f"not at its instant: {found}"
        elif state.next is not Next.NOTHING:
            assert timer, f"nobody will be told of it: {found}"
        elif state.rule_id:
            assert found.stuck is not Stuck.NO, f"it ended without a word: {found}"

    def _check_order(self, found: Incident, line: Line) -> None:
        """By itself it only goes up: no level is entered twice, and none below one that was."""
        reached = -1
        for kind, detail, _, by in line:
            # The end of a mute stands on no timeline.
            if kind in AFRESH or found.is_flapping or (kind == EntryType.ASSIGN and by):
                reached = -1
            if kind == EntryType.ASSIGN:
                assert detail["layer_idx"] > reached, f"a level is told out of turn: {found}"
                reached = detail["layer_idx"]

    def _check_told(self, found: Incident, line: Line) -> None:
        state, snoozed, closed = found.escalation, False, False
        pages = 0
        for kind, detail, _, _ in line:
            if kind in (EntryType.SNOOZE, EntryType.WAKE):
                snoozed = kind == EntryType.SNOOZE
            if kind in (EntryType.RESOLVE, EntryType.REOPEN):
                closed, snoozed = kind == EntryType.RESOLVE, False
            is_page = kind == EntryType.NOTIFY and detail["rid"]
            if is_page and detail["escalate_rule_id"] not in (NO_RULE, ""):
                pages += 1
                by_hand = detail["fire_type"] == "fire"
                assert not closed, f"a closed incident pages: {found}"
                assert not snoozed or by_hand, f"a snoozed incident pages: {found}"
        if state.next is Next.GO_ON and found.progress is not Progress.CLOSED:
            told = [
                at
                for kind, detail, at, _ in line
                if kind == EntryType.NOTIFY and detail["layer_idx"] == state.layer_idx
            ]
            assert state.entered_at in told, f"its level was not told: {found}"
        self._check_quiet(found, pages, line)

    def _check_quiet(self, found: Incident, pages: int, line: Line) -> None:
        """Nobody is told between two looks at an incident that is in hand in both."""
        quiet = found.progress is Progress.PROCESSING and not goes_on(found)
        moves = sum(1 for kind, *_ in line if kind in MOVING)
        before = self.known.get(found.incident_id)
        if before and quiet and before[0] == moves:
            assert before[1] == pages, f"an acknowledged incident pages: {found}"
        if quiet:
            self.known[found.incident_id] = (moves, pages)
        else:
            self.known.pop(found.incident_id, None)


@pytest.mark.parametrize("seed", seeds())
def test_who_is_to_be_told_is_told_at_the_instant_whatever_crashes(
    database_url: str, seed: int
) -> None:
    world = Duty(database_url, seed)
    world.live(60)
    assert world.owed > 0


def test_one_seed_pages_the_same_people_on_both_databases(tmp_path: Path) -> None:
    lives = []
    for url in (sqlite_database(tmp_path), postgresql_database()):
        world = Duty(url, 7)
        world.live(40)
        arrived = [(m.id, m.target) for way in world.transports.values() for m in way.arrived]
        lives.append((arrived, world.decisions))
    assert lives[0] == lives[1]
    assert len(lives[0][0]) > 20
