"""Who would be told of an incident, and when."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.coverage import Reachable
from tocsin.domain.escalation import EscalationRule, Layer
from tocsin.domain.escalation_audience import Reached
from tocsin.domain.escalation_choice import Verdict
from tocsin.domain.escalation_forecast import Level
from tocsin.domain.message.template import PRESET_ID
from tocsin.domain.severity import Severity
from tocsin.engine import channel as channels
from tocsin.engine import escalation_preview as engine
from tocsin.engine import escalation_rule
from tocsin.engine.escalation_preview import Forecast, Question
from tocsin.engine.escalation_rule import Scope, Terms
from tocsin.engine.noise_rule import Label
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.units import from_seconds, seconds
from tocsin.store.database import Tx
from tocsin.wire.escalation import Matching, Windows
from tocsin.wire.noise_rule import TAG, Priority


class RuleOnTrial(Struct, frozen=True):
    """A rule that nobody saved."""

    layers: Annotated[tuple[Layer, ...], Meta(min_length=1, description="Tried in order.")]
    rule_id: Annotated[
        str, Meta(description="The rule that it would replace; empty for a new one.")
    ] = ""
    rule_name: Annotated[str, Meta(max_length=39)] = ""
    priority: Priority = 0
    filters: Matching = ()
    time_filters: Windows = ()


class AskWhoIsTold(Struct, frozen=True):
    channel_id: int
    severity: Severity = Severity.CRITICAL
    at: Annotated[
        int, Meta(ge=0, le=4_102_444_800, description="When it begins, in seconds; 0 is now.")
    ] = 0
    title: str = ""
    labels: Annotated[dict[str, str], Meta(description="Of its first alert.")] = {}
    rule: Annotated[
        RuleOnTrial | None, Meta(description="Tried among the channel's rules, as if it were set.")
    ] = None


class TriedRule(Struct, frozen=True):
    rule_id: str
    rule_name: str
    verdict: Verdict


class ToldPerson(Struct, frozen=True):
    person_id: int
    person_name: str
    via: Annotated[str, Meta(description="By which way the rule comes to them.")]
    first_by: Annotated[str, Meta(description="The method of their first message; none: no way.")]
    first_at: Annotated[
        int, Meta(description="When it leaves, in seconds: waits and quiet hours put it off.")
    ]


class ToldLevel(Struct, frozen=True):
    """A level, while nobody acknowledges. One that reaches nobody is passed over at once."""

    layer_idx: int
    at: Annotated[int, Meta(description="When it is told, in seconds.")]
    again_at: Annotated[tuple[int, ...], Meta(description="When it is told again, in seconds.")]
    people: list[ToldPerson]
    emails: tuple[str, ...]
    webhooks: Annotated[tuple[str, ...], Meta(description="Types of the chats that are told.")]
    methods: Annotated[
        tuple[str, ...], Meta(description="What the rule orders; none: as each person prefers.")
    ]
    missing: Annotated[tuple[str, ...], Meta(description="Who is named in vain, and why.")]
    text: Annotated[str, Meta(description="All of it in one line, for people.")]


class WhoIsTold(Struct, frozen=True):
    """`rule_id` is empty where no rule takes it; then nobody is told."""

    rule_id: str
    rule_name: str
    reason: str
    reaches_somebody: Annotated[
        bool, Meta(description="A message leaves to a contact that somebody proved, or their mail.")
    ]
    ends_at: Annotated[int, Meta(description="When nobody is told any more, in seconds; 0: ever.")]
    tried: list[TriedRule]
    levels: list[ToldLevel]


@operation("/channel/escalate/preview", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: AskWhoIsTold) -> WhoIsTold:
    """Tell who would be paged, level by level, if an incident began at an instant.

    Nothing happens. Schedules are read as they stand now, at the instant each level would be told.
    """
    at = from_seconds(request.at) or tx.now
    trial = _trial(tx, caller, request.channel_id, request.rule) if request.rule else None
    question = Question(
        request.channel_id, request.severity, at, request.title, request.labels, trial
    )
    found = engine.ask(tx, caller, question)
    rule = found.choice.rule
    return WhoIsTold(
        rule_id=rule.id if rule else "",
        rule_name=rule.name if rule else "",
        reason=found.choice.reason,
        reaches_somebody=found.reached_at > 0,
        ends_at=seconds(found.ends_at),
        tried=[TriedRule(one.rule_id, one.rule_name, one.verdict) for one in found.choice.tried],
        levels=[_level(one, found, at, request.severity) for one in found.levels],
    )


def _trial(tx: Tx, caller: Caller, channel_id: int, rule: RuleOnTrial) -> EscalationRule:
    channels.seen(tx, caller, channel_id)
    label = Label(rule.rule_name, "", rule.priority)
    terms = Terms(Scope(PRESET_ID, rule.time_filters, rule.filters), rule.layers)
    return escalation_rule.drafted(tx, caller, channel_id, rule.rule_id, label, terms)


def _level(level: Level, found: Forecast, began_at: int, severity: Severity) -> ToldLevel:
    people = [
        _person(one, found.people[one.person_id], level, severity) for one in level.audience.people
    ]
    named = [
        f"{one.person_name} ({one.via})"
        + ("" if one.first_by else f" who {found.people[one.person_id].lack}")
        for one in people
    ]
    chats = tuple(one.type for one in level.audience.robots)
    whom = ", ".join([*named, *level.audience.emails, *chats]) or "nobody"
    notes = f"; {'; '.join(level.missing)}" if level.missing else ""
    after = seconds(level.at - began_at)
    return ToldLevel(
        layer_idx=level.layer_idx,
        at=seconds(level.at),
        again_at=tuple(seconds(one) for one in level.again_at),
        people=people,
        emails=level.audience.emails,
        webhooks=chats,
        methods=level.methods,
        missing=level.missing,
        text=f"after {after} s level {level.layer_idx + 1} tells {whom}{notes}",
    )


def _person(one: Reached, person: Reachable, level: Level, severity: Severity) -> ToldPerson:
    first = person.first(level.methods, severity, level.at)
    at, method = first or (0, "")
    return ToldPerson(one.person_id, person.name, one.via, method, seconds(at))
