"""Previews are the live engine, asked first: each answer is compared with what then happens."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from tests.engine.test_intake_property import LIVES
from tests.intake import Intake, Said, labelled
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.channel import Group, GroupMethod
from tocsin.domain.drop_rule import DropRule
from tocsin.domain.silence import SilenceRule
from tocsin.domain.trace import Outcome, Stage, Trace
from tocsin.engine import noise_preview
from tocsin.engine.trace import preview
from tocsin.kernel.caller import Caller
from tocsin.sources import doors
from tocsin.sources.door import Kept
from tocsin.store import noise_rule as rules
from tocsin.store.database import Database
from tocsin.store.noise_rule import DROPS, SILENCES

ALONE = Group(GroupMethod.NONE)
BY_KIND = Group(GroupMethod.PATTERN, equals=(("labels.kind",),), time_window=30)
ALIKE = Group(GroupMethod.INTELLIGENT, i_keys=("title", "description"), i_score_threshold=0.6)
GROUPS = pytest.mark.parametrize("group", [ALONE, BY_KIND, ALIKE], ids=["n", "p", "i"])
UNKNOWN_BEFORE = ("alert_id", "incident_id", "path")
brisk = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@GROUPS
@brisk
@given(LIVES)
def test_what_a_preview_of_an_event_says_is_what_the_push_then_comes_to(
    database: Database, group: Group, said: list[Said]
) -> None:
    intake = Intake(database, group)
    for one in said:
        promised = {trace.channel_id: trace for trace in foreseen(intake, one)}
        known = {trace.id for trace in intake.traces()}
        intake.digest([one])
        came = {
            trace.channel_id: trace
            for trace in intake.traces()
            if trace.id not in known or trace.last_received_at == intake.last_received_at
        }
        for channel_id, trace in promised.items():
            if channel_id in came:
                assert told(trace) == told(came[channel_id])
            else:
                assert repeats(trace), "nothing new leaves no trace, and nothing else"
        assert came.keys() <= promised.keys()


def foreseen(intake: Intake, said: Said) -> list[Trace]:
    """What the operation answers about an event before it is pushed."""
    received = intake.received
    entry = intake.entry(said)
    kept = Kept(entry.body, entry.meta, entry.received_at)
    event = doors.read(kept, intake.sender)[0]
    intake.received = received
    assert isinstance(event, AlertEvent)
    caller = Caller(intake.account_id, 1, "Alice", is_admin=True)
    with intake.database.read() as tx:
        return preview(tx, caller, intake.sender.id, 0, event)


def told(trace: Trace) -> tuple[Any, ...]:
    """A trace without what is not known before: the ids of what it opens, and the door."""
    steps = [replace(step, detail=known(step.detail)) for step in trace.steps]
    joins = trace.outcome in (Outcome.MERGED, Outcome.UPDATED, Outcome.RECOVERED)
    return trace.outcome, steps, trace.incident_id if joins else ""


def known(detail: Mapping[str, str]) -> dict[str, str]:
    return {name: one for name, one in detail.items() if name not in UNKNOWN_BEFORE}


def repeats(trace: Trace) -> bool:
    return any((step.stage, step.verdict) == (Stage.ALERT, "repeated") for step in trace.steps)


KINDS = {"disk": "watched", "cpu": "watched", "net": "", "ping": ""}


@brisk
@given(LIVES)
def test_drop_and_silence_previews_of_the_past_show_what_such_a_rule_does_to_the_same_pushes(
    database: Database, said: list[Said]
) -> None:
    """A life is asked about afterwards, and lived again where the rules are."""
    at = database.clock.now() // 1000
    said = [replace(one, label=KINDS[one.key], at=at) for one in said]
    without, dropping, silencing = (Intake(database) for _ in range(3))
    filters = labelled("watched")
    with database.write() as tx:
        terms = dropping.rule(tx, dropping.loud)
        rules.add(tx, DROPS, DropRule(filters=filters, **terms))
        terms = silencing.rule(tx, silencing.loud)
        rules.add(tx, SILENCES, SilenceRule(filters=filters, end_time=2**50, **terms))
    for intake in (without, dropping, silencing):
        intake.digest(said)
    with database.read() as tx:
        terms = without.rule(tx, without.loud)
        dropped = noise_preview.drop(tx, DropRule(filters=filters, **terms))
        end = tx.now + 1
        silent = noise_preview.silenced(tx, SilenceRule(filters=filters, end_time=end, **terms))
    assert hidden(dropped) == stopped(dropping, Outcome.DROPPED)
    assert hidden(silent) == stopped(silencing, Outcome.MUTED)
    firing = {one.alert_key for one in silencing.alerts() if one.is_open and one.muted_by}
    assert {one.alert_key for one in silent.hidden_alerts} == firing


def hidden(shown: noise_preview.Preview) -> set[tuple[str, str]]:
    return {(one.alert_key, one.status) for one in shown.hidden_events}


def stopped(intake: Intake, outcome: Outcome) -> set[tuple[str, str]]:
    """What came to that in the first channel."""
    return {
        (one.alert_key, one.given.status)
        for one in intake.traces()
        if one.channel_id == intake.loud.id
        and one.outcome is outcome
        and isinstance(one.given, AlertEvent)
    }
