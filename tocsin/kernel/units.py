"""Milliseconds inside, seconds on most of the wire: the one place that converts.

Every instant in the domain, the store and the engine is an int of milliseconds since the epoch,
0 meaning "not set", which is also what the wire says for an absent time.
"""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def seconds(milliseconds: int) -> int:
    """Milliseconds to whole seconds, rounded down."""
    return milliseconds // SECOND


def from_seconds(count: int) -> int:
    """Seconds to milliseconds."""
    return count * SECOND
