"""Who is told about an incident, and how: the target of an escalation step."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.kernel.errors import InvalidParameter


class Methods(Struct, frozen=True):
    """The methods a message travels by, by severity, unless each person's own choice decides."""

    follow_preference: bool | UnsetType = UNSET
    critical: tuple[str, ...] | UnsetType = UNSET
    warning: tuple[str, ...] | UnsetType = UNSET
    info: tuple[str, ...] | UnsetType = UNSET


class Robot(Struct, frozen=True):
    """A chat robot that is told too."""

    type: str
    settings: dict[str, Any] | UnsetType = UNSET


class Target(Struct, frozen=True):
    """People, directly or by team or schedule, and how they are told. Comes back as sent."""

    person_ids: tuple[int, ...] | UnsetType = UNSET
    team_ids: tuple[int, ...] | UnsetType = UNSET
    schedule_to_role_ids: (
        Annotated[dict[str, tuple[int, ...]], Meta(description="Schedule id to role ids.")]
        | UnsetType
    ) = UNSET
    emails: tuple[str, ...] | UnsetType = UNSET
    by: Methods | UnsetType = UNSET
    webhooks: tuple[Robot, ...] | UnsetType = UNSET


class FirstRule(Struct, frozen=True):
    """The escalation rule a channel starts with: one step."""

    template_id: Annotated[str, Meta(pattern="^[0-9a-fA-F]{24}$")]
    target: Target
    aggr_window: (
        Annotated[int, Meta(ge=0, le=3600, description="Seconds to wait and gather; 0 is off.")]
        | UnsetType
    ) = UNSET


def check_target(target: Target) -> None:
    """Raise InvalidParameter for a target that names nobody, or no way to reach them."""
    people = (target.person_ids, target.team_ids, target.schedule_to_role_ids, target.emails)
    if not any(people):
        raise InvalidParameter(
            "escalate_rule.target needs person_ids, team_ids, schedule_to_role_ids or emails",
            field="escalate_rule.target",
        )
    if target.by is UNSET and not target.webhooks:
        raise InvalidParameter(
            "escalate_rule.target needs by or webhooks", field="escalate_rule.target"
        )
