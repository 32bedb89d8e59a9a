"""One target that cannot be told keeps no other of its rule from being told."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from tests.cast import Person
from tests.clock import VirtualClock
from tests.story import BY, Story, level, scheduled, turns
from tocsin.domain.escalation import EscalationRule, Robot, Target
from tocsin.store import escalation as rules
from tocsin.store.database import Database
from tocsin.store.escalation import ESCALATIONS
from tocsin.store.tables.platform import member
from tocsin.store.tables.schedule import schedule


@pytest.fixture
def story(database: Database, clock: VirtualClock) -> Story:
    return Story(database, clock)


def plant(story: Story, rule: EscalationRule, **changes: Any) -> EscalationRule:
    """A rule as it lies in the database, whatever the operations would say to it."""
    changed = replace(rule, **changes)
    with story.database.write() as tx:
        rules.save(tx, ESCALATIONS, changed)
    return changed


def break_zone(story: Story, person: Person) -> None:
    with story.database.write() as tx:
        tx.run(update(member).where(member.c.id == person.id).values(time_zone="Mars/Olympus"))


def failures(story: Story) -> list[str]:
    """Why anybody or anything was not told."""
    return story.untold + [
        person["failed_reason"]
        for _, _, detail, _ in story.entries
        for person in detail.get("persons", ())
        if "failed_reason" in person
    ]


def by_mail(story: Story) -> set[str]:
    return {address for _, _, detail, _ in story.entries for address in detail.get("emails", ())}


def test_bad_targets_of_a_level_are_named_and_all_others_are_told(story: Story) -> None:
    bob, charlie = story.cast.bob, story.cast.charlie
    duty = scheduled(story, turns(story, bob))
    (duty_id,) = duty.schedules
    rule = story.rule(level(story.cast.alice))
    robots = (
        Robot("telegram", {"token": "t", "chat_ids": 5}),
        Robot("pigeon", {"token": "t"}),
        Robot("slack", {"token": "https://chat.example/x", "disable_at": "never"}),
    )
    target = Target(
        person_ids=(404, charlie.id, story.cast.alice.id),
        team_ids=(404,),
        schedule_to_role_ids={"404": (), str(duty_id): ()},
        emails=("ops@example.com",),
        by=BY,
        webhooks=robots,
    )
    plant(story, rule, layers=(replace(rule.layers[0], target=target),))
    break_zone(story, charlie)
    with story.database.write() as tx:
        broken = replace(turns(story, bob), start=-(10**18))
        tx.run(update(schedule).where(schedule.c.id == duty_id).values(layers=(broken,)))
    story.begins()
    assert {who for _, who in story.told} == {"Alice", "Charlie"}
    assert by_mail(story) == {"ops@example.com"}
    said = "\n".join(failures(story))
    for part in ("member 404", "team 404", "schedule 404", "Duty cannot be worked out", "Mars"):
        assert part in said
    reasons = " ".join(reason for _, _, _, reason in story.entries)
    assert "by their own mail instead" in reasons
    assert "pigeon is not set up" in reasons
    assert story.timer > 0
    assert [one.person_id for one in story.incident.responders] == [charlie.id, story.cast.alice.id]
