"""What an endpoint of Alertmanager's API is given, and what it gives."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from tocsin.domain.channel import Channel
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied
from tocsin.kernel.operation import Kind
from tocsin.store.database import Tx


class Desk(Struct, frozen=True):
    """Whose request it is: the channel its key leads to, the member who set up the integration of
    that key (None where there is none any more), and since when (ms) this server runs."""

    channel: Channel
    member: Caller | None
    serving_since: int

    @property
    def account_id(self) -> int:
        return self.channel.account_id

    @property
    def caller(self) -> Caller:
        """Who changes something by this key; AccessDenied where nobody does."""
        if self.member is None:
            raise AccessDenied(
                "whoever set up this integration is gone; let another member save its settings"
            )
        return self.member


class Asked(Struct, frozen=True):
    """A request: what its path names, what its query says, and the bytes of its body."""

    names: dict[str, str]
    query: Mapping[str, Sequence[str]]
    body: bytes


class Endpoint(Struct, frozen=True):
    """`path` comes after the key and has the names of its variable parts in braces. What `run`
    gives goes out as JSON, None as an empty body. Only what writes has an `audit_name`."""

    method: str
    path: str
    run: Callable[[Tx, Desk, Asked], Any]
    audit_name: str = ""
    is_dangerous: bool = False

    @property
    def kind(self) -> Kind:
        return Kind.WRITE if self.audit_name else Kind.READ

    @property
    def summary(self) -> str:
        return (self.run.__doc__ or "").strip().partition("\n")[0].removesuffix(".")
