"""What other rules would do to issues, told by where their stored events would go."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from tocsin.domain.fingerprint import Fingerprints


class Outcome(StrEnum):
    """What becomes of an issue's events."""

    KEPT = "kept"
    MOVED = "moved"
    JOINED = "joined"
    SPLIT = "split"
    DROPPED = "dropped"


class Placed(Struct, frozen=True):
    """An event of `issue_id` and the issue it would go to; `is_new` if that has yet to be made.
    Without prints it would become no issue, and `target` is empty."""

    issue_id: str
    target: str
    is_new: bool
    prints: Fingerprints | None


class Target(Struct, frozen=True):
    """Where some events of an issue would go, and why."""

    issue_id: str
    is_new: bool
    event_count: int
    reason: str
    parts: tuple[str, ...]


class Fate(Struct, frozen=True):
    """What would become of an issue: `joined` shares a target with another issue's events."""

    issue_id: str
    outcome: Outcome
    targets: tuple[Target, ...]


class Tried(Struct, frozen=True):
    """An event of an issue and its hashes, without prints if it would become no issue; `older` are
    the hashes that older versions give it."""

    issue_id: str
    prints: Fingerprints | None
    older: tuple[str, ...] = ()

    @property
    def leads(self) -> list[str]:
        """The hashes by which it is looked for, in order."""
        own = [each.digest for each in self.prints.hashes] if self.prints else []
        return [*own, *self.older]


def placed(events: Sequence[Tried], known: dict[str, str]) -> list[Placed]:
    """Where events would go, one after the other, as if they came anew; `known` has the issue of
    every hash that leads to one."""
    leading = dict(known)
    fresh: set[str] = set()
    found = []
    for event in events:
        if event.prints is None:
            found.append(Placed(event.issue_id, "", False, None))
            continue
        target = next((leading[each] for each in event.leads if each in leading), "")
        if not target:
            target = f"new-{len(fresh) + 1}"
            fresh.add(target)
        for each in event.prints.hashes:
            leading.setdefault(each.digest, target)
        found.append(Placed(event.issue_id, target, target in fresh, event.prints))
    return found


def fates(events: Sequence[Placed]) -> list[Fate]:
    """What becomes of every issue, in the order of their first events."""
    sources: dict[str, set[str]] = {}
    mine: dict[str, list[Placed]] = {}
    for each in events:
        sources.setdefault(each.target, set()).add(each.issue_id)
        mine.setdefault(each.issue_id, []).append(each)
    return [
        Fate(issue_id, _outcome(issue_id, going, sources), _targets(going))
        for issue_id, going in mine.items()
    ]


def _outcome(issue_id: str, going: list[Placed], sources: dict[str, set[str]]) -> Outcome:
    targets = {each.target for each in going}
    if len(targets) > 1:
        return Outcome.SPLIT
    (target,) = targets
    if target == issue_id:
        return Outcome.KEPT
    if not target:
        return Outcome.DROPPED
    is_shared = len(sources[target]) > 1 or not going[0].is_new
    return Outcome.JOINED if is_shared else Outcome.MOVED


def _targets(going: list[Placed]) -> tuple[Target, ...]:
    counts = Counter(each.target for each in going)
    first = {each.target: each for each in reversed(going)}
    return tuple(_target(first[target], count) for target, count in counts.most_common())


def _target(each: Placed, count: int) -> Target:
    if each.prints is None:
        return Target("", False, count, "A noise filter or an error-ingestion rule.", ())
    reason, parts = each.prints.reason, each.prints.parts
    return Target(each.target, each.is_new, count, reason, parts)
