"""Running custom actions on incidents."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.engine import custom_action
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.store.database import Database
from tocsin.wire.incident import TAG, ObjectId


class DoCustomAction(Struct, frozen=True):
    incident_id: ObjectId
    integration_id: Annotated[int, Meta(description="Of an enabled custom action.")]


class CustomActionDone(Struct, frozen=True):
    message: (
        Annotated[str, Meta(description="What went wrong; absent when it worked.")] | UnsetType
    ) = UNSET


@operation("/incident/custom-action/do", Permission.INCIDENTS_MANAGE, Kind.CALL_OUT, tag=TAG)
def do(database: Database, caller: Caller, request: DoCustomAction) -> CustomActionDone:
    """Run a custom action on an incident: its address is told all about it.

    It has a second to answer 200. What worked stands on the timeline.
    """
    problem = custom_action.run(database, caller, request.incident_id, request.integration_id)
    return CustomActionDone(problem or UNSET)
