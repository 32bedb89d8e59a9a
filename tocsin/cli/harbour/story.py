"""What happened at Harbour Coffee, day by day: drawn from a seed, told in order."""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from tocsin.cli.harbour.crashes import CRASHES, RELEASES, Crash, has
from tocsin.cli.harbour.troubles import REMARKS, TROUBLES, Trouble
from tocsin.kernel.ids import Chance
from tocsin.kernel.units import DAY, HOUR, MINUTE

TROUBLES_A_DAY: Final = 9
CRASHES_A_DAY: Final = 60
CRASHES_A_SCENE: Final = 12
STORM_PODS: Final = 24
_GUESTS: Final = 400


class Deed(Struct, frozen=True):
    """Something that happens at an instant (ms): what `telling.py` does by that name."""

    at: int
    what: str
    about: dict[str, Any]


class _Draft:
    """Deeds as they are thought of, in no order."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.deeds: list[Deed] = []

    def add(self, at: int, what: str, **about: Any) -> None:
        self.deeds.append(Deed(at, what, about))

    def in_order(self) -> list[Deed]:
        return sorted(self.deeds, key=lambda one: one.at)

    def pick(self, some: Any) -> Any:
        return some[self.chance.randrange(0, len(some))]

    def between(self, first: int, last: int) -> int:
        return self.chance.randrange(first, last)


def story(chance: Chance, since: int, until: int) -> list[Deed]:
    """All that happens between two instants (ms), in order."""
    draft = _Draft(chance)
    _releases(draft, since, until)
    last_day = until - 3 * HOUR
    for day in range(since, last_day, DAY):
        for _ in range(TROUBLES_A_DAY):
            at = draft.between(day, day + DAY)
            if at < last_day:
                _trouble(draft, draft.pick(TROUBLES), at)
    _night(draft, since, until)
    _storm(draft, until - 100 * MINUTE)
    _now(draft, until)
    return draft.in_order()


def going_on(chance: Chance, since: int, until: int) -> list[Deed]:
    """A short scene to be watched: two alerts that come and go, and errors now and then."""
    draft = _Draft(chance)
    for trouble in (draft.pick(TROUBLES), draft.pick(TROUBLES)):
        at, incident = draft.between(since, (since + until) // 2), f"{trouble.name}-{since}"
        draft.add(at, "fires", trouble=trouble, lasts=until - at, incident=incident)
        draft.add(at + MINUTE // 2, "acknowledges", incident=incident)
        draft.add(draft.between(at + MINUTE, until), "recovers", trouble=trouble)
    for _ in range(CRASHES_A_SCENE):
        crash = draft.pick(CRASHES)
        release = draft.pick([one for one in RELEASES[crash.application] if has(crash, one)])
        user = draft.between(0, _GUESTS)
        at = draft.between(since, until)
        draft.add(at, "crashes", crash=crash, release=release, user=user)
    return draft.in_order()


def _trouble(draft: _Draft, trouble: Trouble, at: int) -> None:
    """It fires, somebody takes it in hand, says something, and it ends."""
    lasts = draft.between(*trouble.lasts)
    incident = f"{trouble.name}-{at}"
    draft.add(at, "fires", trouble=trouble, lasts=lasts + 5 * MINUTE, incident=incident)
    taken = at + draft.between(2 * MINUTE, 9 * MINUTE)
    if draft.between(0, 5):
        draft.add(taken, "acknowledges", incident=incident)
        remark = draft.pick(REMARKS)
        draft.add(taken + 3 * MINUTE, "comments", incident=incident, text=remark)
    draft.add(at + lasts, "recovers", trouble=trouble)
    if trouble.severity == "critical":
        draft.add(at + lasts + MINUTE, "concludes", incident=incident, trouble=trouble)


def _night(draft: _Draft, since: int, until: int) -> None:
    """Every third night at 03:12 the database moves, and nobody hears the first call."""
    failover = next(one for one in TROUBLES if one.name == "DatabaseFailover")
    for day in range(since // DAY * DAY, until - DAY, 3 * DAY):
        at = day + 3 * HOUR + 12 * MINUTE
        if at > since:
            incident = f"night-{at}"
            draft.add(at, "fires", trouble=failover, lasts=HOUR, incident=incident)
            draft.add(at + 17 * MINUTE, "acknowledges", incident=incident)
            draft.add(at + 31 * MINUTE, "recovers", trouble=failover)
            draft.add(at + 40 * MINUTE, "concludes", incident=incident, trouble=failover)


def _storm(draft: _Draft, at: int) -> None:
    """A node goes down and takes its pods with it: one incident, not two dozen."""
    draft.add(at, "storms", pods=STORM_PODS, incident="storm", lasts=40 * MINUTE)
    draft.add(at + 4 * MINUTE, "acknowledges", incident="storm")
    draft.add(
        at + 6 * MINUTE, "comments", incident="storm", text="node-7 is gone, moving its pods."
    )
    draft.add(at + 35 * MINUTE, "calms", pods=STORM_PODS)


def _now(draft: _Draft, until: int) -> None:
    """How it stands when the story ends: one burns, one is in hand, one sleeps."""
    by_name = {one.name: one for one in TROUBLES}
    for name, ago, follows in (
        ("CertificateExpires", 150 * MINUTE, "snoozes"),
        ("RefundQueueStalled", 50 * MINUTE, "acknowledges"),
        ("CardLatencyHigh", 6 * MINUTE, ""),
    ):
        at, trouble = until - ago, by_name[name]
        draft.add(at, "fires", trouble=trouble, lasts=12 * HOUR, incident=name)
        if follows:
            draft.add(at + 4 * MINUTE, follows, incident=name)
    at = until - 40 * MINUTE
    draft.add(at, "comments", incident="RefundQueueStalled", text=REMARKS[3])


def _releases(draft: _Draft, since: int, until: int) -> None:
    """Releases at even distances, each with the errors that it has."""
    teams = {"shop-web": "Shop", "payments-api": "Payments"}
    for application, releases in RELEASES.items():
        span = (until - since) // len(releases)
        for number, release in enumerate(releases):
            at = since + number * span + draft.between(0, 2 * HOUR)
            draft.add(at, "releases", team=teams[application], release=release)
            mine = [one for one in CRASHES if one.application == application]
            wanted = [one for one in mine if has(one, release)]
            for one in _weighted(draft, wanted, CRASHES_A_DAY * span // DAY):
                when = draft.between(at + MINUTE, since + (number + 1) * span)
                user = draft.between(0, _GUESTS)
                draft.add(when, "crashes", crash=one, release=release, user=user)


def _weighted(draft: _Draft, some: list[Crash], count: int) -> Iterator[Crash]:
    drum = [one for one in some for _ in range(one.weight)]
    return (draft.pick(drum) for _ in range(count))
