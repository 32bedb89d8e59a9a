"""What became of what an application sent and that is no issue: rejected requests, and counts."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.engine import application as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import DAY
from tocsin.store import error_tally, rejected
from tocsin.store.database import Tx
from tocsin.store.error_tally import Tally
from tocsin.store.rejected import Rejected

TAG: Final = "RUM/Intake"
EXCERPT_LENGTH_MAX: Final = 2000


class ListRejected(Struct, frozen=True):
    application_id: str
    p: int = 1
    limit: Annotated[int, Meta(le=100)] = 20


class RejectedItem(Struct, frozen=True):
    """Instants are ms."""

    rejected_id: str
    door: Annotated[str, Meta(description="`sentry` or `rum`.")]
    reason: str
    received_at: int
    rejected_at: int
    body_size: Annotated[int, Meta(description="Bytes of the part that was rejected.")]
    excerpt: Annotated[str, Meta(description="How it begins, as far as it is text.")]


class RejectedPage(Struct, frozen=True):
    items: list[RejectedItem]
    total: int
    has_next_page: bool


class ListTallies(Struct, frozen=True):
    application_id: str
    days: Annotated[int, Meta(ge=1, le=90, description="How far back, today included.")] = 7


class Tallies(Struct, frozen=True):
    items: Annotated[
        list[Tally],
        Meta(
            description="Kinds: `session` by outcome, `item` and `skipped` by type, `discarded` by"
            " the SDK's own reason and category."
        ),
    ]


@operation("/rum/rejected-event/list", None, Kind.READ, tag=TAG)
def browse_rejected(tx: Tx, caller: Caller, request: ListRejected) -> RejectedPage:
    """List what an application sent that could not be taken in, newest first."""
    one = engine.seen(tx, caller, request.application_id)
    page = window(request.p, request.limit)
    found = rejected.of_scope(tx, one.account_id, one.id, page)
    total = rejected.count(tx, one.account_id, one.id)
    return RejectedPage(
        [_item(each) for each in found], total, has_next_page=page.offset + len(found) < total
    )


@operation("/rum/error-tally/list", None, Kind.READ, tag=TAG)
def browse_tallies(tx: Tx, caller: Caller, request: ListTallies) -> Tallies:
    """Count by day what an application sent beside errors, and what its SDKs dropped."""
    one = engine.seen(tx, caller, request.application_id)
    start = tx.now - (request.days - 1) * DAY
    return Tallies(error_tally.since(tx, one.account_id, one.id, start))


def _item(one: Rejected) -> RejectedItem:
    return RejectedItem(
        rejected_id=one.id,
        door=one.door,
        reason=one.reason,
        received_at=one.received_at,
        rejected_at=one.rejected_at,
        body_size=one.body_size,
        excerpt=one.body.decode("utf-8", "replace")[:EXCERPT_LENGTH_MAX],
    )
