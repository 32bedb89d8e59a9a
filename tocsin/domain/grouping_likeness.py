"""Intelligent grouping: a new alert joins the open incident whose first alert it is most like.

Compared are the values of chosen keys, word by word (`words`). A key's likeness is the weight of
the shared words twice over that of all words of both; keys that are empty on both sides say
nothing. The title counts three times as much as any other key. The same alerts in the same order
always group the same way, and `Match` says what was alike.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from tocsin.domain.channel import Group
from tocsin.domain.filter import Subject, canonical
from tocsin.domain.words import LENGTH_MAX, Words, dice, words

KEYS: Final = ("title", "description", "labels.service", "labels.resource")
THRESHOLD: Final = 0.8
_WEIGHTS: Final = {"title": 3.0}


class Match(Struct, frozen=True):
    """The incident an alert is most like: how much in all, and by key."""

    incident_id: str
    score: float
    parts: dict[str, float]


def keys_of(group: Group) -> tuple[str, ...]:
    """What likeness looks at in a channel."""
    return tuple(dict.fromkeys(canonical(key) for key in group.i_keys or KEYS))


def threshold_of(group: Group) -> float:
    """The least likeness that groups in a channel."""
    return group.i_score_threshold or THRESHOLD


def compared(group: Group, subject: Subject) -> dict[str, str]:
    """What an alert is compared by; empty where it says nothing there."""
    found = {key: subject.get(key, "")[:LENGTH_MAX] for key in keys_of(group)}
    return {key: value for key, value in found.items() if value}


def told(match: Match) -> dict[str, str]:
    """A match in the words of a trace."""
    parts = {f"alike in {key}": f"{part:.2f}" for key, part in match.parts.items()}
    return {"score": f"{match.score:.2f}", **parts}


class Likes:
    """The first alerts of open incidents, oldest first, to find the one most like a new alert.

    Only those that share enough of the heaviest key's words are compared key by key.
    """

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = sorted(keys, key=lambda key: -_weight(key))
        self._ids: list[str] = []
        self._said: list[list[Words]] = []
        self._having: dict[str, list[int]] = {}
        self._gone: set[str] = set()

    def add(self, incident_id: str, values: Mapping[str, str]) -> None:
        """An incident whose first alert had these values."""
        place = len(self._ids)
        said = self._read(values)
        self._ids.append(incident_id)
        self._said.append(said)
        for word in said[0]:
            self._having.setdefault(word, []).append(place)

    def drop(self, incident_id: str) -> None:
        """An incident that takes no more alerts."""
        self._gone.add(incident_id)

    def best(self, values: Mapping[str, str], least: float) -> Match | None:
        """The incident most like an alert with these values, the oldest of several; None where
        none reaches `least`."""
        said = self._read(values)
        needed = self._needed(least)
        found: Match | None = None
        for place in self._promising(said[0], needed):
            theirs = self._said[place]
            if self._ids[place] in self._gone or dice(said[0], theirs[0]) < needed:
                continue
            parts = self._parts(said, theirs)
            score = _score(parts)
            if score >= least and (found is None or score > found.score):
                found = Match(self._ids[place], score, parts)
        return found

    def _read(self, values: Mapping[str, str]) -> list[Words]:
        return [words(values.get(key, "")) for key in self._keys]

    def _needed(self, least: float) -> float:
        """How alike the heaviest key must be, were all others the same."""
        heaviest, *others = map(_weight, self._keys)
        return (least * (heaviest + sum(others)) - sum(others)) / heaviest - 1e-6

    def _promising(self, said: Words, needed: float) -> Iterable[int]:
        """Those that share enough words of the heaviest key to be as alike in it, oldest first.

        Rare words are looked up first. What is left once the rest cannot be enough by itself,
        mostly words that all have, is not looked up.
        """
        rest = sum(said.values())
        if needed <= 0 or not rest:
            return range(len(self._ids))
        enough = needed / (2 - needed) * rest
        found: set[int] = set()
        for word in sorted(said, key=lambda each: len(self._having.get(each, ()))):
            if rest < enough:
                break
            found.update(self._having.get(word, ()))
            rest -= said[word]
        return sorted(found)

    def _parts(self, mine: list[Words], theirs: list[Words]) -> dict[str, float]:
        both = zip(self._keys, mine, theirs, strict=True)
        return {key: dice(one, other) for key, one, other in both if one or other}


def _weight(key: str) -> float:
    return _WEIGHTS.get(key, 1.0)


def _score(parts: Mapping[str, float]) -> float:
    weighed = sum(part * _weight(key) for key, part in parts.items())
    return round(weighed / sum(map(_weight, parts)), 6) if parts else 0.0
