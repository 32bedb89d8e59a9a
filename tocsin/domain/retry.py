"""When to try again: exponential, bounded, and told apart from giving up."""

from typing import Final

from msgspec import Struct

from tocsin.kernel.units import HOUR, MINUTE, SECOND


class RetryPolicy(Struct, frozen=True):
    """How long something that fails is worth another try.

    The wait doubles from `first_wait_ms` up to `wait_max_ms`; there are at most `failures_max`
    failures, and no try later than `age_max_ms` after the thing was first owed.
    """

    failures_max: int
    age_max_ms: int
    first_wait_ms: int = 5 * SECOND
    wait_max_ms: int = 10 * MINUTE


PATIENT: Final = RetryPolicy(failures_max=60, age_max_ms=8 * HOUR)
"""For what a person waits for: ride out a relay that is down for a working day."""

FAILURES_TOLD_AT: Final = 2
"""From so many failures on, something else is tried beside."""
_DOUBLINGS_MAX: Final = 32


def wait_ms(failures: int, first_wait_ms: int, wait_max_ms: int) -> int:
    """How long to wait after the `failures`-th failure in a row (from 1)."""
    doubled = first_wait_ms << min(max(failures, 1) - 1, _DOUBLINGS_MAX)
    return int(min(wait_max_ms, doubled))


def next_try(policy: RetryPolicy, failures: int, owed_at: int, now: int) -> int | None:
    """The instant of the next try after `failures` failures, or None to give up."""
    if failures >= policy.failures_max:
        return None
    due_at = now + wait_ms(failures, policy.first_wait_ms, policy.wait_max_ms)
    return due_at if due_at <= owed_at + policy.age_max_ms else None
