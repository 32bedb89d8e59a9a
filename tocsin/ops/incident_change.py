"""Moving incidents along: acknowledge, snooze, close, reopen, merge, remove."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.incident import Overridable
from tocsin.domain.incident_edit import MergeWish
from tocsin.engine import incident_work
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store.database import Tx
from tocsin.wire.incident import TAG, ChosenIncidents, IncidentIds, ObjectId

SourceIds = Annotated[
    tuple[ObjectId, ...],
    Meta(min_length=1, max_length=100, description="The target's own id is skipped."),
]
EXEMPT_AT_ONCE_MAX = 1000


class SnoozeIncidents(Struct, frozen=True):
    incident_ids: Annotated[tuple[ObjectId, ...], Meta(max_length=100)]
    minutes: Annotated[int, Meta(gt=0, le=1440)]


class ResolveIncidents(Struct, frozen=True):
    incident_ids: IncidentIds
    root_cause: Annotated[str, Meta(max_length=1024, description="Written on all of them.")] = ""
    resolution: Annotated[str, Meta(max_length=1024, description="Written on all of them.")] = ""


class ReopenIncidents(Struct, frozen=True):
    incident_ids: IncidentIds
    reason: Annotated[str, Meta(max_length=1024)] = ""


class MergeIncidents(Struct, frozen=True):
    source_incident_ids: SourceIds
    target_incident_id: ObjectId
    title: Annotated[str, Meta(max_length=512, description="The target's new title.")] = ""
    comment: Annotated[str, Meta(max_length=1024)] = ""
    owner_id: Annotated[int, Meta(description="The target's new owner; 0 leaves it.")] = 0
    remove_source_incidents: Annotated[
        bool, Meta(description="Erase the sources instead of closing them.")
    ] = False


class ExemptIncidents(Struct, frozen=True):
    incident_ids: tuple[ObjectId, ...]


class RemoveIncidents(Struct, frozen=True):
    incident_ids: Annotated[tuple[ObjectId, ...], Meta(max_length=100)]


@operation("/incident/ack", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def ack(tx: Tx, caller: Caller, request: ChosenIncidents) -> Empty:
    """Acknowledge incidents.

    The caller takes them in hand and joins their responders. A closed one is a BadRequest.
    """
    incident_work.acknowledge(tx, caller, request.incident_ids)
    return Empty()


@operation("/incident/unack", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def unack(tx: Tx, caller: Caller, request: ChosenIncidents) -> Empty:
    """Withdraw the caller's acknowledgement of incidents.

    Those that nobody else acknowledged are Triggered again.
    """
    incident_work.unacknowledge(tx, caller, request.incident_ids)
    return Empty()


@operation("/incident/snooze", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def snooze(tx: Tx, caller: Caller, request: SnoozeIncidents) -> Empty:
    """Keep incidents quiet for some minutes.

    After that they are Triggered and their responders are told again.
    """
    incident_work.snooze(tx, caller, request.incident_ids, request.minutes)
    return Empty()


@operation("/incident/wake", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def wake(tx: Tx, caller: Caller, request: ChosenIncidents) -> Empty:
    """End the quiet of snoozed incidents early, telling nobody."""
    incident_work.wake(tx, caller, request.incident_ids)
    return Empty()


@operation("/incident/resolve", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def resolve(tx: Tx, caller: Caller, request: ResolveIncidents) -> Empty:
    """Close incidents, with the cause and the fix where they are known.

    Their alerts close with them: a later event of the same key opens a new incident.
    """
    texts = {
        Overridable.ROOT_CAUSE: request.root_cause,
        Overridable.RESOLUTION: request.resolution,
    }
    given = {name: text for name, text in texts.items() if text}
    incident_work.resolve(tx, caller, request.incident_ids, given)
    return Empty()


@operation("/incident/reopen", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def reopen(tx: Tx, caller: Caller, request: ReopenIncidents) -> Empty:
    """Open closed incidents again, for those who had them, who are told."""
    incident_work.reopen(tx, caller, request.incident_ids, request.reason)
    return Empty()


@operation("/incident/merge", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def merge(tx: Tx, caller: Caller, request: MergeIncidents) -> Empty:
    """Fold incidents into another one.

    Their alerts move to it and their responders join it, without being told again. The sources
    are closed, or erased on demand.
    """
    wish = MergeWish(
        comment=request.comment.strip(),
        title=request.title.strip(),
        owner_id=request.owner_id,
        remove_sources=request.remove_source_incidents,
    )
    incident_work.merge(tx, caller, request.source_incident_ids, request.target_incident_id, wish)
    return Empty()


@operation("/incident/disable-merge", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def disable_merge(tx: Tx, caller: Caller, request: ExemptIncidents) -> Empty:
    """Exempt incidents from having alerts merged into them by grouping."""
    if len(request.incident_ids) > EXEMPT_AT_ONCE_MAX:
        raise InvalidParameter(
            "{field} must have at most {maximum} entries, not {count}",
            field="incident_ids",
            maximum=EXEMPT_AT_ONCE_MAX,
            count=len(request.incident_ids),
        )
    incident_work.disable_merge(tx, caller, request.incident_ids)
    return Empty()


@operation("/incident/remove", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def remove(tx: Tx, caller: Caller, request: RemoveIncidents) -> Empty:
    """Erase incidents for good, with their alerts and timelines."""
    incident_work.remove(tx, caller, request.incident_ids)
    return Empty()
