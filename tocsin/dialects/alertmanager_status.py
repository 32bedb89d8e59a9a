"""What Alertmanager's API says of the server: its receivers, its version and how it is set."""

from typing import Any, Final

import msgspec

from tocsin import __version__
from tocsin.dialects import alertmanager_silences
from tocsin.dialects.alertmanager_endpoint import Asked, Desk
from tocsin.dialects.alertmanager_wire import Receiver, written
from tocsin.domain.channel import GroupMethod
from tocsin.domain.filter import LABEL
from tocsin.store.database import Tx

SPOKEN: Final = "0.25.0"
"""The version of Alertmanager whose clients this API was held against."""


def list_receivers(tx: Tx, desk: Desk, asked: Asked) -> list[Receiver]:
    """List the one receiver there is: the channel that the key leads to."""
    return [Receiver(desk.channel.name)]


def status(tx: Tx, desk: Desk, asked: Asked) -> dict[str, Any]:
    """Show version and configuration."""
    return {
        "cluster": {"status": "disabled", "peers": []},
        "config": {"original": _configuration(tx, desk)},
        "uptime": written(desk.serving_since),
        "versionInfo": {
            "branch": "tocsin",
            "buildDate": "",
            "buildUser": "",
            "goVersion": "",
            "revision": __version__,
            "version": SPOKEN,
        },
    }


def _configuration(tx: Tx, desk: Desk) -> str:
    """The channel as Alertmanager's configuration would have it, and what that cannot say."""
    # JSON is YAML, and needs no second way of quoting.
    name = msgspec.json.encode(desk.channel.name).decode()
    lines = [
        "# Kept by Tocsin as a channel; change it there.",
        f"route: {{receiver: {name}, group_by: [{', '.join(_group_by(desk))}]}}",
        f"receivers: [{{name: {name}}}]",
    ]
    for rule, why in alertmanager_silences.unsaid(tx, desk):
        told = msgspec.json.encode(rule.name).decode()
        lines.append(f"# Silence rule {rule.id} {told} cannot be shown here: {why}.")
    return "\n".join(lines) + "\n"


def _group_by(desk: Desk) -> list[str]:
    group = desk.channel.group
    lists = group.equals or ()
    if group.method is not GroupMethod.PATTERN or len(lists) != 1:
        return []
    keys = [key.removeprefix(LABEL) for key in lists[0]]
    return keys if all(key.startswith(LABEL) for key in lists[0]) else []
