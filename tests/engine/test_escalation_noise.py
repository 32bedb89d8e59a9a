"""What bursts, swings, merges and changes of severity do to who is told, in fast forward."""

from collections.abc import Iterator

import msgspec
import pytest

from tests.clock import VirtualClock
from tests.story import Story, level
from tocsin.domain.channel import Flapping, Group, GroupMethod
from tocsin.domain.incident_edit import MergeWish
from tocsin.domain.message.template import PRESET_ID
from tocsin.domain.severity import EventStatus, Severity
from tocsin.engine import escalation_rule, incident_work
from tocsin.engine.escalation_rule import Scope, Terms
from tocsin.engine.incident_work import Report
from tocsin.engine.noise_rule import Label
from tocsin.store import channel as channels
from tocsin.store.database import Database


@pytest.fixture
def story(database: Database, clock: VirtualClock) -> Iterator[Story]:
    told = Story(database, clock)
    yield told
    assert told.unreasoned == []


def set_up(story: Story, **more: object) -> None:
    with story.database.write() as tx:
        channels.save(tx, msgspec.structs.replace(story.channel, **more))


def kinds(story: Story) -> list[str]:
    return [kind for _, kind, _, _ in story.entries]


def test_a_storm_is_one_incident_told_once_and_again_where_it_reaches_a_threshold(
    story: Story,
) -> None:
    group = Group(GroupMethod.PATTERN, equals=(("labels.site",),), storm_thresholds=(10, 30))
    set_up(story, group=group)
    story.rule()
    story.begins(key="disk 0", labels={"site": "fra"})
    for number in range(1, 40):
        story.says(EventStatus.WARNING, key=f"disk {number}", labels={"site": "fra"})
    assert story.incident.alert_cnt == 40
    assert story.told == [(0, "Bob")] * 3
    assert kinds(story).count("i_storm") == 2
    reasons = [reason for _, kind, _, reason in story.entries if kind == "i_storm"]
    assert reasons == ["its alerts reached 10", "its alerts reached 30"]
    story.wait(8)
    assert story.told[3:] == [(5, "Bob"), (8, "Alice")]


def test_a_flapping_alert_tells_nobody_until_its_mute_is_over(story: Story) -> None:
    set_up(story, flapping=Flapping(max_changes=4, in_mins=60, mute_mins=30))
    story.rule()
    story.begins()
    story.says(EventStatus.OK)
    story.wait(1)
    story.begins()
    story.says(EventStatus.OK)
    story.wait(1)
    story.begins()
    assert "i_m_flapping" in kinds(story)
    story.wait(28)
    assert (story.told, story.timer) == ([], -1)
    story.wait(1)
    assert story.told == [(29, "Bob")]
    story.wait(8)
    assert story.told == [(29, "Bob"), (34, "Bob"), (37, "Alice")]


def test_a_higher_severity_wakes_nobody_while_somebody_has_it_in_hand(story: Story) -> None:
    story.rule()
    story.begins()
    story.does(incident_work.acknowledge)
    story.says(EventStatus.CRITICAL)
    story.wait(60)
    assert story.told == [(0, "Bob")]


def test_a_lower_severity_changes_nothing(story: Story) -> None:
    story.rule()
    story.begins(EventStatus.CRITICAL)
    story.says(EventStatus.INFO)
    story.wait(8)
    assert story.told == [(0, "Bob"), (5, "Bob"), (8, "Alice")]


def test_what_was_merged_into_another_tells_nobody_any_more(story: Story) -> None:
    story.rule()
    with story.database.write() as tx:
        report = Report("the site is down", Severity.CRITICAL)
        into = incident_work.create(tx, story.caller, report, None).incident_id
    story.begins()
    story.wait(1)
    story.does(incident_work.merge, into, MergeWish())
    story.wait(60)
    assert (story.told, story.timer) == ([(0, "Bob")], -1)


def test_who_closes_a_snoozed_incident_is_not_woken_by_it(story: Story) -> None:
    story.rule()
    story.begins()
    story.does(incident_work.snooze, 60)
    story.wait(5)
    story.says(EventStatus.OK)
    story.wait(120)
    assert (story.told, story.incident.progress) == ([(0, "Bob")], "Closed")


def test_one_of_two_who_acknowledges_is_enough_for_both(story: Story) -> None:
    story.rule(level(story.cast.bob, story.cast.charlie, max_times=3))
    story.begins()
    story.wait(1)
    story.does(incident_work.acknowledge)
    story.wait(60)
    assert story.told == [(0, "Bob"), (0, "Charlie")]


def test_a_window_shortened_meanwhile_is_over_at_once(story: Story) -> None:
    rule = story.rule(level(story.cast.bob, escalate_window=60), level(story.cast.alice))
    story.begins()
    story.wait(20)
    shorter = (level(story.cast.bob, escalate_window=10), level(story.cast.alice))
    with story.database.write() as tx:
        place, label = (story.channel.id, rule.id), Label("R", "", 0)
        escalation_rule.change(tx, story.caller, *place, label, Terms(Scope(PRESET_ID), shorter))
    story.wait(40)
    assert story.told == [(0, "Bob"), (60, "Alice")]


def test_no_level_is_repeated_more_often_than_it_may(story: Story) -> None:
    story.rule(level(story.cast.bob, max_times=6, notify_step=1))
    story.begins()
    story.wait(120)
    assert story.told == [(minute, "Bob") for minute in range(7)]
    assert "nobody is told again" in story.untold[0]
