"""The chat robots that rules tell, to tell them by another rule too."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct

from tocsin.domain.access import Permission
from tocsin.engine import robot_list as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.store.database import Tx
from tocsin.wire.noise_rule import TAG


class ListRobots(Struct, frozen=True):
    query: Annotated[str, Meta(description="Part of its type or alias.")] = ""
    type: Annotated[str, Meta(description="slack, feishu, ….")] = ""


class RobotReference(Struct, frozen=True):
    kind: Annotated[str, Meta(description="escalation rule, notification rule.")]
    channel_id: int
    rule_id: str
    rule_name: str


class RobotItem(Struct, frozen=True):
    """A robot. What opens its door is a handle, which other rules may have too."""

    type: str
    settings: dict[str, Any]
    referenced_by: list[RobotReference]


class Robots(Struct, frozen=True):
    list: list[RobotItem]


@operation("/channel/escalate/webhook/robot/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListRobots) -> Robots:
    """List the chat robots that rules of the caller's channels tell; at most 500."""
    found = engine.browse(tx, caller, request.query, request.type)
    return Robots(
        [
            RobotItem(
                one.robot.type,
                {} if one.robot.settings is UNSET else one.robot.settings,
                [
                    RobotReference(by.kind, by.rule.channel_id, by.rule.id, by.rule.name)
                    for by in one.by
                ],
            )
            for one in found
        ]
    )
