"""How alike two incidents are, by what they say: the same input always scores the same.

Titles are compared word by word (`words`: every number alike, "cpu 91% on db7" and "cpu 97% on
db12" say the same), labels pair by pair. Both by the Dice coefficient: what is shared twice, over
all there is in both. The title weighs 0.7; without any labels it decides alone.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from tocsin.domain.words import REMEMBERED_MAX, Words, dice, outline, weight, words

ALIKE: Final = 0.9
_TITLE_WEIGHT: Final = 0.7
# What labels cannot make up for, a hair less so that rounding loses nothing.
_TITLE_LEAST: Final = (ALIKE - (1 - _TITLE_WEIGHT)) / _TITLE_WEIGHT - 0.001

# What a title cannot make up for, likewise.
_LABELS_LEAST: Final = (ALIKE - _TITLE_WEIGHT) / (1 - _TITLE_WEIGHT) - 0.001


class Likeness(Struct, frozen=True):
    """A score from 0 to 1 and the two it is made of; `labels` is None where neither has any."""

    score: float
    title: float
    labels: float | None

    @property
    def is_alike(self) -> bool:
        return self.score >= ALIKE


class Sketch(Struct, frozen=True):
    """An incident as it is compared: the words of its title, and its labels."""

    words: Words
    labels: frozenset[tuple[str, str]]


def sketch(title: str, labels: Mapping[str, str]) -> Sketch:
    """What is compared of an incident."""
    return Sketch(words(title), frozenset(labels.items()))


def likeness(first: Sketch, second: Sketch) -> Likeness:
    """How alike the two are."""
    title = dice(first.words, second.words)
    labelled = len(first.labels) + len(second.labels)
    if not labelled:
        return Likeness(round(title, 6), title, None)
    labels = 2 * len(first.labels & second.labels) / labelled
    score = _TITLE_WEIGHT * title + (1 - _TITLE_WEIGHT) * labels
    return Likeness(round(score, 6), title, labels)


def is_rare(new: Sketch, earlier: Iterable[Sketch]) -> bool:
    """Whether none of the earlier ones is like it."""
    mine = new.labels
    for other in earlier:
        # Whether they are, if their titles say the same: asked first, as it costs a fraction.
        labelled = len(mine) + len(other.labels)
        may_be = 2 * len(mine & other.labels) >= _LABELS_LEAST * labelled
        if may_be and likeness(new, other).is_alike:
            return False
    return True


def marks(title: str) -> tuple[str, ...]:
    """What an index finds a title by: two alike incidents have a mark in common.

    Alike titles share so much that, with all words in one order, the first shared word stands
    among the first few of both; those few are the marks. Long words come first, as few titles
    have them.
    """
    return _marks_of(outline(title))


@lru_cache(REMEMBERED_MAX)
def _marks_of(title: str) -> tuple[str, ...]:
    said = words(title)
    if not said:
        return (_mark(""),)
    rest = sum(said.values())
    least = _TITLE_LEAST * rest / (2 - _TITLE_LEAST)
    found: list[str] = []
    for word in sorted(said, key=lambda each: (-weight(each), -len(each), each)):
        if rest < least:
            break
        found.append(_mark(word))
        rest -= said[word]
    return tuple(found)


def _mark(word: str) -> str:
    return hashlib.blake2b(word.encode(), digest_size=8).hexdigest()
