"""Spans of time and what becomes of them when they are cut, joined and laid over each other."""

from collections.abc import Iterable, Sequence

from msgspec import Struct


class Interval(Struct, frozen=True, order=True):
    """From `start` up to, but not at, `end`; both in ms."""

    start: int
    end: int


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in order, without overlap and without seams; what is empty goes."""
    found: list[Interval] = []
    for each in sorted(one for one in intervals if one.start < one.end):
        if found and each.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, each.end))
        else:
            found.append(each)
    return found


def common(one: Interval, others: Sequence[Interval]) -> list[Interval]:
    """The parts of `one` that lie in `others`, which are in order and apart."""
    parts = (Interval(max(one.start, it.start), min(one.end, it.end)) for it in others)
    return [part for part in parts if part.start < part.end]


def without(one: Interval, others: Sequence[Interval]) -> list[Interval]:
    """The parts of `one` that lie in none of `others`, which are in order and apart."""
    found: list[Interval] = []
    start = one.start
    for each in others:
        if each.end <= start or each.start >= one.end:
            continue
        if start < each.start:
            found.append(Interval(start, each.start))
        start = each.end
    if start < one.end:
        found.append(Interval(start, one.end))
    return found
