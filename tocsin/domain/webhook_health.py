"""How a receiver of webhooks is doing, and when nothing more is sent to it.

A receiver that has said yes to nothing for a day, over a number of tries, is paused: what it is
owed waits for it, in order, until somebody resumes it.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.kernel.units import DAY, HOUR

PAUSE_FAILURES: Final = 10
PAUSE_AFTER_MS: Final = DAY
WAIT_MS_MAX: Final = 48 * HOUR
"""How long what a paused receiver is owed waits for it."""


class WebhookHealth(Struct, frozen=True):
    """The failures in a row of a receiver that does not answer as it should; instants in ms,
    `paused_at` 0 while it is tried."""

    account_id: int
    integration_id: int
    failures: int
    failing_since: int
    last_error: str
    paused_at: int = 0


def failed(before: WebhookHealth, why: str, at: int) -> WebhookHealth:
    """After one more failure; paused where that was the last straw."""
    now = replace(before, failures=before.failures + 1, last_error=why)
    long = at - now.failing_since >= PAUSE_AFTER_MS
    if now.failures >= PAUSE_FAILURES and long and not now.paused_at:
        return replace(now, paused_at=at)
    return now
