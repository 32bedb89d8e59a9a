"""How an application's issues raise alerts, and what closing one side does to the other."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from tocsin.domain.access import Permission
from tocsin.domain.issue_policy import (
    REMIND_HOURS_MAX,
    USERS_MAX,
    OnIncidentClosed,
    OnIssueClosed,
)
from tocsin.engine import application as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.given import given
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import HOUR
from tocsin.store import issue_alert as stored
from tocsin.store.database import Tx

TAG: Final = "RUM/Applications"

RemindHours = Annotated[
    int,
    Meta(
        ge=0,
        le=REMIND_HOURS_MAX,
        description="An open issue that goes on is told again after so many hours; 0 never.",
    ),
]
UsersAffected = Annotated[
    int,
    Meta(
        ge=0,
        le=USERS_MAX,
        description="An issue is told again when it reaches so many users, ten times as many and so "
        "on; 0 never.",
    ),
]
Spikes = Annotated[
    bool, Meta(description="Tell of an issue that happens far more often than it used to.")
]


class PolicyOf(Struct, frozen=True):
    application_id: str


class PolicyItem(Struct, frozen=True):
    application_id: str
    remind_hours: RemindHours
    users_affected: UsersAffected
    spikes: Spikes
    on_issue_closed: Annotated[OnIssueClosed, Meta(description="What its incident gets.")]
    on_incident_closed: Annotated[OnIncidentClosed, Meta(description="What an open issue gets.")]


class UpdatePolicy(Struct, frozen=True):
    application_id: str
    remind_hours: RemindHours | UnsetType = UNSET
    users_affected: UsersAffected | UnsetType = UNSET
    spikes: Spikes | UnsetType = UNSET
    on_issue_closed: OnIssueClosed | UnsetType = UNSET
    on_incident_closed: OnIncidentClosed | UnsetType = UNSET


@operation("/rum/issue/policy/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: PolicyOf) -> PolicyItem:
    """Read when the issues of an application are told, and what closing one does."""
    found = engine.seen(tx, caller, request.application_id)
    kept = stored.policy(tx, found.account_id, found.id)
    return PolicyItem(
        application_id=found.id,
        remind_hours=kept.remind_after_ms // HOUR,
        users_affected=kept.users_affected,
        spikes=kept.spikes,
        on_issue_closed=kept.on_issue_closed,
        on_incident_closed=kept.on_incident_closed,
    )


@operation("/rum/issue/policy/update", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdatePolicy) -> Empty:
    """Change when the issues of an application are told; what is not sent stays."""
    found = engine.managed(tx, caller, request.application_id)
    kept = stored.policy(tx, found.account_id, found.id)
    changes = given(asdict(request))
    del changes["application_id"]
    if "remind_hours" in changes:
        changes["remind_after_ms"] = changes.pop("remind_hours") * HOUR
    wanted = replace(kept, **changes)
    stored.set_policy(tx, found.account_id, found.id, wanted)
    return Empty()
