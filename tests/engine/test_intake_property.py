"""Whatever order events come in, however often each is repeated and however they are batched."""

from collections.abc import Iterator
from itertools import islice
from random import Random  # noqa: TID251 - hypothesis seeds it

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.intake import Intake, Said
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.severity import EventStatus
from tocsin.domain.trace import Given, Outcome
from tocsin.engine import passage
from tocsin.engine.alert import rehearse
from tocsin.engine.passage import Told
from tocsin.engine.sender import load
from tocsin.store.database import Database

KEYS = ("disk", "cpu", "net")
STATUSES = st.sampled_from(["Critical", "Warning", "Ok", "Ok"])
TEXTS = st.sampled_from(["", "90 %", "95 %"])
SAID = st.builds(
    Said,
    key=st.sampled_from(KEYS),
    status=STATUSES,
    text=TEXTS,
    label=st.sampled_from(["", "", "quiet", "drop", "effect"]),
)
CAUSES = st.builds(Said, key=st.just("ping"), status=STATUSES, label=st.just("cause"))
LIVES = st.lists(st.one_of(SAID, SAID, SAID, CAUSES), min_size=1, max_size=12)
APART = st.lists(SAID, min_size=1, max_size=12)
"""Lives in which no alert decides about another."""
NOTHING = {Outcome.DROPPED, Outcome.UNROUTED, Outcome.NOTHING_TO_RECOVER}
thorough = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

Outlook = list[tuple[object, ...]]


def outlook(intake: Intake) -> Outlook:
    """Alerts with their incidents, all that does not depend on chance, in an order of its own."""
    incidents = intake.incidents()
    names = {intake.loud.id: "loud", intake.quiet.id: "quiet"}
    found: Outlook = []
    for one in intake.alerts():
        of = incidents.get(one.incident_id)
        inc = (
            (of.title, of.severity, of.status, of.progress, of.labels, of.ever_muted) if of else ()
        )
        counts = (of.alert_cnt, of.active_alert_cnt, of.alert_event_cnt, of.end_time) if of else ()
        alert = (one.alert_key, one.severity, one.status, one.description, one.labels)
        state = (one.start_time, one.end_time, one.close_time, one.event_count, one.ever_muted)
        found.append((names[one.channel_id], *alert, *state, inc, counts))
    assert {one.incident_id for one in intake.alerts()} - {""} == set(incidents)
    return found


def batches(said: list[Said], sizes: list[int]) -> Iterator[list[Said]]:
    left = iter(said)
    for size in [*sizes, len(said)]:
        if batch := list(islice(left, size)):
            yield batch


def repeated(said: list[Said], times: list[int]) -> list[Said]:
    """Each said as often as that, once where nothing says how often."""
    often = times + [1] * len(said)
    return [one for one, count in zip(said, often, strict=False) for _ in range(count)]


def overtaking(said: list[Said], rng: Random) -> list[Said]:
    """The same in an order in which only what has one key keeps its own."""
    queues = {key: iter([one for one in said if one.key == key]) for key in KEYS}
    turns = [one.key for one in said]
    rng.shuffle(turns)
    return [next(queues[key]) for key in turns]


def by_key(found: Outlook) -> list[Outlook]:
    """What each key came to in each channel, in its own order."""
    kept: dict[object, Outlook] = {}
    for one in found:
        kept.setdefault(one[:2], []).append(one)
    return [kept[key] for key in sorted(kept, key=repr)]


@thorough
@given(LIVES, st.lists(st.integers(1, 5), max_size=12), st.lists(st.integers(1, 3)))
def test_batches_and_repeats_make_no_difference(
    database: Database, said: list[Said], sizes: list[int], times: list[int]
) -> None:
    one_by_one, batched = Intake(database), Intake(database)
    for one in said:
        one_by_one.digest([one])
    for batch in batches(repeated(said, times), sizes):
        batched.digest(batch)
    assert outlook(batched) == outlook(one_by_one)


