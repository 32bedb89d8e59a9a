"""How alike two issues are by what they say; people decide whether to merge them.

Compared are the words (`words`) of their titles and of the parts that made their first hash, half
and half; where one of them has no parts but its title, the titles decide.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from tocsin.domain.words import LENGTH_MAX, Words, dice, words

ALIKE: Final = 0.6


class Said(Struct, frozen=True):
    """What an issue says."""

    issue_id: str
    title: str
    parts: tuple[str, ...]


class Like(Struct, frozen=True):
    """An issue that is like another: how much in all, in its title and in its parts."""

    issue_id: str
    score: float
    title: float
    parts: float


def alike(issue: Said, others: Iterable[Said], limit: int) -> list[Like]:
    """The issues that are most like one, the likest first."""
    title, parts = words(issue.title), _words(issue.parts)
    found = [_like(title, parts, other) for other in others if other.issue_id != issue.issue_id]
    wanted = [like for like in found if like.score >= ALIKE]
    return sorted(wanted, key=lambda like: (-like.score, like.issue_id))[:limit]


def _like(title: Words, parts: Words, other: Said) -> Like:
    by_title = dice(title, words(other.title))
    by_parts = dice(parts, _words(other.parts))
    score = round((by_title + by_parts) / 2, 6)
    return Like(other.issue_id, score, round(by_title, 6), round(by_parts, 6))


def _words(parts: Sequence[str]) -> Words:
    # The newest calls say most, and only so many characters are read.
    return words(" ".join(reversed(parts))[:LENGTH_MAX])
