"""Moving alerts between incidents, and closing them."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.alert_move import MoveWish
from tocsin.engine import alert_work
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store.database import Tx
from tocsin.wire.alert import TAG, AlertIds
from tocsin.wire.asked import check_lengths, check_text

TITLE_MAX: Final = 512
COMMENT_MAX: Final = 1024


class MergeAlerts(Struct, frozen=True):
    alert_ids: Annotated[tuple[str, ...], Meta(description="At most 1000.")]
    incident_id: str
    comment: Annotated[str, Meta(description="At most 1024 characters.")] = ""
    title: Annotated[str, Meta(description="The incident's new title; at most 512.")] = ""
    owner_id: Annotated[int, Meta(description="The incident's new owner; 0 leaves it.")] = 0


class CloseAlerts(Struct, frozen=True):
    alert_ids: AlertIds


@operation("/alert/merge", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def merge(tx: Tx, caller: Caller, request: MergeAlerts) -> Empty:
    """Move alerts into an open incident.

    An incident that loses its last alert is closed. Nobody is told again.
    """
    check_lengths(request)
    check_text("title", request.title, TITLE_MAX)
    check_text("comment", request.comment, COMMENT_MAX)
    wish = MoveWish(request.comment.strip(), request.title.strip(), request.owner_id)
    alert_work.merge(tx, caller, request.alert_ids, request.incident_id, wish)
    return Empty()


@operation("/alert/close", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def close(tx: Tx, caller: Caller, request: CloseAlerts) -> Empty:
    """Close alerts that still fire.

    They count as recovered from now on; a later event of the same key opens a new alert.
    """
    check_lengths(request)
    alert_work.close(tx, caller, request.alert_ids)
    return Empty()
