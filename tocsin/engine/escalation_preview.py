"""Who would be told of an incident that began at an instant: asked of the very functions that
tell. Schedules are looked at when each level would be told, so handoffs show."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tocsin.domain.coverage import Reachable, reached_at
from tocsin.domain.escalation import EscalationRule, Target
from tocsin.domain.escalation_audience import Audience
from tocsin.domain.escalation_choice import Choice, choose
from tocsin.domain.escalation_forecast import Course, Level, course
from tocsin.domain.severity import Severity
from tocsin.engine import account_time, escalation_roster, reachable
from tocsin.engine import channel as channels
from tocsin.kernel.caller import Caller
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.escalation import ESCALATIONS


class Question(Struct, frozen=True):
    """An incident as it might be, beginning at an instant (ms). A rule on trial stands among the
    channel's own, in place of the one with its id."""

    channel_id: int
    severity: Severity
    at: int
    title: str
    labels: Mapping[str, str]
    trial: EscalationRule | None = None


class Forecast(Struct, frozen=True):
    """The rule that would take it, and what would come while nobody answers. `people` are
    those it names, by id; `ends_at` (ms) is when nobody would be told any more, 0 where nobody
    is at all; `reached_at` when the first message leaves to somebody's own contact."""

    choice: Choice
    levels: tuple[Level, ...]
    people: Mapping[int, Reachable]
    ends_at: int
    reached_at: int


def ask(tx: Tx, caller: Caller, question: Question) -> Forecast:
    """What would become of an incident in a channel that the caller may see."""
    account_id = caller.account_id
    channels.seen(tx, caller, question.channel_id)
    known = _rules(rules.of_channel(tx, ESCALATIONS, account_id, question.channel_id), question)
    subject = {
        **{f"labels.{name}": value for name, value in question.labels.items()},
        "severity": str(question.severity),
        "status": str(question.severity),
        "title": question.title,
    }
    windows = [window for rule in known for window in rule.windows]
    moment = account_time.moment(tx, account_id, question.at, windows)
    choice = choose(known, subject, moment)
    found = _course(tx, account_id, choice.rule, question) if choice.rule else Course((), 0)
    reached = {one for level in found.levels for one in level.audience.person_ids}
    people = reachable.these(tx, account_id, reached)
    at = reached_at(found, people, question.severity)
    return Forecast(choice, found.levels, people, found.ends_at, at)


def _rules(own: Sequence[EscalationRule], question: Question) -> list[EscalationRule]:
    """The rules in the order in which they are tried."""
    trial = question.trial
    if trial is None:
        return list(own)
    others = [one for one in own if one.id != trial.id]
    return sorted([*others, trial], key=lambda one: (one.priority, one.id))


def _course(tx: Tx, account_id: int, rule: EscalationRule, question: Question) -> Course:
    def look(layer_idx: int, at: int) -> tuple[Target, Audience, tuple[str, ...]]:
        ground = escalation_roster.ground(tx, account_id, rule, question.labels, at)
        wished = () if layer_idx else ground.missing
        return ground.rule.layers[layer_idx].target, ground.audiences[layer_idx], wished

    return course(rule, question.severity, question.at, look)
