"""Writing on incidents: texts, severity, custom fields, remarks."""

from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.incident import Overridable
from tocsin.domain.severity import Severity
from tocsin.engine import incident_work
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.given import given
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store.database import Tx
from tocsin.wire.incident import TAG, IncidentIds, ObjectId

TEXT_LENGTH_MIN: Final = 3

Text = Annotated[str, Meta(min_length=TEXT_LENGTH_MIN, max_length=6144)]


class ResetIncident(Struct, frozen=True):
    incident_id: ObjectId
    title: Annotated[str, Meta(min_length=TEXT_LENGTH_MIN, max_length=200)] | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    impact: Text | UnsetType = UNSET
    root_cause: Text | UnsetType = UNSET
    resolution: Text | UnsetType = UNSET
    incident_severity: Severity | UnsetType = UNSET

    @property
    def changes(self) -> dict[Overridable, str | Severity]:
        """What is to be set."""
        wanted = {
            Overridable.TITLE: self.title,
            Overridable.DESCRIPTION: self.description,
            Overridable.IMPACT: self.impact,
            Overridable.ROOT_CAUSE: self.root_cause,
            Overridable.RESOLUTION: self.resolution,
            Overridable.SEVERITY: self.incident_severity,
        }
        return given(wanted)


class ResetField(Struct, frozen=True):
    incident_id: ObjectId
    field_name: str
    field_value: Annotated[
        Any, Meta(description='As the field\'s type asks; {"value": x} stands for x.')
    ] = None


class CommentIncidents(Struct, frozen=True):
    incident_ids: IncidentIds
    comment: Annotated[str, Meta(max_length=1024)] = ""
    mute_reply: Annotated[bool, Meta(description="Do not report it to webhooks.")] = False


@operation("/incident/reset", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def reset(tx: Tx, caller: Caller, request: ResetIncident) -> Empty:
    """Edit the title, texts or severity of an incident.

    At least one must be given. What a person set, alerts and merges no longer change.
    """
    if not request.changes:
        raise InvalidParameter(
            "give at least one of title, description, impact, root_cause, resolution and "
            "incident_severity"
        )
    for name, value in request.changes.items():
        if len(value.strip()) < TEXT_LENGTH_MIN:
            raise InvalidParameter(
                "{field} must say something: at least {minimum} characters that are not blank",
                field=name,
                minimum=TEXT_LENGTH_MIN,
            )
    incident_work.edit(tx, caller, request.incident_id, request.changes)
    return Empty()


@operation("/incident/field/reset", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def reset_field(tx: Tx, caller: Caller, request: ResetField) -> Empty:
    """Set a custom field of an incident; null takes its value away."""
    value = request.field_value
    if isinstance(value, dict) and set(value) == {"value"}:
        value = value["value"]
    incident_work.set_field(tx, caller, request.incident_id, request.field_name, value)
    return Empty()


@operation("/incident/comment", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def comment(tx: Tx, caller: Caller, request: CommentIncidents) -> Empty:
    """Put a remark on the timelines of incidents."""
    text = request.comment.strip()
    if not text:
        raise InvalidParameter("comment must say something", field="comment")
    incident_work.comment(tx, caller, request.incident_ids, text, mute_reply=request.mute_reply)
    return Empty()
