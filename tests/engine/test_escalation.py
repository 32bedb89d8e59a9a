"""Incidents that nobody answers, in fast forward: who is told, when, and what the timeline says."""

from collections.abc import Iterator

import msgspec
import pytest

from tests.clock import VirtualClock
from tests.incidents import fire_timers
from tests.story import BY, Story, level, on_duty
from tocsin.domain.escalation import Layer, Target
from tocsin.domain.filter import Condition, Operator
from tocsin.domain.incident import Stuck
from tocsin.domain.incident_people import Handover
from tocsin.domain.member import MemberStatus
from tocsin.domain.message.template import PRESET_ID
from tocsin.domain.severity import EventStatus, Severity
from tocsin.domain.time_filter import TimeFilter
from tocsin.engine import escalation_rule, incident_work
from tocsin.engine.escalation_rule import Scope, Terms
from tocsin.engine.incident_work import Report, ToRule
from tocsin.engine.noise_rule import Label
from tocsin.kernel.units import MINUTE
from tocsin.store import gauge
from tocsin.store import member as members
from tocsin.store.database import Database
from tocsin.store.escalation import ESCALATIONS
from tocsin.store.tables.platform import account


@pytest.fixture
def story(database: Database, clock: VirtualClock) -> Iterator[Story]:
    told = Story(database, clock)
    yield told
    assert told.unreasoned == []


def test_nobody_answers_until_the_top_and_the_timeline_says_all_of_it(story: Story) -> None:
    story.rule()
    story.begins()
    held = story.incident.assigned_to
    assert (held.escalate_rule_name, held.layer_idx, held.type) == ("R", 0, "assign")
    story.wait(60)
    assert story.told == [(0, "Bob"), (5, "Bob"), (8, "Alice")]
    assert [one.person_id for one in story.incident.responders] == [story.cast.alice.id]
    assert story.incident.assigned_to.type == "escalate"
    assert story.entries[-1][0] == 13
    assert "nobody is told again" in story.untold[0]
    assert story.incident.stuck is Stuck.UNANSWERED
    assert all(reason for _, _, _, reason in story.entries)
    with story.database.read() as tx:
        assert gauge.stuck(tx) == {"unanswered": 1}


def test_an_acknowledgement_stops_it_and_withdrawing_it_tells_the_level_again(story: Story) -> None:
    story.rule()
    story.begins()
    story.wait(2)
    story.does(incident_work.acknowledge)
    assert story.timer == -1
    story.wait(90)
    assert story.told == [(0, "Bob")]
    story.does(incident_work.unacknowledge)
    story.wait(8)
    assert story.told[1:] == [(92, "Bob"), (97, "Bob"), (100, "Alice")]


def test_an_acknowledgement_at_the_top_takes_it_off_the_numbers(story: Story) -> None:
    story.rule(level(story.cast.bob))
    story.begins()
    story.wait(20)
    story.does(incident_work.acknowledge)
    with story.database.read() as tx:
        assert gauge.stuck(tx) == {}


def test_recovery_ends_it_and_gathering_cancels_the_first_message(story: Story) -> None:
    story.rule(aggregation_ms=3 * MINUTE)
    story.begins()
    story.wait(2)
    assert story.told == []
    story.wait(1)
    assert story.told == [(3, "Bob")]
    story.says(EventStatus.OK)
    story.wait(30)
    assert story.told == [(3, "Bob")]
    story.begins()
    story.wait(1)
    story.says(EventStatus.OK)
    story.wait(30)
    assert (story.told, story.timer) == ([], -1)


def test_a_snooze_across_a_handoff_wakes_whoever_is_on_call_then(story: Story) -> None:
    target = on_duty(story, story.cast.bob, story.cast.alice)
    story.rule(Layer(target, max_times=1))
    story.begins()
    story.wait(1)
    story.does(incident_work.snooze, 90)
    assert story.timer == -1
    story.wait(89)
    assert story.told == [(0, "Bob")]
    story.wait(1)
    assert story.told == [(0, "Bob"), (91, "Alice")]


def test_who_wakes_it_has_one_step_before_the_level_is_told_again(story: Story) -> None:
    story.rule()
    story.begins()
    story.does(incident_work.snooze, 60)
    story.wait(10)
    story.does(incident_work.wake)
    story.wait(4)
    assert story.told == [(0, "Bob")]
    story.wait(1)
    assert story.told == [(0, "Bob"), (15, "Bob")]


