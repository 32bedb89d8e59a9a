"""Rules of channels for tests, over HTTP."""

from typing import Any

from tests.cast import Person
from tests.server import Answer, Server

DISKS = [[{"key": "labels.check", "oper": "IN", "vals": ["disk"]}]]
HOURS = [{"start": "01:00", "end": "04:30", "repeat": [1, 2]}]


def asked(server: Server, who: Person, kind: str, verb: str, **wish: Any) -> Answer:
    """What an operation on rules of a kind answers."""
    return server.post(f"/channel/{kind}/rule/{verb}", wish, who.key)


def listed(server: Server, who: Person, kind: str, channel_id: int) -> list[Any]:
    return list(asked(server, who, kind, "list", channel_id=channel_id).data["items"])


def dropping(server: Server, who: Person, channel_id: int, **more: Any) -> str:
    """The id of a new rule that drops what checks disks."""
    wish = {"channel_id": channel_id, "rule_name": "No disks", "filters": DISKS, **more}
    return str(asked(server, who, "unsubscribe", "create", **wish).data["rule_id"])


def silencing(server: Server, who: Person, channel_id: int, **more: Any) -> str:
    """The id of a new rule that silences what checks disks, from now on for an hour."""
    now = server.clock.now() // 1000
    wish = {"channel_id": channel_id, "rule_name": "Quiet disks", "filters": DISKS}
    if "time_filters" not in more:
        wish["time_filter"] = {"start_time": now, "end_time": now + 3600}
    return str(asked(server, who, "silence", "create", **wish | more).data["rule_id"])


def inhibiting(server: Server, who: Person, channel_id: int, **more: Any) -> str:
    """The id of a new rule by which a host that does not answer explains the rest of it."""
    wish = {
        "channel_id": channel_id,
        "rule_name": "Host down",
        "equals": ["labels.host"],
        "source_filters": [[{"key": "labels.check", "oper": "IN", "vals": ["ping"]}]],
        "target_filters": [[{"key": "labels.check", "oper": "NOTIN", "vals": ["ping"]}]],
        **more,
    }
    return str(asked(server, who, "inhibit", "create", **wish).data["rule_id"])
