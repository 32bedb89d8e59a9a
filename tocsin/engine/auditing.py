"""A row in the audit log for every call of an audited operation, refused ones too."""

from typing import Any, Protocol

import msgspec

from tocsin.domain import audit_place
from tocsin.domain.audit import AuditRow, Parameter
from tocsin.engine import coverage_watch
from tocsin.engine.incident_search import hidden_channels
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind
from tocsin.kernel.text import cut, is_secret, redact
from tocsin.store import audit
from tocsin.store import integration as integrations
from tocsin.store.database import Tx

BODY_LENGTH_MAX = 10_000


class Call(msgspec.Struct, frozen=True):
    """What was asked, as the audit log tells it. `params` are the query's, without the key;
    `channel_ids` are channels it concerns though it does not name them."""

    request_id: str
    body: bytes
    params: list[tuple[str, str]]
    channel_ids: tuple[int, ...] = ()


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


class Deed(msgspec.Struct, frozen=True):
    """Something audited that is no line of the table, or that nobody is known to have called."""

    audit_name: str
    summary: str
    kind: Kind = Kind.OPEN
    is_dangerous: bool = False


def record(
    tx: Tx,
    caller: Caller,
    operation: Audited,
    call: Call,
    code: str = "",
    answer: object = None,
) -> None:
    """Write down a call; `code` is empty for one that succeeded, and `answer` is what it gave. One
    that may change whom incidents reach has that checked."""
    if not code and operation.kind is not Kind.READ:
        coverage_watch.touched_by(tx, caller.account_id, operation.audit_name)
    asked = _parsed(call.body)
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
            body=_shown(asked, call.body),
            params=[Parameter(key, value) for key, value in call.params if not is_secret(key)],
            code=code,
            is_dangerous=operation.is_dangerous,
            is_write=operation.kind is not Kind.READ,
            channel_ids=_channels(tx, caller.account_id, operation, call, [asked, answer]),
        ),
    )


def seen_by(tx: Tx, caller: Caller, rows: list[AuditRow]) -> list[AuditRow]:
    """Rows as a caller sees them, who learns nothing of private channels that are hidden."""
    if caller.is_admin:
        return rows
    hidden = (audit_place.NOWHERE_YET, *hidden_channels(tx, caller))
    return [row.seen_by(caller.member_id, hidden) for row in rows]


def _parsed(body: bytes) -> Any:
    """The body's JSON value; UNSET where it is none."""
    try:
        return msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.UNSET


def _shown(asked: Any, body: bytes) -> str:
    """The body with secrets hidden; what is no JSON is told by its length only."""
    if asked is msgspec.UNSET:
        return f"({len(body)} bytes that are not JSON)"
    return cut(msgspec.json.encode(redact(asked)).decode(), BODY_LENGTH_MAX)


def _channels(
    tx: Tx, account_id: int, operation: Audited, call: Call, said: list[Any]
) -> tuple[int, ...]:
    """The channels a call concerns."""
    asked, answer = said
    place = audit_place.named([asked, _told(answer), _numbered(call.params)])
    senders = integrations.get_many(tx, account_id, place.integration_ids)
    found = {
        *call.channel_ids,
        *place.channel_ids,
        *audit.channels_of(tx, account_id, place.ids),
        *(channel_id for one in senders for channel_id in one.named),
    }
    if not found and _is_private(operation, asked):
        return (audit_place.NOWHERE_YET,)
    return tuple(sorted(found))


def _told(answer: object) -> dict[str, Any]:
    """What an answer names by itself, such as the id of what was made."""
    if not isinstance(answer, msgspec.Struct):
        return {}
    return {name: getattr(answer, name) for name in answer.__struct_fields__}


def _numbered(params: list[tuple[str, str]]) -> dict[str, Any]:
    return {name: int(text) if text.isdecimal() else text for name, text in params}


def _is_private(operation: Audited, asked: Any) -> bool:
    is_object = operation.audit_name.startswith("channel:") and isinstance(asked, dict)
    return is_object and bool(asked.get("is_private"))
