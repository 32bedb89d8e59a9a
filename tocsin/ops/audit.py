"""Operations on the audit log."""

from typing import Annotated, Final, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.audit import AuditRow
from tocsin.engine import auditing
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.locale import translate
from tocsin.kernel.operation import OPERATIONS, Empty, Kind, operation
from tocsin.kernel.paging import decode_cursor, encode_cursor, window
from tocsin.kernel.units import DAY, from_seconds
from tocsin.store import audit
from tocsin.store.audit import AuditFilter
from tocsin.store.database import Tx
from tocsin.wire.scalars import Seconds

TAG: Final = "Platform/Audit logs"
LIMIT_MAX: Final = 99
WINDOW_MAX: Final = 90 * DAY


class SearchAudit(Struct, frozen=True):
    start_time: Seconds
    end_time: Seconds
    limit: Annotated[int, Meta(le=LIMIT_MAX, description="Rows a page; 0 and less mean 20.")] = 0
    request_id: str = ""
    search_after_ctx: Annotated[str, Meta(description="From the page before.")] = ""
    operations: Annotated[
        tuple[str, ...], Meta(description="Names, as `/audit/operation/list` gives them.")
    ] = ()
    person_id: Annotated[int, Meta(description="Who called; 0 = anybody.")] = 0
    is_dangerous: bool | UnsetType = UNSET
    is_write: bool | UnsetType = UNSET

    def wanted(self) -> AuditFilter:
        return AuditFilter(
            start=from_seconds(self.start_time),
            # The last second belongs to the window.
            end=from_seconds(self.end_time + 1),
            request_id=self.request_id,
            operations=self.operations,
            member_id=self.person_id,
            is_dangerous=None if self.is_dangerous is UNSET else self.is_dangerous,
            is_write=None if self.is_write is UNSET else self.is_write,
        )


class QueryParameter(Struct, frozen=True, rename="pascal"):
    key: str
    value: str


class AuditDoc(Struct, frozen=True):
    """One call of an audited operation."""

    created_at: Annotated[int, Meta(description="Unix time in milliseconds.")]
    account_id: int
    member_id: int
    member_name: str
    request_id: str
    ip: str
    operation: str
    operation_name: str
    body: Annotated[str, Meta(description="JSON text, secrets hidden, cut near 10 KB.")]
    params: list[QueryParameter]
    is_dangerous: bool
    is_write: bool
    code: Annotated[str, Meta(description="The error code of a refused call, else empty.")]

    @classmethod
    def of(cls, row: AuditRow, language: str) -> Self:
        return cls(
            created_at=row.created_at,
            account_id=row.account_id,
            member_id=row.member_id,
            member_name=row.member_name,
            request_id=row.request_id,
            ip=row.ip,
            operation=row.operation,
            operation_name=(
                translate(row.operation, language) if language == "zh" else row.operation_name
            ),
            body=row.body,
            params=[QueryParameter(each.key, each.value) for each in row.params],
            is_dangerous=row.is_dangerous,
            is_write=row.is_write,
            code=row.code,
        )


class AuditPage(Struct, frozen=True):
    total: Annotated[int, Meta(description="Counted to 10,000 at most.")]
    search_after_ctx: Annotated[str, Meta(description="For the next page; empty on the last.")]
    docs: list[AuditDoc]


class AuditedOperation(Struct, frozen=True):
    name: Annotated[str, Meta(description="What `operations` of a search takes.")]
    name_cn: Annotated[str, Meta(description="A label in Chinese.")]


class AuditedOperations(Struct, frozen=True):
    items: list[AuditedOperation]


@operation("/audit/search", Permission.AUDIT_READ, Kind.READ, tag=TAG)
def search(tx: Tx, caller: Caller, request: SearchAudit) -> AuditPage:
    """Search the audit log, newest first, in a window of up to 90 days.

    What others asked of a private channel that the caller may not see has `***` for its body, and
    no parameters.
    """
    wanted = request.wanted()
    if request.start_time >= request.end_time:
        raise InvalidParameter("start_time must lie before end_time")
    if from_seconds(request.end_time - request.start_time) > WINDOW_MAX:
        raise InvalidParameter("from start_time to end_time are at most 90 days; search in parts")
    limit = window(1, request.limit, maximum=LIMIT_MAX).limit
    cursor = request.search_after_ctx
    after = decode_cursor(cursor, tuple[int, str]) if cursor else None
    found = audit.search(tx, caller.account_id, wanted, after, limit + 1)
    shown = found[:limit]
    more = len(found) > limit
    return AuditPage(
        total=audit.count(tx, caller.account_id, wanted),
        search_after_ctx=encode_cursor(shown[-1].created_at, shown[-1].id) if more else "",
        docs=[AuditDoc.of(row, caller.locale) for row in auditing.seen_by(tx, caller, shown)],
    )


@operation("/audit/operation/list", Permission.AUDIT_READ, Kind.READ, tag=TAG)
def operations(tx: Tx, caller: Caller, request: Empty) -> AuditedOperations:
    """List the operations that leave a row in the audit log."""
    return AuditedOperations(
        [
            AuditedOperation(each.audit_name, translate(each.audit_name, "zh"))
            for _, each in sorted(OPERATIONS.items())
            if each.audited
        ]
    )
