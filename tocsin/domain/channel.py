"""A channel: the space incidents live in, who sees it and who may change it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import asdict, replace

from tocsin.domain import filter as filters
from tocsin.domain.filter import Condition
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.given import given

GROUP_CASES_MAX: Final = 100
GROUP_LISTS_MAX: Final = 5
GROUP_KEYS_MAX: Final = 5
GROUP_WINDOW_MAX: Final = 43_200
MUTE_MINUTES_MIN: Final = 30
STORM_ALERTS: Final = (2, 10_000)


class ChannelStatus(StrEnum):
    """A disabled channel receives nothing and keeps its history."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


class AutoResolveMode(StrEnum):
    """What the automatic closing counts from: the incident's start, or its last merge."""

    TRIGGER = "trigger"
    UPDATE = "update"


class GroupMethod(StrEnum):
    """How alerts share incidents: by likeness (i), by rule (p), or not at all (n)."""

    INTELLIGENT = "i"
    PATTERN = "p"
    NONE = "n"


class WindowType(StrEnum):
    """Whether a grouping window counts from the incident's start or from its last merge."""

    TUMBLING = "tumbling"
    SLIDING = "sliding"


class GroupCase(Struct, frozen=True, omit_defaults=True):
    """Keys to group by for the alerts that meet every condition."""

    conditions: Annotated[
        tuple[Condition, ...], Meta(description="Conditions that must all hold.")
    ] = field(default=(), name="if")
    equals: Annotated[
        tuple[str | tuple[str, ...], ...],
        Meta(description="Keys whose values must be equal within an incident, or lists of keys."),
    ] = ()

    @property
    def lists(self) -> tuple[tuple[str, ...], ...]:
        """Its lists of keys; keys that stand outside of any list are one together."""
        flat = tuple(keys for keys in self.equals if isinstance(keys, str))
        return (*((flat,) if flat else ()), *(k for k in self.equals if not isinstance(k, str)))


class Group(Struct, frozen=True):
    """How alerts of a channel share incidents. What was not sent is not sent back."""

    method: Annotated[GroupMethod, Meta(description="i: likeness, p: rules, n: no grouping.")]
    equals: (
        Annotated[
            tuple[tuple[str, ...], ...],
            Meta(description="Lists of keys; equal values of one list put alerts together."),
        ]
        | UnsetType
    ) = UNSET
    cases: (
        Annotated[tuple[GroupCase, ...], Meta(description="Keys by filter; the first that holds.")]
        | UnsetType
    ) = UNSET
    all_equals_required: (
        Annotated[bool, Meta(description="An empty value never equals another empty one.")]
        | UnsetType
    ) = UNSET
    time_window: (
        Annotated[int, Meta(ge=0, description="Minutes; 0 groups until the incident closes.")]
        | UnsetType
    ) = UNSET
    window_type: WindowType | UnsetType = UNSET
    storm_threshold: (
        Annotated[int, Meta(ge=0, le=10_000, description="Merged alerts that make a storm.")]
        | UnsetType
    ) = UNSET
    storm_thresholds: (
        Annotated[tuple[int, ...], Meta(max_length=5, description="Up to five such counts.")]
        | UnsetType
    ) = UNSET
    i_keys: (
        Annotated[tuple[str, ...], Meta(max_length=10, description="What likeness looks at.")]
        | UnsetType
    ) = UNSET
    i_score_threshold: (
        Annotated[float, Meta(ge=0.5, le=1, description="The least likeness that groups.")]
        | UnsetType
    ) = UNSET


class Flapping(Struct, frozen=True):
    """When an incident counts as flapping, and how long it is then silent (0: only marked)."""

    is_disabled: bool = False
    max_changes: Annotated[int, Meta(ge=2, le=100, description="Changes within the window.")] = 4
    in_mins: Annotated[int, Meta(ge=1, le=1440, description="The window in minutes.")] = 60
    mute_mins: Annotated[int, Meta(ge=0, le=1440, description="Minutes; 0 or at least 30.")] = 0


