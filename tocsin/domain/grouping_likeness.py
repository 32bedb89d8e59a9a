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
        found: Match | None = None
        for place in self._promising(said[0], least):
            if self._ids[place] in self._gone:
                continue
            parts = self._parts(said, self._said[place])
            score = _score(parts)
            if score >= least and (found is None or score > found.score):
                found = Match(self._ids[place], score, parts)
        return found

    def _read(self, values: Mapping[str, str]) -> list[Words]:
        return [words(values.get(key, "")) for key in self._keys]

    def _promising(self, said: Words, least: float) -> Iterable[int]:
        """Those that could reach `least` if all other keys were the same, oldest first."""
        heaviest, *others = (_weight(key) for key in self._keys)
        needed = (least * (heaviest + sum(others)) - sum(others)) / heaviest - 1e-6
        if needed <= 0 or not said:
            return range(len(self._ids))
        shared: dict[int, float] = {}
        for word, mine in said.items():
            for place in self._having.get(word, ()):
                shared[place] = shared.get(place, 0.0) + min(mine, self._said[place][0][word])
        # Two equal texts share half the weight of both, so this much of the new one's at least.
        enough = needed / (2 - needed) * sum(said.values())
        return sorted(place for place, weight in shared.items() if weight >= enough)

    def _parts(self, mine: list[Words], theirs: list[Words]) -> dict[str, float]:
        both = zip(self._keys, mine, theirs, strict=True)
        return {key: dice(one, other) for key, one, other in both if one or other}


def _weight(key: str) -> float:
    return _WEIGHTS.get(key, 1.0)


def _score(parts: Mapping[str, float]) -> float:
    weighed = sum(part * _weight(key) for key, part in parts.items())
    return round(weighed / sum(map(_weight, parts)), 6) if parts else 0.0
