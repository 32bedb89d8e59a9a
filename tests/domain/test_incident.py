"""An incident under any sequence of what people, alerts and timers may do to it."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tocsin.domain import incident_alert, incident_edit, incident_people, incident_progress
from tocsin.domain.feed import ClosedFrom, EntryType
from tocsin.domain.incident import (
    Cause,
    ClearTimer,
    CloseAlerts,
    Decision,
    Incident,
    Notify,
    Overridable,
    Progress,
    SetTimer,
    TimerKind,
)
from tocsin.domain.incident_alert import Facts
from tocsin.domain.incident_closing import Closing, deadline
from tocsin.domain.incident_edit import MergeWish
from tocsin.domain.incident_people import Handover
from tocsin.domain.severity import EventStatus, Severity, rank
from tocsin.kernel.errors import BadRequest
from tocsin.kernel.units import MINUTE

PEOPLE = st.integers(1, 4)
START = 1_000 * MINUTE


def incident(**fields: Any) -> Incident:
    wish: dict[str, Any] = {
        "incident_id": "0" * 24,
        "account_id": 1,
        "num": "000000",
        "title": "Disk full",
        "severity": Severity.WARNING,
        "status": EventStatus.WARNING,
        "start_time": START,
        "last_time": START,
        "created_at": START,
        "updated_at": START,
    }
    return Incident(**wish | fields)


class Life(RuleBasedStateMachine):
    """One incident of two alerts, its timers as the engine would keep them, and who was told."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.closing = Closing(on_recovery=True, timeout_ms=500 * MINUTE, from_last_merge=True)
        self.incident = incident(alert_cnt=2, active_alert_cnt=2)
        self.timers: dict[TimerKind, int] = {}
        self.firing = [EventStatus.WARNING, EventStatus.WARNING]
        self.alerts_closed = False
        self.set_by_hand: dict[Overridable, object] = {}
        self.told: list[Notify] = []
        self.assignments = 0
        for effect in deadline(self.incident, self.closing):
            assert isinstance(effect, SetTimer)
            self.timers[effect.kind] = effect.due_at

    def assignment_id(self) -> str:
        self.assignments += 1
        return str(self.assignments)

    def take(self, decision: Decision) -> None:
        assert decision.reason
        if decision.incident == self.incident:
            assert not any(isinstance(one, Notify) for one in decision.effects)
        self.incident = decision.incident
        for effect in decision.effects:
            match effect:
                case SetTimer(kind, due_at):
                    self.timers[kind] = due_at
                case ClearTimer(kind):
                    self.timers.pop(kind, None)
                case CloseAlerts():
                    self.alerts_closed = True
                case Notify():
                    self.told.append(effect)

    def attempt(self, decide: Any) -> None:
        """What a closed incident stands against is refused, and nothing else is."""
        closed = self.incident.progress is Progress.CLOSED
        try:
            self.take(decide())
        except BadRequest:
            assert closed
        else:
            assert not closed

    @rule(by=PEOPLE)
    def acknowledge(self, by: int) -> None:
        self.attempt(lambda: incident_progress.acknowledge(self.incident, by, self.now))

    @rule(by=PEOPLE)
    def unacknowledge(self, by: int) -> None:
        self.attempt(lambda: incident_progress.unacknowledge(self.incident, by, self.now))

    @rule(by=PEOPLE, minutes=st.integers(1, 1440))
    def snooze(self, by: int, minutes: int) -> None:
        self.attempt(lambda: incident_progress.snooze(self.incident, minutes, by, self.now))

    @rule(by=PEOPLE)
    def wake(self, by: int) -> None:
        told = len(self.told)
        self.take(incident_progress.wake(self.incident, by, self.now))
        assert len(self.told) == told

    @rule(by=PEOPLE)
    def close(self, by: int) -> None:
        self.take(incident_progress.close(self.incident, ClosedFrom.CONSOLE, by, self.now))
        assert self.incident.progress is Progress.CLOSED

    @rule(by=PEOPLE)
    def reopen(self, by: int) -> None:
        before = self.incident
        self.take(incident_progress.reopen(before, "why", by, self.now, "assignment", self.closing))
        assert self.incident.progress is not Progress.CLOSED
        if before.progress is Progress.CLOSED:
            assert not any(one.acknowledged_at for one in self.incident.responders)

    @rule(by=PEOPLE, people=st.lists(PEOPLE, min_size=1))
    def assign(self, by: int, people: list[int]) -> None:
        had = {one.person_id for one in self.incident.responders if one.acknowledged_at}
        to = Handover(tuple(people))
        self.attempt(
            lambda: incident_people.assign(
                self.incident, to, by, self.now, self.assignment_id(), Cause.ASSIGNED
            )
        )
        if self.incident.progress is not Progress.CLOSED:
            assert {one.person_id for one in self.incident.responders} == set(people)
            kept = {one.person_id for one in self.incident.responders if one.acknowledged_at}
            assert kept == had & set(people)

    @rule(by=PEOPLE, people=st.lists(PEOPLE, min_size=1))
    def add(self, by: int, people: list[int]) -> None:
        on_it = {one.person_id for one in self.incident.responders}
        told = len(self.told)
        self.attempt(
            lambda: incident_people.add_responders(
                self.incident, tuple(people), by, self.now, ("email",)
            )
        )
        for one in self.told[told:]:
            assert on_it.isdisjoint(one.person_ids)

    @rule(title=st.text(min_size=3, max_size=5), severity=st.sampled_from(Severity))
    def edit(self, title: str, severity: Severity) -> None:
        changes = {Overridable.TITLE: title, Overridable.SEVERITY: severity}
        self.take(incident_edit.edit(self.incident, changes, 1, self.now))
        self.set_by_hand |= changes

    @precondition(lambda self: not self.alerts_closed)
    @rule(which=st.integers(0, 1), status=st.sampled_from(EventStatus))
    def alert(self, which: int, status: EventStatus) -> None:
        if self.firing[which] is EventStatus.OK:
            return
        self.firing[which] = status
        active = [one for one in self.firing if one is not EventStatus.OK]
        worst = max(active, key=rank, default=EventStatus.OK)
        before = self.incident
        facts = Facts(
            alert_cnt=2,
            active_alert_cnt=len(active),
            alert_event_cnt=before.alert_event_cnt + 1,
            severity=Severity(worst) if active else before.severity,
            status=worst,
            last_time=self.now,
            end_time=0 if active else self.now,
            labels={"host": str(which)},
        )
        self.take(incident_alert.refresh(before, facts, self.closing, self.now))
        assert rank(self.incident.severity) >= rank(before.severity)
        assert (self.incident.progress is Progress.CLOSED) == (
            before.progress is Progress.CLOSED or not active
        )

    @rule(severity=st.sampled_from(Severity), by=PEOPLE)
    def merge(self, severity: Severity, by: int) -> None:
        other = incident(incident_id="1" * 24, severity=severity, title="Other")

        def decide() -> Decision:
            merged = incident_edit.merge(self.incident, (other,), MergeWish(), by, self.now)
            (source,) = merged.sources
            assert source.incident.progress is Progress.CLOSED
            assert CloseAlerts() not in source.effects
            assert source.entries[0] == merged.target.entries[0]
            return merged.target

        self.attempt(decide)

    @rule(minutes=st.integers(1, 700))
    def pass_time(self, minutes: int) -> None:
        until = self.now + minutes * MINUTE
        while due := [pair for pair in self.timers.items() if pair[1] <= until]:
            kind, self.now = min(due, key=lambda pair: pair[1])
            del self.timers[kind]
            if kind is TimerKind.SNOOZE:
                self.take(incident_progress.snooze_over(self.incident, self.now))
            else:
                self.take(incident_alert.timed_out(self.incident, self.closing, self.now))
        self.now = until

    @invariant()
    def processing_means_somebody_acknowledged(self) -> None:
        acknowledged = any(one.acknowledged_at for one in self.incident.responders)
        if self.incident.progress is not Progress.CLOSED:
            assert (self.incident.progress is Progress.PROCESSING) == acknowledged
            assert (self.incident.ack_time > 0) == acknowledged

    @invariant()
    def closed_means_closed_at_an_instant_and_quiet(self) -> None:
        closed = self.incident.progress is Progress.CLOSED
        assert closed == (self.incident.close_time > 0)
        if closed:
            assert not self.incident.snoozed_before
            assert not self.timers

    @invariant()
    def what_is_open_has_exactly_the_timers_it_needs(self) -> None:
        if self.incident.progress is not Progress.CLOSED:
            snoozed = self.incident.snoozed_before
            assert self.timers.get(TimerKind.SNOOZE, 0) == snoozed
            assert TimerKind.TIMEOUT in self.timers
            assert all(due > self.now for due in self.timers.values())

    @invariant()
    def nobody_is_on_it_twice(self) -> None:
        people = [one.person_id for one in self.incident.responders]
        assert len(people) == len(set(people))

    @invariant()
    def what_a_person_set_stays(self) -> None:
        for name, value in self.set_by_hand.items():
            assert getattr(self.incident, name) == value


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_a_confirmed_value_is_an_override_without_an_entry() -> None:
    decision = incident_edit.edit(incident(), {Overridable.TITLE: "Disk full"}, 1, START)
    assert decision.entries == ()
    assert decision.incident.manual_overrides == (Overridable.TITLE,)


def test_an_incident_people_made_never_has_labels() -> None:
    facts = Facts(1, 1, 1, Severity.INFO, EventStatus.INFO, START, 0, {"host": "db7"})
    refreshed = incident_alert.refresh(incident(creator_id=7), facts, Closing(), START)
    assert refreshed.incident.labels == {}


def test_the_worst_source_raises_the_target_with_an_entry() -> None:
    bad = incident(incident_id="1" * 24, severity=Severity.CRITICAL)
    merged = incident_edit.merge(incident(), (bad,), MergeWish(), 1, START)
    assert merged.target.incident.severity is Severity.CRITICAL
    assert [one.type for one in merged.target.entries] == [
        EntryType.MERGE,
        EntryType.RESET_SEVERITY,
    ]
