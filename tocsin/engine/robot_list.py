"""The chat robots that the rules of channels tell."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from tocsin.domain.escalation import EscalationRule, NotifyRule, Robot
from tocsin.kernel.caller import Caller
from tocsin.kernel.text import fold
from tocsin.store import channel as channels
from tocsin.store import escalation as rules
from tocsin.store.database import Tx

LISTED_MAX: Final = 500


class Named(Struct, frozen=True):
    """A rule that tells a robot."""

    kind: str
    rule: EscalationRule | NotifyRule


class Known(Struct, frozen=True):
    """A robot, and every rule that tells it."""

    robot: Robot
    by: tuple[Named, ...]


def browse(tx: Tx, caller: Caller, query: str, type_: str) -> list[Known]:
    """The robots of channels that the caller may see, alike ones once."""
    hidden: set[int] = set()
    if not caller.is_admin:
        seen = channels.hidden(tx, caller.account_id, caller.member_id, caller.team_ids)
        hidden = set(seen)
    found: dict[bytes, tuple[Robot, list[Named]]] = {}
    for named, robot in _told(tx, caller.account_id):
        if named.rule.channel_id in hidden or not _fits(robot, query, type_):
            continue
        key = msgspec.json.encode(robot, order="sorted")
        by = found.setdefault(key, (robot, []))[1]
        if named not in by:
            by.append(named)
    return [Known(robot, tuple(by)) for robot, by in list(found.values())[:LISTED_MAX]]


def _told(tx: Tx, account_id: int) -> Iterator[tuple[Named, Robot]]:
    for escalation in rules.telling_robots(tx, rules.ESCALATIONS, account_id):
        for layer in escalation.layers:
            for robot in layer.target.webhooks or ():
                yield Named("escalation rule", escalation), robot
    for notice in rules.telling_robots(tx, rules.NOTICES, account_id):
        for robot in notice.target.webhooks or ():
            yield Named("notification rule", notice), robot


def _fits(robot: Robot, query: str, type_: str) -> bool:
    if type_ and robot.type != type_:
        return False
    settings: dict[str, Any] = {} if robot.settings is UNSET else robot.settings
    return fold(query.strip()) in fold(f"{robot.type} {settings.get('alias') or ''}")
