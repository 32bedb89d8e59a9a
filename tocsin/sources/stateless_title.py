"""Titles without the word that says whether it fires: the same for an alert and its recovery, for
senders that name an alert in no other way."""

import re
from typing import Final

_STATES: Final = (
    # Uptime Kuma's own text: [name] [🔴 Down] why
    re.compile(r"^\[(?P<name>.+?)\] \[(?:✅ Up|🔴 Down)\].*$", re.DOTALL),
    re.compile(
        r"^(?P<name>.+?)\s+is\s+(?:back\s+)?(?:down|up|ok)[.!]?$", re.IGNORECASE | re.DOTALL
    ),
    re.compile(
        r"^\[?(?:FIRING|RESOLVED|ALERTING|OK|PROBLEM|RECOVERY)(?::\d+)?\]?:?\s+(?P<name>.+)$",
        re.IGNORECASE | re.DOTALL,
    ),
)


def without_state(title: str) -> str:
    """What the title is about."""
    shown = title.strip()[:2_000]
    for pattern in _STATES:
        if found := pattern.match(shown):
            return found["name"].strip()
    return shown
