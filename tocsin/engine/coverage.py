"""The coverage check: whether every channel would reach somebody in time in the days to come.

It is owed like a message, a few channels a leg, so nothing is held open while it computes. It asks
the same functions that page.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from tocsin.domain import notice_words
from tocsin.domain.access import ACCOUNT_ADMIN
from tocsin.domain.coverage import (
    AHEAD_DAYS,
    WITHIN_MINUTES_DEFAULT,
    Answer,
    answer,
    candidates,
    edges,
    offsets,
)
from tocsin.domain.escalation import EscalationRule, Target
from tocsin.domain.escalation_audience import Audience, audience
from tocsin.domain.escalation_choice import choose
from tocsin.domain.escalation_forecast import course
from tocsin.domain.interval import Interval
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.severity import Severity
from tocsin.domain.subject import of_severity
from tocsin.domain.time_filter import Moment
from tocsin.domain.timer import Timer
from tocsin.domain.wall_clock import days, instant, later, midnight, wall_time
from tocsin.engine import account_time, coverage_outlook, notice
from tocsin.engine.coverage_outlook import Outlook
from tocsin.engine.coverage_watch import DUE, METHOD
from tocsin.engine.notice import Words
from tocsin.kernel.units import DAY, HOUR, MINUTE
from tocsin.outbound.transport import Message, Receipt
from tocsin.store import channel as channels
from tocsin.store import coverage as results
from tocsin.store import delivery, timer
from tocsin.store import member as members
from tocsin.store import noise_rule as rules
from tocsin.store.coverage import Coverage
from tocsin.store.database import Database, Tx
from tocsin.store.escalation import ESCALATIONS

CHANNELS_A_LEG: Final = 5
NIGHTLY_AT_MS: Final = 3 * HOUR
LISTED_MAX: Final = 20
_SEVERITIES: Final = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


class Leg(Struct, frozen=True):
    """A part of a check: the channels after one."""

    account_id: int
    after: int = 0


class Plan(Struct, frozen=True):
    """A channel with its rules, and what else tells when the answer may change."""

    name: str
    channel_id: int
    rules: tuple[EscalationRule, ...]


def come_due(tx: Tx, fired: Timer) -> None:
    """Something changed, or it is night: check."""
    owe(tx, Leg(fired.account_id))
    timer.set_(tx, fired.account_id, DUE, fired.subject, _next_night(tx, fired.account_id))


def owe(tx: Tx, leg: Leg) -> None:
    """Have the next leg of a check done."""
    delivery.owe(tx, leg.account_id, METHOD, "", msgspec.json.encode(leg), "")


class CoverageTransport:
    """Does a leg of a check."""

    retry = RetryPolicy(failures_max=3, age_max_ms=DAY)
    senders = 1

    def __init__(self, database: Database) -> None:
        self._database = database

    def send(self, message: Message) -> Receipt:
        leg = msgspec.json.decode(message.payload, type=Leg)
        with self._database.read() as tx:
            within = results.within_ms(tx, leg.account_id, WITHIN_MINUTES_DEFAULT * MINUTE)
            plans = _plans(tx, leg)
            now = tx.now
            window = Interval(now, now + AHEAD_DAYS * DAY)
            of_all = [rule for plan in plans for rule in plan.rules]
            outlook = coverage_outlook.load(tx, leg.account_id, of_all, window)
        found = [
            checked(plan, severity, outlook, within, now)
            for plan in plans
            for severity in _SEVERITIES
        ]
        with self._database.write() as tx:
            _keep(tx, leg, plans, found)
        return Receipt(f"{len(plans)} channels")


def _plans(tx: Tx, leg: Leg) -> list[Plan]:
    found = channels.enabled(tx, leg.account_id, leg.after, CHANNELS_A_LEG)
    return [
        Plan(one.name, one.id, tuple(rules.in_force(tx, ESCALATIONS, leg.account_id, one.id)))
        for one in found
    ]


def checked(plan: Plan, severity: Severity, outlook: Outlook, within_ms: int, now: int) -> Coverage:
    """The first instant at which an incident of a severity reaches nobody in time."""
    first: Answer | None = None
    uncovered: Answer | None = None
    uncovered_at = 0
    for at in _instants(plan, severity, outlook, within_ms):
        found = asked(plan.rules, severity, outlook, at, within_ms)
        first = first or found
        if not found.is_covered:
            uncovered, uncovered_at = found, at
            break
    shown = uncovered or first
    assert shown is not None, "the window's first instant is always asked"
    return Coverage(
        account_id=outlook.account_id,
        channel_id=plan.channel_id,
        severity=severity,
        checked_at=now,
        uncovered_at=uncovered_at,
        reason=shown.reason,
        trace=shown.trace,
        within_ms=within_ms,
    )


def _instants(plan: Plan, severity: Severity, outlook: Outlook, within_ms: int) -> list[int]:
    window = outlook.window
    of_rules = edges([one for rule in plan.rules for one in rule.windows], window, outlook.zone)
    targets = [layer.target for rule in plan.rules for layer in rule.layers]
    of_people = [*outlook.handoffs(targets)]
    if severity is not Severity.CRITICAL:
        of_people += outlook.quiet_edges(targets)
    return candidates(of_rules, of_people, offsets(plan.rules, within_ms), window)


def asked(
    known: Sequence[EscalationRule], severity: Severity, outlook: Outlook, at: int, within_ms: int
) -> Answer:
    """What would become of an incident without labels that began at an instant."""
    moment = Moment(at, outlook.zone, outlook.calendars)
    choice = choose(known, of_severity(severity), moment)
    rule = choice.rule
    if rule is None:
        return Answer(False, f"no rule takes it: {choice.reason}", ())

    def look(layer_idx: int, told_at: int) -> tuple[Target, Audience, tuple[str, ...]]:
        target = rule.layers[layer_idx].target
        return target, audience(target, outlook.roster(target, told_at)), ()

    found = answer(course(rule, severity, at, look), outlook.people, severity, at, within_ms)
    return Answer(found.is_covered, found.reason, (choice.reason, *found.trace))


def _keep(tx: Tx, leg: Leg, plans: Sequence[Plan], found: Iterable[Coverage]) -> None:
    before: Mapping[int, Mapping[Severity, Coverage]] = {
        plan.channel_id: results.of_channel(tx, leg.account_id, plan.channel_id) for plan in plans
    }
    results.put(tx, [_remembering(one, before[one.channel_id]) for one in found])
    if len(plans) == CHANNELS_A_LEG:
        owe(tx, Leg(leg.account_id, plans[-1].channel_id))
        return
    results.keep_channels(tx, leg.account_id, channels.enabled_ids(tx, leg.account_id))
    _tell(tx, leg.account_id)


def _remembering(found: Coverage, before: Mapping[Severity, Coverage]) -> Coverage:
    """What is still not covered was told before, if it was."""
    last = before.get(found.severity)
    known = bool(found.uncovered_at and last and last.is_told)
    return msgspec.structs.replace(found, is_told=known)


def _tell(tx: Tx, account_id: int) -> None:
    """Tell the admins, once, of what is not covered any more."""
    new = results.untold(tx, account_id)
    if not new:
        return
    zone = account_time.zone(tx, account_id)
    gaps = [
        (name, str(one.severity), f"{wall_time(one.uncovered_at, zone):%Y-%m-%d %H:%M} ({zone})",
         one.reason)
        for name, one in new[:LISTED_MAX]
    ]  # fmt: skip
    count, more = len({one.channel_id for _, one in new}), max(0, len(new) - LISTED_MAX)
    for person in members.with_role(tx, account_id, ACCOUNT_ADMIN):
        title, text = notice_words.coverage(count, gaps, more, person.locale)
        notice.tell(tx, person, Words("coverage", tx.now, title, text))
    results.set_told(tx, account_id)


def _next_night(tx: Tx, account_id: int) -> int:
    zone = account_time.zone(tx, account_id)
    nights = (
        instant(later(midnight(day), NIGHTLY_AT_MS), zone)
        for day in days(tx.now, tx.now + 2 * DAY, zone)
    )
    return next(at for at in nights if at > tx.now)
