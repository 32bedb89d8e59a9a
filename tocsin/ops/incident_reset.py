"""Editing one thing of an incident, as older clients do; /incident/reset edits several."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.incident import Overridable
from tocsin.domain.severity import Severity
from tocsin.engine import incident_work
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store.database import Tx
from tocsin.wire.incident import TAG, ObjectId


class ResetTitle(Struct, frozen=True):
    incident_id: ObjectId
    value: Annotated[str, Meta(min_length=3, max_length=200)]


class ResetText(Struct, frozen=True):
    incident_id: ObjectId
    value: Annotated[str, Meta(min_length=3, max_length=6144)]


class ResetSeverity(Struct, frozen=True):
    incident_id: ObjectId
    value: Severity


@operation("/incident/title/reset", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def reset_title(tx: Tx, caller: Caller, request: ResetTitle) -> Empty:
    """Edit the title of an incident."""
    incident_work.edit(tx, caller, request.incident_id, {Overridable.TITLE: request.value})
    return Empty()


@operation("/incident/description/reset", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def reset_description(tx: Tx, caller: Caller, request: ResetText) -> Empty:
    """Edit the description of an incident."""
    incident_work.edit(tx, caller, request.incident_id, {Overridable.DESCRIPTION: request.value})
    return Empty()


@operation("/incident/impact/reset", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def reset_impact(tx: Tx, caller: Caller, request: ResetText) -> Empty:
    """Edit what an incident affects."""
    incident_work.edit(tx, caller, request.incident_id, {Overridable.IMPACT: request.value})
    return Empty()


@operation("/incident/root-cause/reset", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def reset_root_cause(tx: Tx, caller: Caller, request: ResetText) -> Empty:
    """Edit the root cause of an incident."""
    incident_work.edit(tx, caller, request.incident_id, {Overridable.ROOT_CAUSE: request.value})
    return Empty()


@operation("/incident/resolution/reset", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def reset_resolution(tx: Tx, caller: Caller, request: ResetText) -> Empty:
    """Edit how an incident was mended."""
    incident_work.edit(tx, caller, request.incident_id, {Overridable.RESOLUTION: request.value})
    return Empty()


@operation("/incident/severity/reset", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def reset_severity(tx: Tx, caller: Caller, request: ResetSeverity) -> Empty:
    """Set the severity of an incident by hand, which alerts then no longer change."""
    incident_work.edit(tx, caller, request.incident_id, {Overridable.SEVERITY: request.value})
    return Empty()
