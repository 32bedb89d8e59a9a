"""Instants as people type them: `90d`, `12h`, `now`, a day, or a Unix time."""

import re
from datetime import UTC, datetime
from typing import Final

from tocsin.kernel.units import DAY, HOUR, MINUTE, SECOND

_SPAN: Final = re.compile(r"(\d{1,5})([dhm])")
_UNITS: Final = {"d": DAY, "h": HOUR, "m": MINUTE}


def span_ms(text: str) -> int | None:
    """The length of `90d`, `12h` or `15m`; None for anything else."""
    found = _SPAN.fullmatch(text)
    return int(found[1]) * _UNITS[found[2]] if found else None


def date_ms(text: str) -> int | None:
    """The instant of `2027-01-31` or `2027-01-31T08:00`, in UTC unless it says otherwise."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()) * SECOND
