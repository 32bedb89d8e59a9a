"""How bad things are: severities of what fires, and statuses, which add recovery."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad an alert or incident is, worst first."""

    CRITICAL = "Critical"
    WARNING = "Warning"
    INFO = "Info"


class EventStatus(StrEnum):
    """What an event says about its alert: a severity while it fires, `Ok` once it recovered."""

    CRITICAL = "Critical"
    WARNING = "Warning"
    INFO = "Info"
    OK = "Ok"


_RANK = {EventStatus.OK: 0, EventStatus.INFO: 1, EventStatus.WARNING: 2, EventStatus.CRITICAL: 3}


def rank(level: Severity | EventStatus) -> int:
    """0 for Ok up to 3 for Critical."""
    return _RANK[EventStatus(level)]


def worst(first: Severity, second: Severity) -> Severity:
    """The higher of two severities."""
    return first if rank(first) >= rank(second) else second


def severity_of(status: EventStatus, recovered: Severity = Severity.INFO) -> Severity:
    """The severity a status stands for; `recovered` answers for Ok, which has none of its own."""
    return recovered if status is EventStatus.OK else Severity(status)
