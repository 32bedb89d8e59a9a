"""A clock that only moves when told to."""

from tocsin.kernel.clock import SystemClock
from tocsin.kernel.units import SECOND

START = 1_767_225_600_000  # 2026-01-01T00:00:00Z


class VirtualClock:
    def __init__(self, instant: int = START) -> None:
        self.instant = instant

    def now(self) -> int:
        return self.instant

    def advance(self, seconds: float) -> None:
        self.instant += int(seconds * SECOND)


class RunningClock(VirtualClock):
    """The machine's time, moved by what it was advanced: for programs that have no other."""

    def __init__(self) -> None:
        super().__init__(0)

    def now(self) -> int:
        return SystemClock().now() + self.instant
