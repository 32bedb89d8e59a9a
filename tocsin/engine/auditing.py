"""A row in the audit log for every call of an audited operation, refused ones too."""

from typing import Protocol

import msgspec

from tocsin.domain.audit import AuditRow, Parameter
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind
from tocsin.kernel.text import cut, is_secret, redact
from tocsin.store import audit
from tocsin.store.database import Tx

BODY_LENGTH_MAX = 10_000


class Call(msgspec.Struct, frozen=True):
    """What was asked, as the audit log tells it. `params` are the query's, without the key."""

    request_id: str
    body: bytes
    params: list[tuple[str, str]]


class Audited(Protocol):
    """What the audit log says of an operation: a line of the table, or a dialect's endpoint."""

    @property
    def audit_name(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def is_dangerous(self) -> bool: ...


def record(tx: Tx, caller: Caller, operation: Audited, call: Call, code: str = "") -> None:
    """Write down a call; `code` is empty for one that succeeded."""
    audit.add(
        tx,
        AuditRow(
            id=tx.ids.object_id(),
            account_id=caller.account_id,
            created_at=tx.now,
            member_id=caller.member_id,
            member_name=caller.member_name,
            request_id=call.request_id,
            ip=caller.ip,
            operation=operation.audit_name,
            operation_name=operation.summary,
            body=_redacted(call.body),
            params=[Parameter(key, value) for key, value in call.params if not is_secret(key)],
            code=code,
            is_dangerous=operation.is_dangerous,
            is_write=operation.kind is not Kind.READ,
        ),
    )


def _redacted(body: bytes) -> str:
    """The body with secrets hidden; what is no JSON is told by its length only."""
    try:
        value = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"({len(body)} bytes that are not JSON)"
    return cut(msgspec.json.encode(redact(value)).decode(), BODY_LENGTH_MAX)
