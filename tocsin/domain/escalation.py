"""Escalation rules: who is told about an incident of a channel, in which order, and how often.

A rule has levels. The first is told first, and again where it is asked to; if it does not answer
in time, the next one follows.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.filter import Filter
from tocsin.domain.member import is_email
from tocsin.domain.noise_rule import NoiseRule
from tocsin.domain.preference import check_methods
from tocsin.domain.robot import check_robot
from tocsin.domain.schedule import ROLES
from tocsin.domain.severity import Severity
from tocsin.domain.time_filter import TimeFilter
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import MINUTE, SECOND

LAYERS_MAX: Final = 20
TARGETS_MAX: Final = 200
ROBOTS_MAX: Final = 20
STEP_MINUTES: Final = 5
FIRST_NAME: Final = "Default"
FIRST_WINDOW_MINUTES: Final = 30


class Methods(Struct, frozen=True):
    """The methods a message travels by, by severity, unless each person's own choice decides."""

    follow_preference: bool | UnsetType = UNSET
    critical: tuple[str, ...] | UnsetType = UNSET
    warning: tuple[str, ...] | UnsetType = UNSET
    info: tuple[str, ...] | UnsetType = UNSET

    def of(self, severity: Severity) -> tuple[str, ...]:
        """The methods for a severity; none where each person's own choice decides."""
        if self.follow_preference:
            return ()
        chosen = {
            Severity.CRITICAL: self.critical,
            Severity.WARNING: self.warning,
            Severity.INFO: self.info,
        }[severity]
        return tuple(dict.fromkeys(chosen or ()))


class Robot(Struct, frozen=True):
    """A chat robot that is told too."""

    type: str
    settings: dict[str, Any] | UnsetType = UNSET


class Target(Struct, frozen=True):
    """People, directly or by team or schedule, and how they are told. Comes back as sent."""

    person_ids: tuple[int, ...] | UnsetType = UNSET
    team_ids: tuple[int, ...] | UnsetType = UNSET
    schedule_to_role_ids: (
        Annotated[
            dict[str, tuple[int, ...]],
            Meta(description="Schedule id to role ids; no role means every role."),
        ]
        | UnsetType
    ) = UNSET
    emails: tuple[str, ...] | UnsetType = UNSET
    by: Methods | UnsetType = UNSET
    webhooks: tuple[Robot, ...] | UnsetType | None = UNSET

    @property
    def schedules(self) -> dict[int, tuple[int, ...]]:
        """Role ids by schedule; ids that are no numbers name no schedule."""
        given = self.schedule_to_role_ids or {}
        return {int(key): roles for key, roles in given.items() if key.isdecimal()}

    def methods(self, severity: Severity) -> tuple[str, ...]:
        """The methods its people are told by; none where each person's own choice decides."""
        return self.by.of(severity) if self.by else ()


Steps = Annotated[int, Meta(ge=0, le=6, description="Repeats within the level.")]
StepMinutes = Annotated[float, Meta(ge=0.5, le=120, description="Minutes between repeats; 5.")]
WindowMinutes = Annotated[
    int, Meta(ge=0, le=720, description="Minutes until the next level; 0 is never.")
]


class Layer(Struct, frozen=True):
    """One level: whom it tells, how often, and how long it waits for them."""

    target: Target
    max_times: Steps = 0
    notify_step: StepMinutes | UnsetType = UNSET
    escalate_window: WindowMinutes = 0
    force_escalate: Annotated[
        bool, Meta(description="Go on to the next level even when acknowledged.")
    ] = False

    @property
    def step_ms(self) -> int:
        """How long it is from one repeat to the next."""
        return int((self.notify_step or STEP_MINUTES) * MINUTE)

    @property
    def window_ms(self) -> int:
        """How long the next level waits, 0 for ever."""
        return self.escalate_window * MINUTE


