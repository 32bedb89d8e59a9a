"""Input that was not taken in, as it is shown to people."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.kernel.paging import window
from tocsin.kernel.text import masked
from tocsin.store import rejected
from tocsin.store.database import Tx
from tocsin.store.rejected import Rejected

EXCERPT_LENGTH_MAX: Final = 2000


class RejectedItem(Struct, frozen=True):
    """Instants are ms."""

    rejected_id: str
    door: Annotated[
        str, Meta(description="`sentry`, `rum`, `standard.alert` or `change.standard`.")
    ]
    reason: str
    received_at: int
    rejected_at: int
    body_size: Annotated[int, Meta(description="Bytes of the part that was rejected.")]
    excerpt: Annotated[str, Meta(description="How it begins, as far as it is text.")]
    replayed_at: Annotated[int, Meta(description="When it was taken in after all; 0: never.")]
    replayed_by: int


class RejectedPage(Struct, frozen=True):
    items: list[RejectedItem]
    total: int
    has_next_page: bool


def rejected_page(
    tx: Tx, account_id: int, scope: str, p: int, limit: int, key: str = ""
) -> RejectedPage:
    """What one application or integration sent that was not taken in, newest first.

    The `key` it was sent with is shown as `***` where it occurs.
    """
    page = window(p, limit)
    found = rejected.of_scope(tx, account_id, scope, page)
    total = rejected.count(tx, account_id, scope)
    items = [_item(each, key) for each in found]
    return RejectedPage(items, total, has_next_page=page.offset + len(found) < total)


def _item(one: Rejected, key: str) -> RejectedItem:
    # More than is shown: a key at its end would else be cut in two and not known again.
    begin = one.body[: 8 * EXCERPT_LENGTH_MAX]
    return RejectedItem(
        rejected_id=one.id,
        door=one.door,
        reason=masked(one.reason, key),
        received_at=one.received_at,
        rejected_at=one.rejected_at,
        body_size=one.body_size,
        excerpt=masked(begin.decode("utf-8", "replace"), key)[:EXCERPT_LENGTH_MAX],
        replayed_at=one.replayed_at,
        replayed_by=one.replayed_by,
    )
