"""What became of what an application sent and that is no issue: rejected requests, and counts."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.engine import application as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.units import DAY
from tocsin.store import error_tally
from tocsin.store.database import Tx
from tocsin.store.error_tally import Tally
from tocsin.wire.rejected import RejectedPage, rejected_page

TAG: Final = "RUM/Intake"


class ListRejected(Struct, frozen=True):
    application_id: str
    p: int = 1
    limit: Annotated[int, Meta(le=100)] = 20


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
    dropped_by_sdk: Annotated[
        int, Meta(description="Errors that SDKs say they dropped before sending them.")
    ]


@operation("/rum/rejected-event/list", None, Kind.READ, tag=TAG)
def browse_rejected(tx: Tx, caller: Caller, request: ListRejected) -> RejectedPage:
    """List what an application sent that could not be taken in, newest first."""
    one = engine.seen(tx, caller, request.application_id)
    return rejected_page(tx, one.account_id, one.id, request.p, request.limit)


@operation("/rum/error-tally/list", None, Kind.READ, tag=TAG)
def browse_tallies(tx: Tx, caller: Caller, request: ListTallies) -> Tallies:
    """Count by day what an application sent beside errors, and what its SDKs dropped."""
    one = engine.seen(tx, caller, request.application_id)
    start = tx.now - (request.days - 1) * DAY
    found = error_tally.since(tx, one.account_id, one.id, start)
    dropped = (each.count for each in found if each.kind == "discarded" and _is_error(each.name))
    return Tallies(found, sum(dropped))


def _is_error(name: str) -> bool:
    return name.endswith(("/error", "/default"))