class Channel(Struct, frozen=True):
    """A channel as it is kept; instants are ms, 0 where they have not come."""

    id: int
    account_id: int
    team_id: int
    creator_id: int
    name: str
    created_at: int
    updated_at: int
    managing_team_ids: tuple[int, ...] = ()
    description: str = ""
    status: ChannelStatus = ChannelStatus.ENABLED
    deleted_at: int = 0
    auto_resolve_timeout_ms: int = 0
    auto_resolve_mode: AutoResolveMode = AutoResolveMode.TRIGGER
    is_private: bool = False
    disable_outlier_detection: bool = False
    disable_auto_close: bool = False
    is_external_report_enabled: bool = False
    external_report_token_hash: str = ""
    group: Group = Group(GroupMethod.NONE)
    flapping: Flapping = Flapping()

    @property
    def teams(self) -> frozenset[int]:
        """The owning team and those that manage it beside."""
        return frozenset((self.team_id, *self.managing_team_ids))

    @property
    def receives(self) -> bool:
        """Whether alerts are delivered to it."""
        return self.status is ChannelStatus.ENABLED


class ChannelEdit(Struct, frozen=True):
    """What somebody wants changed of a channel; what is UNSET stays."""

    team_id: int | UnsetType = UNSET
    managing_team_ids: tuple[int, ...] | UnsetType = UNSET
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    auto_resolve_timeout_ms: int | UnsetType = UNSET
    auto_resolve_mode: AutoResolveMode | UnsetType = UNSET
    is_private: bool | UnsetType = UNSET
    disable_outlier_detection: bool | UnsetType = UNSET
    disable_auto_close: bool | UnsetType = UNSET
    is_external_report_enabled: bool | UnsetType = UNSET
    group: Group | UnsetType = UNSET
    flapping: Flapping | UnsetType = UNSET


def edited(channel: Channel, edit: ChannelEdit, at: int) -> Channel:
    """The channel with an edit carried out; InvalidParameter for parts out of bounds."""
    changed = replace(channel, **given(asdict(edit)), updated_at=at)
    check_group(changed.group)
    check_flapping(changed.flapping)
    return changed


def is_visible(channel: Channel, caller: Caller) -> bool:
    """A private channel shows to its teams, its creator and admins, any other to everybody."""
    return (
        not channel.is_private
        or caller.is_admin
        or caller.member_id == channel.creator_id
        or not channel.teams.isdisjoint(caller.team_ids)
    )


def check_group(group: Group) -> None:
    """Raise InvalidParameter for a grouping whose parts lie outside their bounds."""
    cases = group.cases or ()
    if len(cases) > GROUP_CASES_MAX:
        raise InvalidParameter(
            "group.cases may have at most {maximum} cases, not {count}",
            maximum=GROUP_CASES_MAX,
            count=len(cases),
        )
    _check_lists(group.equals or ())
    for case in cases:
        filters.check([case.conditions], "group.cases[].if")
        _check_lists(case.lists)
    if (group.time_window or 0) > GROUP_WINDOW_MAX:
        raise InvalidParameter(
            "group.time_window must be at most {maximum} minutes, not {value}",
            maximum=GROUP_WINDOW_MAX,
            value=group.time_window,
        )
    low, high = STORM_ALERTS
    for threshold in group.storm_thresholds or ():
        if not low <= threshold <= high:
            raise InvalidParameter(
                "group.storm_thresholds must lie from {low} to {high}, not {value}",
                low=low,
                high=high,
                value=threshold,
            )


def _check_lists(lists: Sequence[tuple[str, ...]]) -> None:
    if len(lists) > GROUP_LISTS_MAX:
        raise InvalidParameter(
            "group.equals may have at most {maximum} lists, not {count}",
            maximum=GROUP_LISTS_MAX,
            count=len(lists),
        )
    for keys in lists:
        if len(keys) > GROUP_KEYS_MAX:
            raise InvalidParameter(
                "each list of group.equals may have at most {maximum} keys, not {count}",
                maximum=GROUP_KEYS_MAX,
                count=len(keys),
            )


def check_flapping(flapping: Flapping) -> None:
    """Raise InvalidParameter for a mute shorter than half an hour that is not 0."""
    if 0 < flapping.mute_mins < MUTE_MINUTES_MIN:
        raise InvalidParameter(
            "flapping.mute_mins must be 0 or at least {minimum}, not {value}",
            minimum=MUTE_MINUTES_MIN,
            value=flapping.mute_mins,
        )