def test_an_empty_schedule_is_passed_over_and_said_so(story: Story) -> None:
    story.rule(Layer(on_duty(story), escalate_window=30), level(story.cast.alice))
    story.begins()
    assert story.told == [(0, "Alice")]
    assert story.untold == [
        "level 1 reaches nobody: schedule Duty has nobody on call in these roles"
    ]


def test_an_incident_with_nobody_to_page_warns_the_owner(story: Story) -> None:
    story.rule(Layer(on_duty(story)))
    story.begins()
    assert story.told == [(0, "Alice")]
    assert story.incident.responders == ()
    assert (story.incident.stuck, story.timer) == (Stuck.UNREACHED, -1)
    with story.database.read() as tx:
        assert gauge.stuck(tx) == {"unreached": 1}


def test_a_deleted_member_is_named_and_the_others_are_told(story: Story) -> None:
    story.rule(level(story.cast.charlie, story.cast.bob))
    with story.database.write() as tx:
        gone = members.get(tx, story.cast.account_id, story.cast.charlie.id)
        members.put(tx, msgspec.structs.replace(gone, status=MemberStatus.DELETED))
    story.begins()
    assert story.told == [(0, "Bob")]
    assert "no longer a member" in story.untold[0]


def test_a_rule_edited_meanwhile_holds_from_the_next_step_on(story: Story) -> None:
    rule = story.rule()
    story.begins()
    story.wait(1)
    edited = (level(story.cast.bob, max_times=1, escalate_window=8), level(story.cast.charlie))
    with story.database.write() as tx:
        place = (story.channel.id, rule.id)
        terms = Terms(Scope(PRESET_ID), edited)
        escalation_rule.change(tx, story.caller, *place, Label("R", "", 0), terms)
    story.wait(8)
    assert story.told == [(0, "Bob"), (5, "Bob"), (8, "Charlie")]


def test_a_disabled_rule_finishes_and_a_deleted_one_makes_room_for_another(story: Story) -> None:
    rule = story.rule()
    story.begins()
    story.rule(level(story.cast.charlie), name="Rest")
    with story.database.write() as tx:
        escalation_rule.remove(tx, story.caller, ESCALATIONS, story.channel.id, rule.id)
    story.wait(5)
    assert story.told == [(0, "Bob"), (5, "Charlie")]
    assert story.incident.assigned_to.escalate_rule_name == "Rest"


def test_a_deleted_rule_without_another_is_said_and_the_owner_warned(story: Story) -> None:
    rule = story.rule()
    story.begins()
    with story.database.write() as tx:
        escalation_rule.remove(tx, story.caller, ESCALATIONS, story.channel.id, rule.id)
    story.wait(5)
    assert story.told == [(0, "Bob"), (5, "Alice")]
    assert "was deleted" in story.untold[0]
    assert story.incident.stuck is Stuck.UNREACHED


def test_people_named_by_hand_end_it_and_a_level_named_by_hand_goes_on(story: Story) -> None:
    rule = story.rule()
    story.begins()
    story.does(incident_work.assign, Handover((story.cast.charlie.id,)))
    story.wait(60)
    assert (story.told, story.timer) == ([(0, "Bob"), (0, "Charlie")], -1)
    story.does(incident_work.assign, ToRule(rule.id, 0))
    story.wait(8)
    assert story.told[2:] == [(60, "Bob"), (65, "Bob"), (68, "Alice")]


def test_reopening_begins_again(story: Story) -> None:
    story.rule()
    story.begins()
    story.wait(10)
    story.does(incident_work.resolve, {})
    story.wait(30)
    story.does(incident_work.reopen, "it is back")
    assert story.told == [(0, "Bob"), (5, "Bob"), (8, "Alice"), (40, "Bob")]
    assert (story.incident.assigned_to.type, story.incident.assigned_to.layer_idx) == ("reopen", 0)


def test_a_higher_severity_tries_the_rules_anew(story: Story) -> None:
    critical = ((Condition("severity", Operator.IN, ("Critical",)),),)
    story.rule(level(story.cast.charlie), filters=critical, name="Bad")
    story.rule()
    story.begins()
    story.wait(1)
    assert story.told == [(0, "Bob")]
    story.says(EventStatus.CRITICAL)
    assert story.told == [(0, "Bob"), (1, "Charlie")]
    assert story.incident.assigned_to.escalate_rule_name == "Bad"


