"""What a door for a monitoring system is made of: one `Door` a way in, all of it pure.

1. `key` finds the integration's key in the request, wherever that sender puts it.
2. `check` refuses at once what can never be read, and names what the reading needs besides the
   body. What it lets through is on disk before `accepted` writes the sender's own kind of yes.
3. `read` makes reports of what was kept, later, as the integration is set then.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from msgspec import Struct, field

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.change import ChangeEvent
from tocsin.domain.integration import Integration
from tocsin.domain.order import Order
from tocsin.domain.plugin import Plugin
from tocsin.domain.report import Acknowledgement, Errand, Remark
from tocsin.kernel.errors import Failure
from tocsin.sources.source import Rejected

JSON: Final = "application/json"

Report: TypeAlias = AlertEvent | ChangeEvent | Acknowledgement | Remark | Errand | Order | Rejected
"""One thing a request says; Rejected is a part nothing can be made of, beside the good ones."""


class Knock(Struct, frozen=True):
    """A request as it reached a door. Header names are in lower case; `segments` are what the
    door's path named in braces; `fresh` makes a new key, for a push that brings none. `body` is
    without its Content-Encoding, and empty until it was read. `secret` is what the integration
    has its sender sign with."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    segments: Mapping[str, str] = field(default_factory=dict)
    fresh: Callable[[], str] = str
    secret: str = ""


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


class Piece(Struct, frozen=True):
    """A part of a request, which holds until `expires_at` (ms). `said` is all that it says but
    for that; empty for a part that is never a repeat."""

    said: bytes
    expires_at: int
    part: Any


class Pieces(Struct, frozen=True):
    """How a door whose senders mostly repeat themselves has a request read bit by bit: `split` at
    little cost, and `read` for what is new. `read` asks neither the instant nor anything else but
    what the piece has `said`, save for the instants of the report."""

    split: Callable[[Kept], list[Piece]]
    read: Callable[[Piece, Kept], Report]


def no_probe(knock: Knock) -> Reply | None:
    """An empty yes to HEAD and OPTIONS, which ask whether the door is there; no more."""
    return Reply(204) if knock.method in ("HEAD", "OPTIONS") else None


class Door(Struct, frozen=True):
    """One way in.

    `path` may name segments, as `/integrations/v1/grafana/{key}/`; a slash at its end may be
    left out. `key` is asked without the body first, and again with it if it gave "". `check`
    raises a Failure, mostly InvalidParameter, for what can never be read; its answer is kept as
    meta and handed to `accepted` with the request's id. `refused` says no in the sender's own
    terms: to a wrong key, to a check that failed, to an inbox that is full. `probe` answers
    requests by other methods, as handshakes are, of which nothing is kept; None is a refusal.
    `setup` is what people copy to make a sender use it, with URL for our address and KEY for the
    key; empty where it is enough to paste the address. `pieces` is for doors whose senders
    repeat much; together they say what `read` does.
    """

    plugin: Plugin
    path: str
    key: Callable[[Knock], str]
    check: Callable[[Knock, Integration], dict[str, str]]
    read: Callable[[Kept, Integration], list[Report]]
    accepted: Callable[[Knock, Mapping[str, str], str], Reply]
    refused: Callable[[Knock, Failure, str], Reply]
    methods: tuple[str, ...] = ("POST",)
    body_bytes_max: int = 1024 * 1024
    probe: Callable[[Knock], Reply | None] = no_probe
    setup: str = ""
    pieces: Pieces | None = None
