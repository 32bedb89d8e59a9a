"""What a rule would do with an incident while nobody answers, level by level."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from tocsin.domain.escalation import EscalationRule, Target
from tocsin.domain.escalation_audience import Audience
from tocsin.domain.escalation_step import Deed, upcoming
from tocsin.domain.incident import Escalation, Next
from tocsin.domain.severity import Severity


class Level(Struct, frozen=True):
    """A level that would be told at an instant (ms), and again at others. One that reaches nobody
    is passed over at once."""

    layer_idx: int
    at: int
    again_at: tuple[int, ...]
    audience: Audience
    methods: tuple[str, ...]
    missing: tuple[str, ...]


Look: TypeAlias = Callable[[int, int], tuple[Target, Audience, tuple[str, ...]]]
"""From a level and an instant: its target, whom it reaches then, and what was wished in vain."""


class Course(Struct, frozen=True):
    """The levels of a rule; `ends_at` (ms) is when nobody would be told any more, 0 where nobody
    is at all."""

    levels: tuple[Level, ...]
    ends_at: int


def course(rule: EscalationRule, severity: Severity, began_at: int, look: Look) -> Course:
    """What would come of an incident that began at an instant, if nobody answered."""
    at, ends_at = began_at + rule.aggregation_ms, 0
    levels: list[Level] = []
    for layer_idx in range(len(rule.layers)):
        target, audience, wished = look(layer_idx, at)
        methods, missing = target.methods(severity), (*wished, *audience.missing)
        if audience.is_empty:
            levels.append(Level(layer_idx, at, (), audience, methods, missing))
            continue
        again_at, ends_at, moves = _run(rule, layer_idx, at)
        levels.append(Level(layer_idx, at, again_at, audience, methods, missing))
        if not moves:
            break
        at = ends_at
    return Course(tuple(levels), ends_at)


def _run(rule: EscalationRule, layer_idx: int, at: int) -> tuple[tuple[int, ...], int, bool]:
    """When a level is told again, when that is over, and whether another level follows."""
    again: list[int] = []
    while True:
        state = Escalation(Next.GO_ON, rule.id, layer_idx, entered_at=at, repeats=len(again))
        due = upcoming(rule.layers, state, is_acknowledged=False)
        if due is None or due.deed is not Deed.REPEAT:
            break
        again.append(due.at)
    over_at = due.at if due else at
    return tuple(again), over_at, due is not None and due.deed is Deed.MOVE
