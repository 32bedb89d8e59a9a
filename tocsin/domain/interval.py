"""Spans of time and what becomes of them when they are cut, joined and laid over each other."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final

from msgspec import Struct

_END: Final = attrgetter("end")


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
    start, end = one.start, one.end
    return [
        it
        if start <= it.start and it.end <= end
        else Interval(max(start, it.start), min(end, it.end))
        for it in _touching(one, others)
    ]


def without(one: Interval, others: Sequence[Interval]) -> list[Interval]:
    """The parts of `one` that lie in none of `others`, which are in order and apart."""
    found: list[Interval] = []
    start = one.start
    for each in _touching(one, others):
        if start < each.start:
            found.append(Interval(start, each.start))
        start = each.end
    if start < one.end:
        found.append(Interval(start, one.end))
    return found


def _touching(one: Interval, others: Sequence[Interval]) -> Iterator[Interval]:
    """Those that share time with `one`, found without looking at the others."""
    if one.start >= one.end:
        return
    for position in range(bisect_right(others, one.start, key=_END), len(others)):
        each = others[position]
        if each.start >= one.end:
            return
        yield each