@thorough
@given(APART, st.randoms(use_true_random=False))
def test_keys_may_overtake_one_another(database: Database, said: list[Said], rng: Random) -> None:
    in_order, shuffled = Intake(database), Intake(database)
    in_order.digest(said)
    shuffled.digest(overtaking(said, rng))
    assert by_key(outlook(shuffled)) == by_key(outlook(in_order))


@thorough
@given(LIVES, st.lists(st.integers(1, 5), max_size=12))
def test_nothing_accepted_is_neither_in_an_incident_nor_traced(
    database: Database, said: list[Said], sizes: list[int]
) -> None:
    intake = Intake(database)
    for batch in batches(said, sizes):
        intake.digest(batch)
    traces, known = intake.traces(), {one.id: one for one in intake.alerts()}
    told = {one.given.mark for one in traces if isinstance(one.given, AlertEvent)}
    marks = {_mark(one) for one in said}
    assert marks == told
    for one in traces:
        assert (one.outcome in NOTHING) == (one.alert_id == "")
        if one.outcome in (Outcome.OPENED, Outcome.UPDATED):
            assert one.incident_id
        if one.alert_id:
            assert known[one.alert_id].alert_key == one.alert_key
    assert all(one.incident_id or one.ever_muted for one in known.values())
    for trace in traces:
        stages = [step.stage for step in trace.steps]
        assert stages == sorted(stages, key=list(type(stages[0])).index), "out of order"


def _mark(said: Said) -> str:
    status = EventStatus(said.status)
    return AlertEvent("", status, f"{said.key} is bad", 0, description=said.text).mark


@thorough
@given(LIVES)
def test_what_a_trace_was_given_comes_to_the_same_again(
    database: Database, said: list[Said]
) -> None:
    """A second sender with the same rules is given what the traces kept, and nothing else."""
    first, second = Intake(database), Intake(database)
    for one in said:
        first.digest([one])
    names = {each.loud.id: "loud" for each in (first, second)}
    names |= {each.quiet.id: "quiet" for each in (first, second)} | {0: ""}
    for received_at in dict.fromkeys(one.received_at for one in first.traces()):
        kept = [one for one in first.traces() if one.received_at == received_at]
        given_ = kept[0].given
        assert isinstance(given_, AlertEvent)
        with database.read() as tx:
            sender = load(tx, second.account_id, second.sender.id, 0)
            assert sender
            rehearsed = rehearse(tx, passage.rehearse(tx, Told(sender, given_, received_at)))
        expected = {(names[one.channel_id], one.outcome) for one in kept}
        assert expected <= {(names[one.channel_id], one.outcome) for one in rehearsed}
        second.digest([_said(given_)])
    told = [
        {(names[one.channel_id], one.outcome, _mark(_said(one.given))) for one in each.traces()}
        for each in (first, second)
    ]
    assert told[0] == told[1]


def _said(event: Given) -> Said:
    assert isinstance(event, AlertEvent)
    return Said(event.alert_key, event.status, event.description, event.labels.get("kind", ""))


def test_an_ok_for_an_unknown_key_creates_nothing(database: Database) -> None:
    intake = Intake(database)
    intake.digest([Said(status="Ok"), Said(status="Ok", key="cpu")])
    assert (intake.alerts(), intake.incidents()) == ([], {})
    assert [one.outcome for one in intake.traces()] == [Outcome.NOTHING_TO_RECOVER] * 2


@pytest.mark.parametrize("label", ["", "quiet"])
def test_a_muted_alert_waits_for_an_event_that_is_not(database: Database, label: str) -> None:
    intake = Intake(database)
    intake.digest([Said(label="quiet")])
    loud, quiet = intake.alerts()
    assert (loud.incident_id != "", loud.ever_muted) == (True, False)
    assert (quiet.incident_id, quiet.ever_muted) == ("", True)
    intake.digest([Said(label=label)])
    _, quiet = intake.alerts()
    assert quiet.ever_muted
    assert (quiet.incident_id == "") == (label == "quiet")
    assert len(intake.incidents()) == (1 if label == "quiet" else 2)
    intake.digest([Said(status="Ok")])
    assert all(one.end_time for one in intake.alerts())
