"""Routing: which channels take what a shared integration sends.

Cases are asked in order. One that matches delivers to its channels and ends the search, unless it
falls through; the default delivers where no case that matched led anywhere.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final, Protocol

from msgspec import Meta, Struct, field

from tocsin.domain.bounds import require_entries, require_text
from tocsin.domain.filter import CORE_KEYS, LABEL, Condition, Subject, canonical, check, holds
from tocsin.domain.trace import Stage, Step
from tocsin.kernel.errors import InvalidParameter

CASES_MAX: Final = 200
SECTIONS_MAX: Final = 200
CHANNELS_MAX: Final = 100
NAME_LENGTH_MAX: Final = 100
LABEL_LENGTH_MAX: Final = 255
DEFAULT: Final = "default"


class RoutingMode(StrEnum):
    """Whether a case names its channels, or a label's value does."""

    STANDARD = "standard"
    NAME_MAPPING = "name_mapping"


class Case(Struct, frozen=True):
    """A case of a route; `channel_ids` is None under name mapping."""

    if_: Annotated[tuple[Condition, ...], Meta(description="All must hold.")] = field(name="if")
    channel_ids: tuple[int, ...] | None
    fallthrough: Annotated[bool, Meta(description="Go on with the next case after a match.")]
    routing_mode: RoutingMode
    name_mapping_label: Annotated[
        str, Meta(description="`labels.<name>`, whose value is the name of a channel.")
    ]


class Section(Struct, frozen=True):
    """A heading over cases, for people who read the route."""

    name: str
    position: Annotated[int, Meta(ge=0, description="The case it stands before, from 0.")]


class Default(Struct, frozen=True):
    """Where that goes which no case leads anywhere."""

    channel_ids: tuple[int, ...] = ()


class Route(Struct, frozen=True):
    """The route of an integration; instants are ms, `version` grows with each write."""

    account_id: int
    integration_id: int
    cases: tuple[Case, ...]
    sections: tuple[Section, ...]
    default: Default
    version: int
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int

    @property
    def named(self) -> set[int]:
        """Every channel it names."""
        return {
            *self.default.channel_ids,
            *(one for case in self.cases for one in case.channel_ids or ()),
        }


class Directory(Protocol):
    """The channels a route may lead to."""

    def exists(self, channel_id: int) -> bool:
        """Whether a channel that the route names is still there."""
        ...

    def called(self, name: str) -> int:
        """The channel of that name, 0 where none is, or none that the route may deliver to."""
        ...


class Routed(Struct, frozen=True):
    """Where an event goes, and why. `matched` names what it met: `case_<n>` from 0, `default`."""

    channel_ids: tuple[int, ...]
    matched: tuple[str, ...]
    steps: tuple[Step, ...]


def decide(
    cases: Sequence[Case], default: Default, subject: Subject, directory: Directory
) -> Routed:
    """Route one event. A channel that several cases name takes it once."""
    found: dict[int, None] = {}
    matched: list[str] = []
    steps: list[Step] = []
    for number, case in enumerate(cases):
        if not holds(case.if_, subject, CORE_KEYS):
            continue
        taken, said = _resolved(case, subject, directory)
        matched.append(f"case_{number}")
        steps.append(_step("matched" if taken else "unresolved", matched[-1], taken, said))
        found.update(dict.fromkeys(taken))
        if not case.fallthrough:
            break
    if not found:
        taken = [one for one in default.channel_ids if directory.exists(one)]
        if taken:
            matched.append(DEFAULT)
            steps.append(_step("matched", DEFAULT, taken))
            found.update(dict.fromkeys(taken))
    if not found:
        steps.append(Step(Stage.ROUTE, "unrouted"))
    return Routed(tuple(found), tuple(matched), tuple(steps))


def check_route(route: Route) -> None:
    """Raise InvalidParameter for a route that cannot be meant."""
    check_cases(route.cases, route.default)
    _check_sections(route)


def check_cases(cases: Sequence[Case], default: Default) -> None:
    """Raise InvalidParameter for cases and a default that cannot be meant."""
    if not cases and not default.channel_ids:
        raise InvalidParameter("send cases, a default with channel_ids, or both", field="cases")
    require_entries(cases, CASES_MAX, "cases")
    require_entries(default.channel_ids, CHANNELS_MAX, "default.channel_ids")
    for number, case in enumerate(cases):
        _check_case(case, f"cases[{number}]")


def _resolved(
    case: Case, subject: Subject, directory: Directory
) -> tuple[list[int], dict[str, str]]:
    """The channels of a case that matched, and what its label said."""
    if case.routing_mode is RoutingMode.STANDARD:
        return [one for one in case.channel_ids or () if directory.exists(one)], {}
    name = subject.get(canonical(case.name_mapping_label), "")
    channel_id = directory.called(name) if name else 0
    return [channel_id] if channel_id else [], {case.name_mapping_label: name}


def _step(
    verdict: str, name: str, channel_ids: Sequence[int], said: dict[str, str] | None = None
) -> Step:
    listed = {"channel_ids": ",".join(map(str, channel_ids))} if channel_ids else {}
    return Step(Stage.ROUTE, verdict, rule_name=name, detail={**(said or {}), **listed})


def _check_case(case: Case, place: str) -> None:
    check([case.if_], f"{place}.if")
    require_entries(case.channel_ids or (), CHANNELS_MAX, f"{place}.channel_ids")
    if case.routing_mode is RoutingMode.STANDARD:
        if not case.channel_ids:
            raise InvalidParameter(
                "{field} is required in standard mode; name at least one channel",
                field=f"{place}.channel_ids",
            )
        return
    if case.channel_ids:
        raise InvalidParameter(
            "{field} has no meaning under name mapping; leave it out", field=f"{place}.channel_ids"
        )
    label = case.name_mapping_label
    if not label.startswith(LABEL) or label == LABEL:
        raise InvalidParameter(
            "{field} must be labels.<name>, not {value}",
            field=f"{place}.name_mapping_label",
            value=label,
        )
    require_text(label, LABEL_LENGTH_MAX, f"{place}.name_mapping_label")


def _check_sections(route: Route) -> None:
    require_entries(route.sections, SECTIONS_MAX, "sections")
    names = [section.name for section in route.sections]
    if len(set(names)) < len(names):
        raise InvalidParameter("{field}: two sections have one name", field="sections")
    for section in route.sections:
        require_text(section.name, NAME_LENGTH_MAX, "sections.name")
        if section.position > len(route.cases):
            raise InvalidParameter(
                "{field} must lie from 0 to {maximum}, not {value}",
                field="sections.position",
                maximum=len(route.cases),
                value=section.position,
            )
