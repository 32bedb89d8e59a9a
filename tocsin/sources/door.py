"""What a door for a monitoring system is made of: one `Door` a way in, all of it pure.

1. `key` finds the integration's key in the request, wherever that sender puts it.
2. `check` refuses at once what can never be read, and names what the reading needs besides the
   body. What it lets through is on disk before `accepted` writes the sender's own kind of yes.
3. `read` makes reports of what was kept, later, as the integration is set then.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from msgspec import Struct, field

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.change import ChangeEvent
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import Plugin
from tocsin.domain.report import Acknowledgement, Remark
from tocsin.kernel.errors import Failure

JSON: Final = "application/json"

Report: TypeAlias = AlertEvent | ChangeEvent | Acknowledgement | Remark


class Knock(Struct, frozen=True):
    """A request as it reached a door. Header names are in lower case; `segments` are what the
    door's path named in braces; `fresh` is a new key, for a push that brings none."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    segments: Mapping[str, str] = field(default_factory=dict)
    fresh: str = ""


class Kept(Struct, frozen=True):
    """A request as it lay in the inbox: `meta` is what its check gave; instants are ms."""

    body: bytes
    meta: Mapping[str, str]
    received_at: int


class Reply(Struct, frozen=True):
    """What a sender is told, byte for byte."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Door(Struct, frozen=True):
    """One way in.

    `path` may name segments, as `/integrations/v1/grafana/{key}/`. `check` raises InvalidParameter
    for what can never be read; its answer is kept as meta and handed to `accepted` with the
    request's id. `refused` says no in the sender's own terms: to a wrong key, to a check that
    failed, to an inbox that is full.
    """

    plugin: Plugin
    path: str
    key: Callable[[Knock], str]
    check: Callable[[Knock, Integration], dict[str, str]]
    read: Callable[[Kept, Integration], list[Report]]
    accepted: Callable[[Knock, Mapping[str, str], str], Reply]
    refused: Callable[[Failure, str], Reply]
    methods: tuple[str, ...] = ("POST",)
    body_bytes_max: int = 1024 * 1024
