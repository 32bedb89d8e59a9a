"""The activity log of an alert."""

from typing import Annotated, Final

from msgspec import Meta, Raw, Struct

from tocsin.domain import alert_feed as details
from tocsin.domain.access import Permission
from tocsin.domain.alert_feed import AlertEntryType
from tocsin.domain.feed import CommentDetail
from tocsin.engine import alert_search
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import window
from tocsin.store.database import Tx
from tocsin.wire.alert import TAG
from tocsin.wire.feed import one_of

DETAILS: Final = one_of(
    details.StateDetail,
    CommentDetail,
    details.NothingDetail,
    details.MergedDetail,
    details.SilencedDetail,
    details.InhibitedDetail,
)


class ListAlertFeed(Struct, frozen=True):
    alert_id: str
    p: int = 0
    limit: Annotated[int, Meta(le=100)] = 0
    asc: bool = False
    types: tuple[str, ...] = ()


class AlertFeedItem(Struct, frozen=True):
    """One entry; instants in ms."""

    ref_id: Annotated[str, Meta(description="The alert concerned.")]
    type: Annotated[str, Meta(description=f"One of {', '.join(AlertEntryType)}.")]
    detail: Annotated[Raw, Meta(description="Its shape goes by type.", extra_json_schema=DETAILS)]
    account_id: int
    creator_id: Annotated[int, Meta(description="0 for the system.")]
    created_at: int
    updated_at: int
    reason: Annotated[str, Meta(description="Why it came about.")]


class AlertFeedPage(Struct, frozen=True):
    items: list[AlertFeedItem]
    has_next_page: bool


@operation("/alert/feed", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def feed(tx: Tx, caller: Caller, request: ListAlertFeed) -> AlertFeedPage:
    """Read the activity log of an alert, newest first unless `asc`."""
    place = window(request.p, request.limit)
    found = alert_search.log(
        tx, caller, request.alert_id, request.types, place, ascending=request.asc
    )
    items = [
        AlertFeedItem(
            ref_id=row.ref_id,
            type=row.type,
            detail=row.detail,
            account_id=row.account_id,
            creator_id=row.creator_id,
            created_at=row.created_at,
            updated_at=row.created_at,
            reason=row.reason,
        )
        for row in found[: place.limit]
    ]
    return AlertFeedPage(items, has_next_page=len(found) > place.limit)
