"""What the labels of an incident change about the rule that takes it.

`layer_person_reset_<n>_emails` names, by commas, the people of level n (from 0) in place of those
the rule names; `layer_person_reset_<n>_team_names` its teams; `layer_webhook_reset_<n>_wecoms`,
`_dingtalks` and `_feishus` the tokens of its robots of that type. All else of the rule stays.
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
    for wish in wishes:
        if wish.layer_idx >= len(layers):
            missing.append(f"labels change level {wish.layer_idx + 1}, which the rule has not")
            continue
        layer = layers[wish.layer_idx]
        target, unknown = _changed(layer.target, wish, directory)
        missing += unknown
        layers[wish.layer_idx] = replace(layer, target=target)
    return replace(rule, layers=tuple(layers)), tuple(missing)


def _changed(target: Target, wish: Wanted, directory: Directory) -> tuple[Target, list[str]]:
    if wish.what == "emails":
        known = [directory.members.get(each.lower()) for each in wish.values]
        changed = replace(target, person_ids=tuple(one for one in known if one))
    elif wish.what == "team_names":
        known = [directory.teams.get(each) for each in wish.values]
        changed = replace(target, team_ids=tuple(one for one in known if one))
    else:
        return _with_robots(target, wish), []
    unknown = [
        f"labels name {each}, which is nobody here"
        for each, found in zip(wish.values, known, strict=True)
        if not found
    ]
    # Labels that name nobody at all must not silence a level.
    return (target if len(unknown) == len(wish.values) else changed), unknown


def _with_robots(target: Target, wish: Wanted) -> Target:
    """The robots of one type with other tokens, set up as the first of that type was."""
    kind = wish.what.removesuffix("s")
    robots = target.webhooks or ()
    like = next((one.settings for one in robots if one.type == kind), UNSET) or {}
    fresh = tuple(Robot(kind, alike(like, token)) for token in wish.values)
    return replace(target, webhooks=(*(one for one in robots if one.type != kind), *fresh))
