"""How long an issue took and when it entered each stage, read off its stage changes."""

from tocsin.domain.issue import OPEN, Stage, StageChange
from tocsin.kernel.units import seconds


def duration(changes: list[StageChange], at: int) -> int:
    """Seconds from the first change to the last; to `at` while the issue is open.

    `changes` are the oldest first.
    """
    if not changes:
        return 0
    end = at if changes[-1].stage in OPEN else changes[-1].changed_at
    return seconds(end) - seconds(changes[0].changed_at)


def entered(changes: list[StageChange]) -> dict[Stage, int]:
    """The instant (s) each stage was last entered."""
    return {change.stage: seconds(change.changed_at) for change in changes}
