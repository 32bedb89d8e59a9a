"""When an alert is flapping, and for how long nobody is told."""

import pytest

from tests.domain.test_incident import incident
from tocsin.domain.channel import Flapping
from tocsin.domain.feed import EntryType
from tocsin.domain.flapping import Swings, Swung, mark, mute_over, swing
from tocsin.domain.incident import (
    Assignment,
    Cause,
    Incident,
    Notify,
    Progress,
    Responder,
    SetTimer,
    TimerKind,
)
from tocsin.kernel.units import MINUTE

RULE = Flapping(max_changes=4, in_mins=60, mute_mins=30)
ONLY_MARK = Flapping(max_changes=4, in_mins=60)


def swings(*minutes: int, rule: Flapping = RULE) -> list[Swung]:
    """What each change at such a minute came to."""
    state, found = Swings(1, 2, 3, "cpu"), []
    for minute in minutes:
        found.append(swing(state, rule, minute * MINUTE, minute * MINUTE))
        state = found[-1].swings
    return found


@pytest.mark.parametrize(
    ("minutes", "flapping", "begins"),
    [
        ((0, 10, 20), [False] * 3, [False] * 3),
        ((0, 10, 20, 30), [False] * 3 + [True], [False] * 3 + [True]),
        # An hour later the first no longer counts.
        ((0, 10, 20, 60), [False] * 4, [False] * 4),
        ((0, 10, 20, 59), [False] * 3 + [True], [False] * 3 + [True]),
        # While it is muted it stays so; what comes after is judged anew.
        ((0, 1, 2, 3, 4, 32), [False] * 3 + [True] * 3, [False] * 3 + [True, False, False]),
        ((0, 1, 2, 3, 33), [False] * 3 + [True] * 2, [False] * 3 + [True, True]),
        (
            (0, 1, 2, 3, 70, 71),
            [False] * 3 + [True, False, False],
            [False] * 3 + [True] + [False] * 2,
        ),
    ],
)
def test_so_many_changes_in_so_many_minutes_are_flapping(
    minutes: tuple[int, ...], flapping: list[bool], begins: list[bool]
) -> None:
    found = swings(*minutes)
    assert [each.is_flapping for each in found] == flapping
    assert [each.begins for each in found] == begins


def test_a_flapping_alert_never_lifts_or_prolongs_its_own_mute() -> None:
    found = swings(0, 1, 2, 3, 4, 5, 6, 32)
    assert {each.swings.muted_until for each in found[3:]} == {33 * MINUTE}


def test_without_a_mute_it_is_only_marked() -> None:
    found = swings(0, 1, 2, 3, rule=ONLY_MARK)
    assert (found[-1].is_flapping, found[-1].begins) == (True, False)
    marked = mark(incident(), ONLY_MARK, 0, MINUTE)
    assert (marked.incident.is_flapping, marked.entries, marked.effects) == (True, (), ())


def held(**fields: object) -> Incident:
    return incident(
        responders=(Responder(7, 1),), assigned_to=Assignment(emails=("a@b.example",)), **fields
    )


def test_a_marked_incident_is_quiet_until_a_timer_ends_it() -> None:
    marked = mark(held(), RULE, 33 * MINUTE, 3 * MINUTE)
    assert marked.incident.muted_until == 33 * MINUTE
    assert [entry.type for entry in marked.entries] == [EntryType.MUTED_BY_FLAPPING]
    assert marked.effects == (SetTimer(TimerKind.FLAPPING, 33 * MINUTE),)
    again = mark(marked.incident, RULE, 33 * MINUTE, 4 * MINUTE)
    assert (again.entries, again.effects) == ((), ())


def test_a_closed_incident_says_that_it_was_flapping_and_has_nothing_to_wait_for() -> None:
    marked = mark(held(progress=Progress.CLOSED, close_time=1), RULE, 33 * MINUTE, 3 * MINUTE)
    assert (marked.incident.is_flapping, marked.incident.muted_until) == (True, 0)
    assert (len(marked.entries), marked.effects) == (1, ())
    assert mark(marked.incident, RULE, 33 * MINUTE, 3 * MINUTE).entries == ()


def test_the_end_of_the_mute_tells_who_has_what_nobody_took_in_hand() -> None:
    over = mute_over(held(muted_until=33 * MINUTE), 33 * MINUTE)
    assert over.incident.muted_until == 0
    assert over.effects == (Notify(Cause.UNMUTED, (7,), ("a@b.example",)),)
    taken = held(muted_until=1, progress=Progress.PROCESSING)
    assert mute_over(taken, MINUTE).effects == ()
    assert mute_over(held(muted_until=1, snoozed_before=9 * MINUTE), MINUTE).effects == ()
    early = mute_over(held(muted_until=33 * MINUTE), MINUTE)
    assert early.effects == (SetTimer(TimerKind.FLAPPING, 33 * MINUTE),)
    assert mute_over(held(), MINUTE).effects == ()
