"""How alike two incidents are, by what they say: the same input always scores the same.

Titles are compared word by word with every number alike ("cpu 91% on db7" and "cpu 97% on db7"
say the same), labels pair by pair. Both by the Dice coefficient: shared parts twice, over all
parts of both. The title weighs 0.7; without any labels it decides alone.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Final, TypeVar

from msgspec import Struct

Part = TypeVar("Part", bound=Hashable)

ALIKE: Final = 0.9
_TITLE_WEIGHT: Final = 0.7
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")


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

    words: Counter[str]
    labels: frozenset[tuple[str, str]]


def sketch(title: str, labels: Mapping[str, str]) -> Sketch:
    """What is compared of an incident."""
    words = Counter(_NUMBER.sub("#", word) for word in _WORD.findall(title.casefold()))
    return Sketch(words, frozenset(labels.items()))


def likeness(first: Sketch, second: Sketch) -> Likeness:
    """How alike the two are."""
    title = _dice(first.words, second.words)
    if not first.labels and not second.labels:
        return Likeness(title, title, None)
    labels = _dice(Counter(first.labels), Counter(second.labels))
    score = _TITLE_WEIGHT * title + (1 - _TITLE_WEIGHT) * labels
    return Likeness(round(score, 6), title, labels)


def _dice(first: Counter[Part], second: Counter[Part]) -> float:
    total = first.total() + second.total()
    if not total:
        return 1.0
    shared = sum(min(count, second[part]) for part, count in first.items())
    return 2 * shared / total


def is_rare(new: Sketch, earlier: Iterable[Sketch]) -> bool:
    """Whether none of the earlier ones is like it."""
    return not any(likeness(new, other).is_alike for other in earlier)
