"""Which occurrences of an issue stay in the store when they cannot all stay."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.error_event import ErrorEvent
from tocsin.kernel.text import cut
from tocsin.kernel.units import DAY

NAME_MAX = 200
USER_MAX = 256
TITLE_MAX = 2048
LATE_MAX_MS = 30 * DAY

RECENT_MAX = 50
SPREAD_MAX = 50
REGRESSIONS_MAX = 20
THIN_ABOVE = 200


class Keep(StrEnum):
    """Why an event stays as long as its issue does; a sample may go."""

    FIRST = "first"
    REGRESSION = "regression"
    SAMPLE = "sample"


class Retention(Struct, frozen=True):
    """How long (ms) and how many events of one application are kept, and how long its sessions
    and the details of them: resources and long tasks."""

    age_ms: int = 30 * DAY
    events_max: int = 500_000
    session_ms: int = 30 * DAY
    detail_ms: int = 15 * DAY


class Kept(Struct, frozen=True):
    """A stored event, as far as sampling cares."""

    id: int
    keep: Keep


def surplus(kept: list[Kept]) -> list[int]:
    """Ids of the events of one issue that may go; `kept` is the oldest first.

    The first and the last 20 that brought the issue back stay, so do the newest 50 samples and
    50 more spread evenly over the rest of its life.
    """
    regressions = [event.id for event in kept if event.keep is Keep.REGRESSION]
    outlived = regressions[:-REGRESSIONS_MAX]
    samples = [event.id for event in kept if event.keep is Keep.SAMPLE]
    older = samples[:-RECENT_MAX]
    if len(older) <= SPREAD_MAX:
        return outlived
    spread = {older[place * len(older) // SPREAD_MAX] for place in range(SPREAD_MAX)}
    return outlived + [event_id for event_id in older if event_id not in spread]


def tidy(event: ErrorEvent) -> ErrorEvent:
    """The event with names short enough to store, and an instant that can be believed.

    A sender's clock may be wrong: what lies ahead, or over 30 days back, counts as happening
    when it was received.
    """
    ahead = event.occurred_at > event.received_at
    ancient = event.occurred_at < event.received_at - LATE_MAX_MS
    return replace(
        event,
        occurred_at=event.received_at if ahead or ancient else event.occurred_at,
        event_id=plain(event.event_id, 64),
        service=plain(event.service, NAME_MAX),
        env=plain(event.env, NAME_MAX),
        version=plain(event.version, NAME_MAX),
        session_id=plain(event.session_id, 64),
        user_id=plain(event.user_id, USER_MAX),
        trace_id=plain(event.trace_id, 64),
    )


def headline(event: ErrorEvent) -> tuple[str, str]:
    """Type and message of the outermost exception, else the event's own message."""
    outermost = event.exceptions[-1] if event.exceptions else None
    kind = "" if outermost is None or outermost.synthetic else outermost.type
    message = (outermost.value if outermost else "") or event.message
    return plain(kind, NAME_MAX), plain(message, TITLE_MAX)


def plain(text: str, length_max: int) -> str:
    """Cut, and without NUL, which PostgreSQL cannot hold."""
    return cut(text.replace("\x00", ""), length_max)
