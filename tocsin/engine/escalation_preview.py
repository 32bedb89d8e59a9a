"""Who would be told of an incident that began at an instant: asked of the very functions that
tell. Schedules are looked at when each level would be told, so handoffs show."""

from collections.abc import Mapping

from msgspec import Struct

from tocsin.domain.escalation import EscalationRule
from tocsin.domain.escalation_audience import Audience
from tocsin.domain.escalation_choice import Choice, choose
from tocsin.domain.escalation_step import Deed, upcoming
from tocsin.domain.incident import Escalation, Next
from tocsin.domain.severity import Severity
from tocsin.engine import account_time, escalation_roster
from tocsin.engine import channel as channels
from tocsin.kernel.caller import Caller
from tocsin.store import member as members
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.escalation import ESCALATIONS


class Question(Struct, frozen=True):
    """An incident as it might be, beginning at an instant (ms)."""

    channel_id: int
    severity: Severity
    at: int
    title: str
    labels: Mapping[str, str]


class Level(Struct, frozen=True):
    """A level that would be told at an instant (ms), and again at others."""

    layer_idx: int
    at: int
    again_at: tuple[int, ...]
    audience: Audience
    methods: tuple[str, ...]
    missing: tuple[str, ...]


class Forecast(Struct, frozen=True):
    """The rule that would take it, and what would come while nobody answers. `names` are of the
    people by id; `ends_at` (ms) is when nobody would be told any more, 0 where nobody is at all."""

    choice: Choice
    levels: tuple[Level, ...]
    names: Mapping[int, str]
    ends_at: int


def ask(tx: Tx, caller: Caller, question: Question) -> Forecast:
    """What would become of an incident in a channel that the caller may see."""
    account_id = caller.account_id
    channels.seen(tx, caller, question.channel_id)
    known = rules.of_channel(tx, ESCALATIONS, account_id, question.channel_id)
    subject = {
        **{f"labels.{name}": value for name, value in question.labels.items()},
        "severity": str(question.severity),
        "status": str(question.severity),
        "title": question.title,
    }
    windows = [window for rule in known for window in rule.windows]
    moment = account_time.moment(tx, account_id, question.at, windows)
    choice = choose(known, subject, moment)
    levels = _levels(tx, account_id, choice.rule, question) if choice.rule else []
    reached = {one for level in levels for one in level.audience.person_ids}
    told = [level for level in levels if not level.audience.is_empty]
    ends_at = _run(choice.rule, told[-1])[1] if choice.rule and told else 0
    return Forecast(choice, tuple(levels), members.names(tx, account_id, sorted(reached)), ends_at)


def _levels(tx: Tx, account_id: int, rule: EscalationRule, question: Question) -> list[Level]:
    at = question.at + rule.aggregation_ms
    levels: list[Level] = []
    for layer_idx in range(len(rule.layers)):
        ground = escalation_roster.ground(tx, account_id, rule, question.labels, at)
        layer, audience = ground.rule.layers[layer_idx], ground.audiences[layer_idx]
        methods = layer.target.methods(question.severity)
        missing = (*(() if layer_idx else ground.missing), *audience.missing)
        level = Level(layer_idx, at, (), audience, methods, missing)
        if audience.is_empty:
            levels.append(level)
            continue
        again_at, over_at, moves = _run(rule, level)
        levels.append(Level(layer_idx, at, again_at, audience, methods, missing))
        if not moves:
            break
        at = over_at
    return levels


def _run(rule: EscalationRule, level: Level) -> tuple[tuple[int, ...], int, bool]:
    """When a level is told again, when that is over, and whether another level follows."""
    again: list[int] = []
    while True:
        state = Escalation(
            Next.GO_ON, rule.id, level.layer_idx, entered_at=level.at, repeats=len(again)
        )
        due = upcoming(rule.layers, state, is_acknowledged=False)
        if due is None or due.deed is not Deed.REPEAT:
            break
        again.append(due.at)
    over_at = due.at if due else level.at
    return tuple(again), over_at, due is not None and due.deed is Deed.MOVE
