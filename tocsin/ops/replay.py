"""Taking in after all what was not: rejected requests, and events that became nothing."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.engine import integration, replay
from tocsin.engine import trace as traces
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, Failure, InvalidParameter
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import Window
from tocsin.store.database import Tx
from tocsin.store.trace import Wanted

TAG: Final = "Integrations"
REPLAYED_MAX: Final = 100


class ReplayRejected(Struct, frozen=True):
    integration_id: int
    rejected_ids: Annotated[tuple[str, ...], Meta(min_length=1, max_length=REPLAYED_MAX)]


class ReplayEvents(Struct, frozen=True):
    trace_ids: Annotated[
        tuple[str, ...],
        Meta(
            min_length=1, max_length=REPLAYED_MAX, description="As `/event/trace/list` names them."
        ),
    ]


class ReplayedItem(Struct, frozen=True):
    id: str
    replayed: bool
    reason: Annotated[str, Meta(description="Why it was not; else empty.")]


class Replayed(Struct, frozen=True):
    items: list[ReplayedItem]


@operation("/datasource/rejected-event/replay", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def rejected(tx: Tx, caller: Caller, request: ReplayRejected) -> Replayed:
    """Have what an integration pushed in vain taken in after all, once what stood in its way is mended.

    Each is judged and read anew as the integration is set now, and goes on as if it had come just
    now. What is still refused says why and can be replayed later; what was taken in cannot again.
    """
    sender = integration.managed(tx, caller, request.integration_id)
    if not integration.open_to(tx, caller, [sender]):
        raise AccessDenied("this integration serves a private channel; ask one of its members")
    found: list[ReplayedItem] = []
    for rejected_id in dict.fromkeys(request.rejected_ids):
        try:
            replay.replay(tx, sender, rejected_id, caller.member_id)
        except Failure as refusal:
            found.append(ReplayedItem(rejected_id, False, refusal.message(caller.locale)))
        else:
            found.append(ReplayedItem(rejected_id, True, ""))
    return Replayed(found)


@operation("/event/replay", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag="Decision traces")
def events(tx: Tx, caller: Caller, request: ReplayEvents) -> Replayed:
    """Have events that became nothing go through the rules again, as these are now.

    They are those of traces without an alert: no channel took them, or a rule dropped them.
    """
    wanted = Wanted(ids=request.trace_ids)
    seen = traces.search(tx, caller, wanted, Window(0, REPLAYED_MAX), None)
    known = {one.id: one for one in seen}
    found: list[ReplayedItem] = []
    for trace_id in dict.fromkeys(request.trace_ids):
        try:
            if trace_id not in known:
                raise InvalidParameter("no trace has the id {trace_id}", trace_id=trace_id)
            replay.replay_trace(tx, known[trace_id])
        except Failure as refusal:
            found.append(ReplayedItem(trace_id, False, refusal.message(caller.locale)))
        else:
            found.append(ReplayedItem(trace_id, True, ""))
    return Replayed(found)
