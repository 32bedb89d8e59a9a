"""Calls allowed per account and operation, counted in fixed windows of a second and a minute.

One process counts in memory. Several processes on PostgreSQL each spend a fixed share without
writing, and lease what lies beyond it from a common pool in blocks that shrink as the pool does:
together they never admit more than the limit, and a quiet caller costs no write.
"""

import threading
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from tocsin.kernel.operation import Rate
from tocsin.kernel.units import MINUTE, SECOND

WINDOWS_MAX: Final = 20_000
_PERIODS: Final = (("second", SECOND), ("minute", MINUTE))

Lease = Callable[[str, int, int, int, int], int]
"""(key, period ms, window start ms, pool size, wanted) → calls granted from the pool."""


class Verdict(Struct, frozen=True):
    """`limit` and `remaining` speak of the tighter window; `retry_after` is 0 when admitted."""

    admitted: bool
    limit: int
    remaining: int
    reset_at: int
    retry_after: int
    period: str


class _Window:
    __slots__ = ("allowance", "leased", "period_ms", "pool", "start", "used")

    def __init__(self, period_ms: int, start: int, allowance: int, pool: int) -> None:
        self.period_ms = period_ms
        self.start = start
        self.allowance = allowance
        self.pool = pool
        self.leased = 0
        self.used = 0


class RateLimiter:
    """Admits or refuses one call at an instant. Safe to share between threads."""

    def __init__(
        self, processes: Callable[[], int] = lambda: 1, lease: Lease | None = None
    ) -> None:
        self._processes = processes
        self._lease = lease
        self._windows: dict[tuple[str, int], _Window] = {}
        self._lock = threading.Lock()

    def check(self, key: str, rate: Rate, at: int) -> Verdict:
        """Count a call of `key` at `at`, unless one of its windows is used up."""
        with self._lock:
            windows = [
                self._window(key, period_ms, limit, at)
                for (_, period_ms), limit in zip(_PERIODS, _limits(rate), strict=True)
            ]
            for window, (period, period_ms), limit in zip(
                windows, _PERIODS, _limits(rate), strict=True
            ):
                if not self._has_room(key, window):
                    return _refused(window.start + period_ms, limit, period, at)
            for window in windows:
                window.used += 1
            second = windows[0]
            left = max(0, second.allowance + second.pool - second.used)
            return Verdict(True, rate.per_second, left, second.start + SECOND, 0, "second")

    def _window(self, key: str, period_ms: int, limit: int, at: int) -> _Window:
        start = at - at % period_ms
        window = self._windows.get((key, period_ms))
        if window is None or window.start != start:
            if len(self._windows) >= WINDOWS_MAX:
                self._forget(at)
            count = max(1, self._processes())
            share = limit if count == 1 or self._lease is None else limit // (2 * count)
            window = _Window(period_ms, start, share, limit - share * count)
            self._windows[key, period_ms] = window
        return window

    def _has_room(self, key: str, window: _Window) -> bool:
        if window.used < window.allowance:
            return True
        if self._lease is None or window.pool <= 0:
            return False
        wanted = max(1, (window.pool - window.leased) // 4)
        granted = self._lease(key, window.period_ms, window.start, window.pool, wanted)
        if granted == 0:
            window.pool = 0
        window.leased += granted
        window.allowance += granted
        return granted > 0

    def _forget(self, at: int) -> None:
        self._windows = {
            key: window for key, window in self._windows.items() if window.start + key[1] > at
        }


def _limits(rate: Rate) -> tuple[int, int]:
    return rate.per_second, rate.per_minute


def _refused(reset_at: int, limit: int, period: str, at: int) -> Verdict:
    retry_after = max(1, -(-(reset_at - at) // SECOND))
    return Verdict(False, limit, 0, reset_at, retry_after, period)
