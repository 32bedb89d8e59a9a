"""What must hold of every escalation, whatever its rule and whenever somebody acknowledges."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from tests.domain.test_escalation import ROSTER, START, ground, incident, pages, rule
from tocsin.domain.escalation import Layer, Robot, Target
from tocsin.domain.escalation_audience import audience
from tocsin.domain.escalation_step import enter, go_on
from tocsin.domain.incident import Decision, Incident, Page, Progress, SetTimer, Stuck
from tocsin.domain.incident_escalation import goes_on, paused
from tocsin.domain.incident_progress import acknowledge
from tocsin.kernel.units import MINUTE

PEOPLE = (*ROSTER.people, 98, 99)
"""Three who are members, and two who are not any more."""
OTHER = 50
STEPS_MAX = 400

targets = st.builds(
    Target,
    person_ids=st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True).map(tuple),
    emails=st.sampled_from([(), (), ("team@acme.example",)]),
    webhooks=st.sampled_from([(), (), (Robot("slack", {"token": "x"}),)]),
)
levels = st.builds(
    Layer,
    targets,
    max_times=st.integers(0, 6),
    notify_step=st.sampled_from([0.5, 1, 3, 5, 7.5, 120]),
    escalate_window=st.sampled_from([0, 1, 5, 10, 60, 720]),
    force_escalate=st.booleans(),
)
rules = st.lists(levels, min_size=1, max_size=5)


class Told(Struct, frozen=True):
    """A page, when it went out and whether somebody had it in hand then."""

    at: int
    page: Page
    in_hand: bool


class Life:
    """One escalation from its beginning to its end, `late` (ms) at each step."""

    def __init__(self, layers: Sequence[Layer], late: int = 0, acked_at: int | None = None) -> None:
        self.ground = ground(rule(*layers))
        self.told: list[Told] = []
        self.decisions: list[Decision] = []
        self.due: int | None = None
        self.incident: Incident = incident()
        self._take(enter(self.incident, self.ground, START, "1"), START)
        for _ in range(STEPS_MAX):
            if acked_at is not None and (self.due is None or self.due + late >= acked_at):
                self._acknowledge(acked_at)
                acked_at = None
            if self.due is None:
                return
            # What was due while the engine was away comes at once, one after the other.
            at = max(self.due + late, self.told[-1].at if self.told else START)
            self._take(go_on(self.incident, self.ground, at, "2"), at)
        raise AssertionError("it never ends")

    def _acknowledge(self, at: int) -> None:
        self.incident = acknowledge(self.incident, OTHER, at).incident
        effects = paused(self.incident, at)
        if effects:
            found = [one.due_at for one in effects if isinstance(one, SetTimer)]
            self.due = found[0] if found else None

    def _take(self, decision: Decision, at: int) -> None:
        in_hand = self.incident.progress is Progress.PROCESSING
        self.told += [Told(at, one, in_hand) for one in pages(decision)]
        self.decisions.append(decision)
        self.incident = decision.incident
        found = [one.due_at for one in decision.effects if isinstance(one, SetTimer)]
        self.due = found[0] if found else None

    @property
    def by_rule(self) -> list[Told]:
        """What the levels told, without what the owner is warned of."""
        return [one for one in self.told if one.page.rule_name]


def reaches(layer: Layer) -> bool:
    return not audience(layer.target, ROSTER).is_empty


def expected(layers: Sequence[Layer]) -> list[tuple[int, int]]:
    """Minutes and levels of every page that nobody answers, from the rule's own words."""
    told: list[tuple[int, int]] = []
    now = 0
    for number, layer in enumerate(layers):
        if not reaches(layer):
            continue
        more = bool(layer.escalate_window) and number < len(layers) - 1
        told.append((now, number))
        for time in range(1, layer.max_times + 1):
            later = int(time * layer.step_ms)
            if more and later >= layer.window_ms:
                break
            told.append((now + later, number))
        if not more:
            return told
        now += layer.window_ms
    return told


@given(rules)
@settings(max_examples=300, deadline=None)
def test_everybody_is_told_at_the_instants_the_rule_says_and_at_no_other(
    layers: list[Layer],
) -> None:
    life = Life(layers)
    told = [(one.at - START, one.page.layer_idx) for one in life.by_rule]
    assert told == expected(layers)


@given(rules, st.integers(0, 30 * MINUTE), st.none() | st.integers(0, 900 * MINUTE))
@settings(max_examples=300, deadline=None)
def test_levels_follow_in_order_and_none_is_told_more_often_than_it_may(
    layers: list[Layer], late: int, acked_after: int | None
) -> None:
    acked_at = None if acked_after is None else START + acked_after
    told = Life(layers, late, acked_at).by_rule
    order = [one.page.layer_idx for one in told]
    assert order == sorted(order)
    for number, layer in enumerate(layers):
        assert order.count(number) <= 1 + layer.max_times
        entered = [one for one in told if one.page.layer_idx == number]
        assert all(one.page.repeats for one in entered[1:])
        assert not any(one.page.repeats for one in entered[:1])


@given(rules, st.integers(0, 5 * MINUTE), st.integers(0, 900 * MINUTE))
@settings(max_examples=300, deadline=None)
def test_nobody_is_told_of_what_is_in_hand_but_where_a_level_is_forced(
    layers: list[Layer], late: int, acked_after: int
) -> None:
    for one in Life(layers, late, START + acked_after).told:
        if one.in_hand and one.page.rule_name:
            assert not one.page.repeats, "a level in hand is told again"
            before = layers[: one.page.layer_idx]
            heard = [layer for layer in before if reaches(layer)]
            assert heard[-1].force_escalate, "it went on though nobody forced it to"


@given(rules, st.integers(0, 5 * MINUTE), st.none() | st.integers(0, 900 * MINUTE))
@settings(max_examples=300, deadline=None)
def test_where_nobody_is_told_it_is_said_why_and_the_end_is_never_silent(
    layers: list[Layer], late: int, acked_after: int | None
) -> None:
    life = Life(layers, late, None if acked_after is None else START + acked_after)
    for decision in life.decisions:
        assert decision.reason
        for page in pages(decision):
            assert page.people or page.emails or page.robots, "a page to nobody"
    missing = sum(1 for layer in layers if not reaches(layer))
    if missing == len(layers):
        assert life.incident.stuck is Stuck.UNREACHED
        assert [one.page.people[0].via for one in life.told] == ["the account's owner"]
    elif life.incident.progress is Progress.TRIGGERED:
        assert life.incident.stuck in (Stuck.UNANSWERED, Stuck.UNREACHED)
        details: list[Any] = [entry.detail for one in life.decisions for entry in one.entries]
        assert getattr(details[-1], "failed_reason", ""), "it ended without a word"


@given(rules, st.integers(0, 4), st.integers(1, 900 * MINUTE))
def test_an_acknowledgement_leaves_a_timer_only_where_a_level_goes_on(
    layers: list[Layer], first: int, after: int
) -> None:
    life = Life(layers)
    state = replace(life.decisions[0].incident.escalation, layer_idx=min(first, len(layers) - 1))
    open_ = replace(incident(escalation=state), progress=Progress.PROCESSING)
    timers = [one for one in paused(open_, START + after) if isinstance(one, SetTimer)]
    assert bool(timers) == goes_on(open_)
