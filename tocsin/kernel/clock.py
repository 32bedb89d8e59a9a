"""Time as a dependency: production reads the system clock, tests turn a virtual one."""

import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> int:
        """The current instant, in milliseconds since the epoch (UTC)."""
        ...


class SystemClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000
