"""How long and how many error events an application keeps, and how long sessions. Issues and their counts stay."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.issue_event import Retention
from tocsin.engine import application as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import DAY
from tocsin.store import issue_event
from tocsin.store.database import Tx

TAG: Final = "RUM/Applications"

Days = Annotated[int, Meta(ge=1, le=3650, description="Days an error event is kept.")]
SessionDays = Annotated[
    int,
    Meta(
        ge=1,
        le=3650,
        description="Days a session is kept, with its views, actions, vitals and errors; new ones only.",
    ),
]
ResourceDays = Annotated[
    int,
    Meta(ge=1, le=3650, description="Days its resources and long tasks are kept; new ones only."),
]
EventsMax = Annotated[
    int,
    Meta(ge=100, le=100_000_000, description="Events kept at most; the oldest samples go first."),
]


class RetentionOf(Struct, frozen=True):
    application_id: str


class RetentionItem(Struct, frozen=True):
    """An issue's first event and those that brought it back stay as long as the issue."""

    application_id: str
    days: Days
    events_max: EventsMax
    session_days: SessionDays
    resource_days: ResourceDays
    event_count: Annotated[int, Meta(description="Events stored now.")]


class UpdateRetention(Struct, frozen=True):
    application_id: str
    days: Days | UnsetType = UNSET
    events_max: EventsMax | UnsetType = UNSET
    session_days: SessionDays | UnsetType = UNSET
    resource_days: ResourceDays | UnsetType = UNSET


@operation("/rum/retention/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: RetentionOf) -> RetentionItem:
    """Read what an application keeps of its error events and sessions."""
    found = engine.seen(tx, caller, request.application_id)
    kept = issue_event.retention(tx, found.account_id, found.id)
    count = issue_event.event_count(tx, found.account_id, found.id)
    return RetentionItem(
        application_id=found.id,
        days=kept.age_ms // DAY,
        events_max=kept.events_max,
        session_days=kept.session_ms // DAY,
        resource_days=kept.detail_ms // DAY,
        event_count=count,
    )


@operation("/rum/retention/update", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateRetention) -> Empty:
    """Change what an application keeps of its error events and sessions; what is not sent stays."""
    found = engine.managed(tx, caller, request.application_id)
    kept = issue_event.retention(tx, found.account_id, found.id)
    wanted = Retention(
        age_ms=_ms(request.days, kept.age_ms),
        events_max=kept.events_max if request.events_max is UNSET else request.events_max,
        session_ms=_ms(request.session_days, kept.session_ms),
        detail_ms=_ms(request.resource_days, kept.detail_ms),
    )
    issue_event.retain(tx, found.account_id, found.id, wanted)
    return Empty()


def _ms(days: int | UnsetType, kept_ms: int) -> int:
    return kept_ms if days is UNSET else days * DAY
