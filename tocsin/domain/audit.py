"""An audit row: who called what, with what."""

from msgspec import Struct


class Parameter(Struct, frozen=True):
    """A query parameter of the call."""

    key: str
    value: str


class AuditRow(Struct, frozen=True):
    """One call of an audited operation; `created_at` in ms, `code` empty when it succeeded.

    `body` is the request's JSON text with its secrets hidden, cut near 10 KB.
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
