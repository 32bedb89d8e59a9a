"""What the labels of an incident change about the rule that takes it.

`layer_person_reset_<n>_emails` and `layer_person_reset_<n>_team_names` name, by commas, the people
and the teams that level n (from 0) tells in place of all whom it names: people, teams, and who is on
call by schedules. `layer_webhook_reset_<n>_wecoms`, `_dingtalks` and `_feishus` name the tokens of its
robots of that type. All else of the rule stays, mail addresses too.
"""

import re
from collections.abc import Mapping
from typing import Final

from msgspec import UNSET, Struct
from msgspec.structs import replace

from tocsin.domain.escalation import EscalationRule, Robot, Target
from tocsin.domain.robot_secret import alike

_LABEL: Final = re.compile(
    r"layer_(?:person_reset_(\d)_(emails|team_names)|webhook_reset_(\d)_(wecoms|dingtalks|feishus))"
)

_PEOPLE: Final = ("emails", "team_names")


class Directory(Struct, frozen=True):
    """The members and teams that labels name: ids by lower-case address, and by name."""

    members: Mapping[str, int] = {}
    teams: Mapping[str, int] = {}


class Wanted(Struct, frozen=True):
    """What labels put into one level of a rule; None leaves that part as it is."""

    layer_idx: int
    what: str
    values: tuple[str, ...]


def wanted(labels: Mapping[str, str]) -> tuple[Wanted, ...]:
    """What an incident's labels ask for."""
    found = []
    for name, text in sorted(labels.items()):
        match = _LABEL.fullmatch(name)
        values = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        if match and values:
            number, what = [part for part in match.groups() if part is not None]
            found.append(Wanted(int(number), what, values))
    return tuple(found)


def overridden(
    rule: EscalationRule, wishes: tuple[Wanted, ...], directory: Directory
) -> tuple[EscalationRule, tuple[str, ...]]:
    """The rule as the labels want it, and what of it could not be done."""
    layers = list(rule.layers)
    missing: list[str] = []
    for layer_idx in dict.fromkeys(wish.layer_idx for wish in wishes):
        if layer_idx >= len(layers):
            missing.append(f"labels change level {layer_idx + 1}, which the rule has not")
            continue
        mine = [wish for wish in wishes if wish.layer_idx == layer_idx]
        target, unknown = _with_people(layers[layer_idx].target, mine, directory)
        missing += unknown
        for wish in mine:
            if wish.what not in _PEOPLE:
                target = _with_robots(target, wish)
        layers[layer_idx] = replace(layers[layer_idx], target=target)
    return replace(rule, layers=tuple(layers)), tuple(missing)


def _with_people(
    target: Target, wishes: list[Wanted], directory: Directory
) -> tuple[Target, list[str]]:
    """The members and teams that labels name in place of all whom the target names as people, as
    teams and by schedules."""
    people: list[int] = []
    crews: list[int] = []
    unknown: list[str] = []
    for wish in wishes:
        if wish.what not in _PEOPLE:
            continue
        for value in wish.values:
            is_member = wish.what == "emails"
            found = (
                directory.members.get(value.lower()) if is_member else directory.teams.get(value)
            )
            if found is None:
                unknown.append(f"labels name {value}, which is nobody here")
            else:
                (people if is_member else crews).append(found)
    if not people and not crews:
        # Labels that name nobody at all must not silence a level.
        return target, unknown
    named = replace(
        target, person_ids=tuple(people), team_ids=tuple(crews), schedule_to_role_ids=UNSET
    )
    return named, unknown


def _with_robots(target: Target, wish: Wanted) -> Target:
    """The robots of one type with other tokens, set up as the first of that type was."""
    kind = wish.what.removesuffix("s")
    robots = target.webhooks or ()
    like = next((one.settings for one in robots if one.type == kind), UNSET) or {}
    fresh = tuple(Robot(kind, alike(like, token)) for token in wish.values)
    return replace(target, webhooks=(*(one for one in robots if one.type != kind), *fresh))
