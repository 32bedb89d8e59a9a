"""What an endpoint of Opsgenie's API is, besides those that go through the inbox."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tocsin.domain.integration import Integration
from tocsin.kernel.operation import Kind
from tocsin.store.database import Tx


class Call(Struct, frozen=True):
    """A call: what its path names in braces, what its query and its body say."""

    names: dict[str, str]
    query: dict[str, str]
    body: bytes


class Answer(Struct, frozen=True):
    """A yes: what stands beside `took` and `requestId`."""

    said: dict[str, Any]
    status: int = 200


class Endpoint(Struct, frozen=True):
    """`path` has the names of its variable parts in braces; `run` acts for the integration whose
    key was sent."""

    method: str
    path: str
    kind: Kind
    run: Callable[[Tx, Integration, Call], Answer]