class EscalationRule(NoiseRule, frozen=True, kw_only=True):
    """Takes the incidents that begin in one of `windows` and match `filters`; without either it
    takes all. `aggregation_ms` is how long the first message waits for more alerts."""

    template_id: str
    layers: tuple[Layer, ...]
    aggregation_ms: int = 0
    windows: tuple[TimeFilter, ...] = ()
    filters: Filter = ()


class NotifyRule(NoiseRule, frozen=True, kw_only=True):
    """Tells others of incidents that begin in one of `windows` and match `filters`, beside those
    whom escalation makes responsible."""

    template_id: str
    target: Target
    windows: tuple[TimeFilter, ...] = ()
    filters: Filter = ()


class FirstRule(Struct, frozen=True):
    """The escalation rule a channel starts with: one level."""

    template_id: Annotated[str, Meta(pattern="^[0-9a-fA-F]{24}$")]
    target: Target
    aggr_window: (
        Annotated[int, Meta(ge=0, le=3600, description="Seconds to wait and gather; 0 is off.")]
        | UnsetType
    ) = UNSET


def first_rule(
    given: FirstRule, rule_id: str, account_id: int, channel_id: int, by: int, at: int
) -> EscalationRule:
    """The rule that a channel starts with."""
    layer = Layer(given.target, escalate_window=FIRST_WINDOW_MINUTES)
    return EscalationRule(
        id=rule_id,
        account_id=account_id,
        channel_id=channel_id,
        name=FIRST_NAME,
        creator_id=by,
        updated_by=by,
        created_at=at,
        updated_at=at,
        template_id=given.template_id.lower(),
        layers=(layer,),
        aggregation_ms=(given.aggr_window or 0) * SECOND,
    )


def check_target(target: Target, field: str) -> None:
    """Raise InvalidParameter, naming `field`, for a target that names nobody, or no way to reach
    them."""
    people = (target.person_ids, target.team_ids, target.schedule_to_role_ids, target.emails)
    if not any(people):
        raise InvalidParameter(
            "{field} needs person_ids, team_ids, schedule_to_role_ids or emails", field=field
        )
    if target.by is UNSET and not target.webhooks:
        raise InvalidParameter("{field} needs by or webhooks", field=field)
    if sum(len(each) for each in people if each) > TARGETS_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} entries", field=field, maximum=TARGETS_MAX
        )
    for address in target.emails or ():
        if not is_email(address):
            raise InvalidParameter("{value} is not an email address", value=address)
    for key in target.schedule_to_role_ids or ():
        if not key.isdecimal():
            raise InvalidParameter(
                "{field}: no schedule has the id {value}", field=field, value=key
            )
    _check_roles(target, field)
    _check_ways(target, field)


def _check_roles(target: Target, field: str) -> None:
    for roles in (target.schedule_to_role_ids or {}).values():
        for role_id in roles:
            if role_id and role_id not in ROLES:
                raise InvalidParameter(
                    "{field}: no role has the id {value}; use one of {known}",
                    field=f"{field}.schedule_to_role_ids",
                    value=role_id,
                    known=", ".join(map(str, (0, *ROLES))),
                )


def _check_ways(target: Target, field: str) -> None:
    if target.by:
        for severity in ("critical", "warning", "info"):
            check_methods(getattr(target.by, severity) or (), f"{field}.by.{severity}")
    robots = target.webhooks or ()
    if len(robots) > ROBOTS_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} entries",
            field=f"{field}.webhooks",
            maximum=ROBOTS_MAX,
        )
    for position, robot in enumerate(robots):
        check_robot(robot.type, robot.settings or {}, f"{field}.webhooks[{position}]")


def check_layers(layers: Sequence[Layer]) -> None:
    """Raise InvalidParameter for levels that cannot be meant."""
    if not 0 < len(layers) <= LAYERS_MAX:
        raise InvalidParameter(
            "layers must have from 1 to {maximum} entries, not {count}",
            maximum=LAYERS_MAX,
            count=len(layers),
        )
    for position, layer in enumerate(layers):
        check_target(layer.target, f"layers[{position}].target")
