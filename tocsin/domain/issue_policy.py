"""How an application's issues raise alerts, and what closing one side does to the other."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from tocsin.kernel.units import HOUR

REMIND_HOURS_MAX: Final = 24 * 30
USERS_MAX: Final = 1_000_000


class OnIssueClosed(StrEnum):
    """What becomes of the alert of an issue that is closed."""

    CLOSE = "close"
    COMMENT = "comment"


class OnIncidentClosed(StrEnum):
    """What becomes of an open issue whose incident somebody closed."""

    RESOLVE = "resolve"
    COMMENT = "comment"


class IssuePolicy(Struct, frozen=True):
    """`remind_after_ms` 0 and `users_affected` 0 raise no such alert."""

    remind_after_ms: int = 24 * HOUR
    users_affected: int = 100
    spikes: bool = True
    on_issue_closed: OnIssueClosed = OnIssueClosed.CLOSE
    on_incident_closed: OnIncidentClosed = OnIncidentClosed.COMMENT
