"""Escalation rules for tests, over HTTP."""

from typing import Any

from tests.cast import Person
from tests.server import Answer, Server

TEMPLATE = "000000000000000000000001"
BY_PREFERENCE = {"follow_preference": True}


def people(*persons: Person, **more: Any) -> dict[str, Any]:
    """A target of these people, told by their own preference."""
    return {"person_ids": [one.id for one in persons], "by": BY_PREFERENCE, **more}


def level(*persons: Person, **more: Any) -> dict[str, Any]:
    """A level of these people; no repeats and no next level unless `more` says so."""
    return {"target": people(*persons), **more}


def asked(server: Server, who: Person, verb: str, **wish: Any) -> Answer:
    """What an operation on escalation rules answers."""
    return server.post(f"/channel/escalate/rule/{verb}", wish, who.key)


def rule(server: Server, who: Person, channel_id: int, *levels: dict[str, Any], **more: Any) -> str:
    """The id of a new escalation rule."""
    wish = {
        "channel_id": channel_id,
        "rule_name": "Wake somebody",
        "template_id": TEMPLATE,
        "layers": levels,
        **more,
    }
    return str(asked(server, who, "create", **wish).data["rule_id"])
