"""An audit row: who called what, with what."""

from collections.abc import Collection
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from tocsin.kernel.text import HIDDEN


class Parameter(Struct, frozen=True):
    """A query parameter of the call."""

    key: str
    value: str


class AuditRow(Struct, frozen=True):
    """One call of an audited operation; `created_at` in ms, `code` empty when it succeeded.

    `body` is the request's JSON text with its secrets hidden, cut near 10 KB. `channel_ids` are
    the channels it concerns, as far as that is known.
    """

    id: str
    account_id: int
    created_at: int
    member_id: int
    member_name: str
    request_id: str
    ip: str
    operation: str
    operation_name: str
    body: str
    params: list[Parameter]
    code: str
    is_dangerous: bool
    is_write: bool
    channel_ids: tuple[int, ...] = ()

    def seen_by(self, member_id: int, hidden_channel_ids: Collection[int]) -> Self:
        """The row as a member sees it: what others asked of a channel that is hidden from them
        shows neither body nor parameters."""
        if member_id == self.member_id or not set(self.channel_ids) & set(hidden_channel_ids):
            return self
        return replace(self, body=HIDDEN, params=[])
