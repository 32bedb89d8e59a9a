"""Who is told when a schedule decides it, in fast forward: gaps, wraps, month ends, overrides."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cast import Person
from tests.clock import VirtualClock
from tests.story import BY, Story, level, scheduled, turns
from tocsin.domain.escalation import Layer, Target
from tocsin.domain.interval import Interval
from tocsin.domain.rotation import Unit
from tocsin.domain.schedule import Mode, Restriction
from tocsin.domain.schedule_plan import LayerPlan
from tocsin.kernel.units import HOUR, MINUTE
from tocsin.store import team as teams
from tocsin.store.database import Database
from tocsin.store.tables.platform import account


@pytest.fixture
def story(database: Database, clock: VirtualClock) -> Iterator[Story]:
    told = Story(database, clock)
    yield told
    assert told.unreasoned == []


def ms(*wall: int) -> int:
    year, month, day, *time = wall
    return int(datetime(year, month, day, *time, tzinfo=UTC).timestamp()) * 1000


def first_told(story: Story, target: Target, at: int) -> list[str]:
    """Who hears at once of an incident that begins at an instant."""
    story.clock.instant = at
    story.begins(key=f"at {at}")
    return [name for _, name in story.told]


def test_a_gap_between_shifts_is_said_and_the_next_level_told(story: Story) -> None:
    by_day = turns(
        story,
        story.cast.bob,
        restriction=Restriction.DAILY,
        restricted_to=(Interval(9 * HOUR, 17 * HOUR),),
    )
    target = scheduled(story, by_day)
    story.rule(Layer(target, escalate_window=30), level(story.cast.alice))
    evening, morning = ms(2026, 1, 5, 20), ms(2026, 1, 6, 9)
    assert first_told(story, target, evening) == ["Alice"]
    assert story.untold == [
        "level 1 reaches nobody: schedule Duty has nobody on call in these roles"
    ]
    assert first_told(story, target, morning - 1) == ["Alice"]
    assert first_told(story, target, morning) == ["Bob"]
    assert story.untold == []


def test_a_turn_of_nobody_is_a_gap_until_somebody_s_turn_comes(story: Story) -> None:
    target = scheduled(story, turns(story, story.cast.bob, None))
    story.rule(Layer(target, escalate_window=30), level(story.cast.alice))
    start = story.clock.now()
    hours = [first_told(story, target, start + hour * HOUR) for hour in range(4)]
    assert hours == [["Bob"], ["Alice"], ["Bob"], ["Alice"]]


def test_after_the_last_of_a_rotation_the_first_is_on_call_again(story: Story) -> None:
    cast = story.cast
    target = scheduled(story, turns(story, cast.bob, cast.alice, cast.charlie))
    story.rule(Layer(target))
    start = story.clock.now()
    minutes = (0, 59, 60, 120, 179, 180, 60 * 24 * 365)
    told = [first_told(story, target, start + minute * MINUTE) for minute in minutes]
    names = ["Bob", "Bob", "Alice", "Charlie", "Charlie", "Bob", "Bob"]
    assert told == [[name] for name in names]


def test_a_monthly_turn_from_the_31st_changes_on_each_month_s_last_day(story: Story) -> None:
    plan = turns(
        story, story.cast.bob, story.cast.alice, unit=Unit.MONTH, start=ms(2026, 1, 31, 10)
    )
    target = scheduled(story, plan)
    story.rule(Layer(target))
    changes = {
        ms(2026, 2, 28, 10): ("Bob", "Alice"),
        ms(2026, 3, 31, 10): ("Alice", "Bob"),
        ms(2026, 4, 30, 10): ("Bob", "Alice"),
    }
    for change, (before, after) in changes.items():
        assert first_told(story, target, change - 1) == [before]
        assert first_told(story, target, change) == [after]


def override(story: Story, name: str, who: Person, **more: Any) -> LayerPlan:
    return turns(story, who, name=name, mode=Mode.OVERRIDE, **more)


def test_of_overrides_in_conflict_the_heavier_and_then_the_later_holds(story: Story) -> None:
    cast, start = story.cast, story.clock.now()
    target = scheduled(
        story,
        turns(story, cast.bob),
        override(story, "Heavy", cast.charlie, weight=2, end=start + HOUR),
        override(story, "Light", cast.alice, weight=1, end=start + 2 * HOUR),
        override(story, "Also light", cast.bob, weight=1, start=start + HOUR, end=start + 2 * HOUR),
        override(story, "Last", cast.charlie, start=start + 2 * HOUR, end=start + 3 * HOUR),
    )
    story.rule(Layer(target))
    told = [first_told(story, target, start + half * 30 * MINUTE) for half in range(7)]
    names = ["Charlie", "Charlie", "Bob", "Bob", "Charlie", "Charlie", "Bob"]
    assert told == [[name] for name in names]


def test_who_was_told_is_told_again_though_another_came_on_call(story: Story) -> None:
    """A level keeps whom it told; the next time it is entered whoever is on call then is told."""
    target = scheduled(story, turns(story, story.cast.bob, story.cast.charlie))
    story.rule(Layer(target, max_times=1, escalate_window=10), level(story.cast.alice))
    story.clock.advance(57 * 60)
    story.begins()
    story.wait(10)
    assert story.told == [(0, "Bob"), (5, "Bob"), (10, "Alice")]


def test_an_hour_that_comes_twice_in_autumn_is_handed_off_at_its_first_coming(story: Story) -> None:
    with story.database.write() as tx:
        tx.run(account.update().values(time_zone="Europe/Berlin"))
    begun = ms(2026, 10, 23, 0, 30)  # 02:30 in Berlin; the clocks go back on the 25th.
    plan = turns(story, story.cast.bob, story.cast.alice, unit=Unit.DAY, start=begun)
    target = scheduled(story, plan)
    story.rule(Layer(target))
    first, second = ms(2026, 10, 25, 0, 30), ms(2026, 10, 25, 1, 30)
    assert first_told(story, target, first - 1) == ["Alice"]
    assert first_told(story, target, first) == ["Bob"]
    assert first_told(story, target, second) == ["Bob"]
    assert first_told(story, target, ms(2026, 10, 26, 1, 30) - 1) == ["Bob"]
    assert first_told(story, target, ms(2026, 10, 26, 1, 30)) == ["Alice"]


def test_a_team_is_whoever_is_in_it_when_its_level_is_told(story: Story) -> None:
    team_id = story.channel.team_id
    story.rule(
        level(story.cast.alice, escalate_window=5), Layer(Target(team_ids=(team_id,), by=BY))
    )
    story.begins()
    with story.database.write() as tx:
        teams.set_members(tx, story.cast.account_id, team_id, [story.cast.charlie.id])
    story.wait(5)
    assert story.told == [(0, "Alice"), (5, "Charlie")]
