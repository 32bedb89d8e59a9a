"""A clock that only moves when told to."""

from tocsin.kernel.units import SECOND

START = 1_767_225_600_000  # 2026-01-01T00:00:00Z


class VirtualClock:
    def __init__(self, instant: int = START) -> None:
        self.instant = instant

    def now(self) -> int:
        return self.instant

    def advance(self, seconds: float) -> None:
        self.instant += int(seconds * SECOND)
