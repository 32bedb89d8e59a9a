"""The timeline of an incident."""

from typing import Annotated, Final

from msgspec import Meta, Raw, Struct

from tocsin.domain import feed as details
from tocsin.domain.access import Permission
from tocsin.domain.feed import EntryType
from tocsin.engine import incident_feed
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import window
from tocsin.store.database import Tx
from tocsin.wire.feed import one_of
from tocsin.wire.incident import TAG, ObjectId

DETAILS: Final = one_of(
    details.NewDetail,
    details.AssignDetail,
    details.AddResponderDetail,
    details.NotifyDetail,
    details.StormDetail,
    details.SnoozeDetail,
    details.WakeDetail,
    details.ProgressDetail,
    details.CommentDetail,
    details.ResolveDetail,
    details.ReopenDetail,
    details.FlappingDetail,
    details.MergeDetail,
    details.AlertMergeDetail,
    details.CustomActionDetail,
    details.ResetTextDetail,
    details.ResetSeverityDetail,
    details.ResetFieldDetail,
)


class ListFeed(Struct, frozen=True):
    incident_id: ObjectId
    p: int = 0
    limit: Annotated[int, Meta(le=100)] = 0
    asc: bool = False
    types: tuple[EntryType, ...] = ()


class FeedItem(Struct, frozen=True):
    """One entry; instants in ms."""

    ref_id: Annotated[str, Meta(description="The incident concerned.")]
    type: EntryType
    detail: Annotated[Raw, Meta(description="Its shape goes by type.", extra_json_schema=DETAILS)]
    account_id: int
    creator_id: Annotated[int, Meta(description="0 for the system.")]
    created_at: int
    updated_at: int
    reason: Annotated[str, Meta(description="Why it came about.")]
    deleted_at: int = 0


class FeedPage(Struct, frozen=True):
    items: list[FeedItem]
    has_next_page: bool


@operation("/incident/feed", Permission.INCIDENTS_READ, Kind.READ, tag=TAG)
def feed(tx: Tx, caller: Caller, request: ListFeed) -> FeedPage:
    """Read the timeline of an incident, newest first unless `asc`."""
    place = window(request.p, request.limit)
    found = incident_feed.page(
        tx, caller, request.incident_id, request.types, place, ascending=request.asc
    )
    items = [
        FeedItem(
            ref_id=row.ref_id,
            type=EntryType(row.type),
            detail=row.detail,
            account_id=row.account_id,
            creator_id=row.creator_id,
            created_at=row.created_at,
            updated_at=row.created_at,
            reason=row.reason,
        )
        for row in found[: place.limit]
    ]
    return FeedPage(items, has_next_page=len(found) > place.limit)
