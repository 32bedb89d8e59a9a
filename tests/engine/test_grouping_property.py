"""Grouping under any batches, under two engines at once, and among a thousand open incidents."""

from concurrent.futures import ThreadPoolExecutor
from random import Random  # noqa: TID251 - hypothesis seeds it
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.engine.test_intake_property import (
    LIVES,
    SAID,
    batches,
    outlook,
    overtaking,
    repeated,
    thorough,
)
from tests.intake import Intake, Said
from tocsin.domain.channel import Group, GroupMethod
from tocsin.domain.incident import Progress
from tocsin.store.database import Database

BY_KIND = Group(GroupMethod.PATTERN, equals=(("labels.kind",),))
BY_EITHER = Group(
    GroupMethod.PATTERN, equals=(("labels.kind", "severity"), ("title",)), all_equals_required=True
)
ALIKE = Group(GroupMethod.INTELLIGENT, i_keys=("title", "description"), i_score_threshold=0.6)
GROUPS = pytest.mark.parametrize("group", [BY_KIND, BY_EITHER, ALIKE], ids=["one", "any", "i"])


@GROUPS
@thorough
@given(LIVES, st.lists(st.integers(1, 5), max_size=12), st.lists(st.integers(1, 3)))
def test_alerts_group_the_same_over_any_batches_and_repeats(
    database: Database, group: Group, said: list[Said], sizes: list[int], times: list[int]
) -> None:
    one_by_one, batched = Intake(database, group), Intake(database, group)
    for one in said:
        one_by_one.digest([one])
    for batch in batches(repeated(said, times), sizes):
        batched.digest(batch)
    assert outlook(batched) == outlook(one_by_one)
    assert memberships(batched) == memberships(one_by_one)


def memberships(intake: Intake) -> list[int]:
    """Which alerts share an incident: for each, the place of the first that is with it."""
    ids = [one.incident_id for one in intake.alerts()]
    return [ids.index(one) for one in ids]


@thorough
@given(st.lists(SAID, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_what_fires_together_is_grouped_by_rule_in_any_order_of_keys(
    database: Database, said: list[Said], rng: Random
) -> None:
    said = [replace(one, status="Critical") for one in said if one.status != "Ok"]
    in_order, shuffled = Intake(database, BY_KIND), Intake(database, BY_KIND)
    in_order.digest(said)
    shuffled.digest(overtaking(said, rng))
    assert together(shuffled) == together(in_order)


def together(intake: Intake) -> set[frozenset[tuple[bool, str]]]:
    """The keys that share an incident, in either channel."""
    shared: dict[str, set[tuple[bool, str]]] = {}
    for one in intake.alerts():
        alone = one.incident_id or one.id
        shared.setdefault(alone, set()).add((one.channel_id == intake.loud.id, one.alert_key))
    return {frozenset(keys) for keys in shared.values()}


@thorough
@given(LIVES)
def test_one_bucket_has_at_most_one_open_incident(database: Database, said: list[Said]) -> None:
    intake = Intake(database, BY_KIND)
    for one in said:
        intake.digest([one])
        found = [one for one in intake.incidents().values() if one.progress is not Progress.CLOSED]
        held = [(one.channel_id, one.buckets) for one in found]
        assert len(held) == len(set(held))


@GROUPS
def test_two_engines_at_once_open_one_incident_for_what_belongs_together(
    database: Database, group: Group
) -> None:
    intake = Intake(database, group)
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(intake.digest, [Said(key=f"a{number}")]) for number in range(24)]
    for each in done:
        each.result()
    by_channel = [one.channel_id for one in intake.incidents().values()]
    expected = 2 if group != BY_EITHER else 48
    assert len(by_channel) == expected
    assert sum(one.alert_cnt for one in intake.incidents().values()) == 48


@pytest.mark.slow
def test_likeness_is_quick_among_a_thousand_open_incidents(database: Database) -> None:
    intake = Intake(database, ALIKE)
    for start in range(0, 1000, 50):
        intake.digest([Said(key=_title(number)) for number in range(start, start + 50)])
    opened = len(intake.incidents())
    assert opened > 1500, "the titles have little in common"
    started = perf_counter()
    intake.digest([Said(key=f"{_title(number)} again") for number in range(20)])
    assert perf_counter() - started < 4
    assert len(intake.incidents()) == opened


def _title(number: int) -> str:
    """Three words of a thousand kinds each, so that few titles share one."""
    letters = "abcdefghij"
    words = [number, number * 7 + 3, number * 13 + 5]
    return " ".join(
        place + "".join(letters[int(digit)] for digit in f"{word % 1000:03}")
        for place, word in zip("xyz", words, strict=True)
    )
