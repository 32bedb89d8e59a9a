"""When somebody is told that a server is in trouble."""

import pytest

from tocsin.domain.watchdog import AGAIN_MS, PATIENCE_MS, Lags, Watch, Word, late, looked

BAD = ("no engine",)


def told(*looks: tuple[int, bool]) -> list[tuple[int, bool]]:
    """At which looks something is told, and whether it is trouble."""
    watch, said = Watch(), []
    for at, is_bad in looks:
        watch, word = looked(watch, BAD if is_bad else (), at)
        if word:
            said.append((at, bool(word.problems)))
    return said


def test_a_hiccup_is_not_told() -> None:
    assert told((1, True), (PATIENCE_MS, True), (PATIENCE_MS + 1, False)) == []


def test_trouble_is_told_once_again_every_hour_and_when_it_is_over() -> None:
    first = 1 + PATIENCE_MS
    looks = [(1, True), (first, True), (first + 1, True), (first + AGAIN_MS, True)]
    over = first + AGAIN_MS + 1
    assert told(*looks, (over, False), (over + 1, False)) == [
        (first, True),
        (first + AGAIN_MS, True),
        (over, False),
    ]


def test_the_word_says_since_when() -> None:
    watch, _ = looked(Watch(), BAD, 5)
    _, word = looked(watch, (*BAD, "late"), 5 + PATIENCE_MS)
    assert word == Word((*BAD, "late"), 5)


@pytest.mark.parametrize(
    ("lags", "said"),
    [
        (Lags(0, 0, 0, 0), []),
        (Lags(30_000, 60_000, 120_000, 60_000), []),
        (Lags(-1, 0, 0, 0), ["no engine"]),
        (Lags(30_001, 90_000, 0, 0), ["no engine"]),
        (Lags(0, 60_001, 120_001, 60_001), ["events wait", "timers", "messages"]),
    ],
)
def test_a_server_is_late_beyond_its_bounds(lags: Lags, said: list[str]) -> None:
    assert [one.startswith(start) for one, start in zip(late(lags), said, strict=True)] == [
        True
    ] * len(said)