def test_no_rule_that_takes_it_is_said_once_and_nobody_is_told(story: Story) -> None:
    critical = ((Condition("severity", Operator.IN, ("Critical",)),),)
    story.rule(filters=critical, name="Bad")
    story.begins()
    assert (story.told, story.untold) == ([], ["nobody is told: rule Bad does not match"])
    assert story.incident.assigned_to.assigned_at == 0


def test_a_forced_level_follows_although_somebody_acknowledged(story: Story) -> None:
    forced = level(story.cast.bob, max_times=6, escalate_window=8, force_escalate=True)
    story.rule(forced, level(story.cast.alice))
    story.begins()
    story.does(incident_work.acknowledge)
    story.wait(60)
    assert story.told == [(0, "Bob"), (8, "Alice")]
    assert story.incident.progress == "Processing"


def test_an_engine_that_was_away_catches_up_once(story: Story) -> None:
    story.rule(level(story.cast.bob, max_times=6, notify_step=1, escalate_window=60))
    story.begins()
    story.clock.advance(5 * 60)
    fire_timers(story.database)
    assert story.told == [(0, "Bob"), (5, "Bob")]


def test_an_incident_reported_by_hand_goes_by_the_rules_of_its_channel(story: Story) -> None:
    story.rule()
    with story.database.write() as tx:
        report = Report("somebody called", Severity.CRITICAL, channel=story.channel)
        story.incident_id = incident_work.create(tx, story.caller, report, None).incident_id
    fire_timers(story.database)
    assert story.told == [(0, "Bob")]


def test_labels_name_others_in_place_of_a_level(story: Story) -> None:
    story.rule()
    story.begins(labels={"layer_person_reset_0_emails": "charlie@acme.example"})
    assert story.told == [(0, "Charlie")]


def test_labels_name_others_also_in_place_of_a_team_and_of_who_is_on_call(story: Story) -> None:
    target = on_duty(story, story.cast.bob)
    named = msgspec.structs.replace(
        target, team_ids=(story.channel.team_id,), emails=("noc@acme.example",)
    )
    story.rule(Layer(named))
    story.begins(labels={"layer_person_reset_0_emails": "charlie@acme.example"})
    assert story.told == [(0, "Charlie")]
    addresses = [one for _, _, detail, _ in story.entries for one in detail.get("emails", ())]
    assert set(addresses) == {"noc@acme.example"}


def test_notification_rules_tell_others_once_who_become_no_responders(story: Story) -> None:
    with story.database.write() as tx:
        target = Target(person_ids=(story.cast.charlie.id,), by=BY)
        label = Label("Press", "", 0)
        escalation_rule.create_notice(tx, story.caller, story.channel.id, label, Scope(""), target)
    story.begins()
    story.wait(60)
    assert story.told == [(0, "Charlie")]
    assert story.incident.responders == ()


def test_at_03_12_in_berlin_the_one_on_call_is_told_by_the_wall_clock(story: Story) -> None:
    """The night the clocks go forward; a window until 03:30 local time covers it, UTC would not."""
    berlin = 1_774_746_720_000  # 2026-03-29 03:12 in Berlin, 01:12 UTC
    story.clock.instant = berlin - 12 * MINUTE
    with story.database.write() as tx:
        tx.run(account.update().values(time_zone="Europe/Berlin"))
    target = on_duty(story, story.cast.charlie)
    night = (TimeFilter("03:00", "03:30"),)
    story.rule(
        Layer(target, escalate_window=10), level(story.cast.bob), windows=night, name="Night"
    )
    story.rule(level(story.cast.alice), name="Day")
    story.clock.instant = berlin
    story.begins()
    story.wait(10)
    assert story.told == [(0, "Charlie"), (10, "Bob")]
    story.does(incident_work.acknowledge)
    story.says(EventStatus.OK)
    assert story.incident.progress == "Closed"
    kinds = [kind for _, kind, _, _ in story.entries]
    assert kinds == ["i_new", "i_assign", "i_notify", "i_assign", "i_notify", "i_ack", "i_rslv"]


def test_without_any_rule_the_timeline_says_that_nobody_is_told_and_why(story: Story) -> None:
    story.begins()
    assert story.told == []
    assert story.untold == ["nobody is told: the channel has no escalation rule in force"]
