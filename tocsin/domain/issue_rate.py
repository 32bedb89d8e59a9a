"""When an issue happens far more often than it used to.

Its occurrences are counted by the hour they were received in, release and environment. A release
is compared with its own past; one that has none yet, with all releases of its environment.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from tocsin.kernel.units import DAY, HOUR

HISTORY_MS: Final = 7 * DAY
HISTORY_HOURS_MIN: Final = 24
COUNT_MIN: Final = 20
TIMES_MEAN: Final = 5
TIMES_PEAK: Final = 2


class Rate(Struct, frozen=True):
    """Occurrences received in the hour that begins at `hour` (ms)."""

    hour: int
    version: str
    env: str
    count: int


class Spike(Struct, frozen=True):
    """More in this hour than the past explains, and the sentence that says so."""

    hour: int
    version: str
    env: str
    count: int
    reason: str


def hour_of(at: int) -> int:
    """The first ms of the hour an instant lies in."""
    return at - at % HOUR


def spike(rates: Iterable[Rate], at: int) -> Spike | None:
    """The largest spike of the hour of `at`, None where there is none.

    It takes 20 occurrences, five times the mean and twice the highest of the hours of the last 7
    days, of which there must be 24 since the first.
    """
    now = hour_of(at)
    recent = [rate for rate in rates if now - HISTORY_MS <= rate.hour <= now]
    current = sorted((rate for rate in recent if rate.hour == now), key=_size)
    for rate in current:
        own = _hours(recent, now, rate.env, rate.version)
        found = _compared(rate, own or _hours(recent, now, rate.env, None))
        if found:
            return found
    return None


def _size(rate: Rate) -> tuple[int, str, str]:
    return -rate.count, rate.env, rate.version


def _hours(rates: list[Rate], now: int, env: str, version: str | None) -> list[int]:
    """What the hours before this one counted since the first that did; [] for too few."""
    counted: dict[int, int] = {}
    for rate in rates:
        if rate.hour < now and rate.env == env and version in (None, rate.version):
            counted[rate.hour] = counted.get(rate.hour, 0) + rate.count
    if not counted or now - min(counted) < HISTORY_HOURS_MIN * HOUR:
        return []
    return [counted.get(hour, 0) for hour in range(min(counted), now, HOUR)]


def _compared(rate: Rate, hours: list[int]) -> Spike | None:
    if not hours or rate.count < COUNT_MIN:
        return None
    mean, peak = sum(hours) / len(hours), max(hours)
    if rate.count <= TIMES_MEAN * mean or rate.count <= TIMES_PEAK * peak:
        return None
    place = " ".join(filter(None, (rate.version, rate.env and f"in {rate.env}")))
    reason = (
        f"{rate.count} times in this hour{place and f' ({place})'}, against {mean:.1f} on average "
        f"and {peak} at most in the hours before."
    )
    return Spike(rate.hour, rate.version, rate.env, rate.count, reason)
