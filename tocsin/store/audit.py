"""The audit log: rows are added and read, never changed."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    union,
)

from tocsin.domain.audit import AuditRow
from tocsin.kernel.paging import DEPTH_MAX
from tocsin.kernel.units import seconds
from tocsin.store.database import Tx
from tocsin.store.tables.alert import alert
from tocsin.store.tables.change import change
from tocsin.store.tables.escalation import escalation_rule, notify_rule
from tocsin.store.tables.incident import incident
from tocsin.store.tables.noise import drop_rule, inhibit_rule, silence_rule
from tocsin.store.tables.platform import audit

_IN_CHANNELS: Final = (
    incident,
    alert,
    change,
    silence_rule,
    inhibit_rule,
    drop_rule,
    escalation_rule,
    notify_rule,
)


class AuditFilter(Struct, frozen=True):
    """What to look for; instants in ms, `start` included, `end` not. Empty or None = any."""

    start: int
    end: int
    request_id: str = ""
    operations: Sequence[str] = ()
    member_id: int = 0
    is_dangerous: bool | None = None
    is_write: bool | None = None


def add(tx: Tx, new: AuditRow) -> None:
    tx.run(insert(audit).values(**asdict(new)))


def search(
    tx: Tx, account_id: int, wanted: AuditFilter, after: tuple[int, str] | None, limit: int
) -> list[AuditRow]:
    """Matching rows, newest first, behind the row at `after` (created_at, id)."""
    found = _matching(select(audit), account_id, wanted)
    if after is not None:
        at, row_id = after
        found = found.where(
            or_(audit.c.created_at < at, and_(audit.c.created_at == at, audit.c.id < row_id))
        )
    newest_first = found.order_by(audit.c.created_at.desc(), audit.c.id.desc())
    return tx.rows(newest_first.limit(limit), AuditRow)


def count(tx: Tx, account_id: int, wanted: AuditFilter) -> int:
    """How many rows match, counted to 10,000 at most."""
    found = _matching(select(audit.c.id), account_id, wanted).limit(DEPTH_MAX)
    return int(tx.value(select(func.count()).select_from(found.subquery())))


def channels_of(tx: Tx, account_id: int, ids: Collection[str]) -> list[int]:
    """The channels of the incidents, alerts, changes and rules that have these ids."""
    if not ids:
        return []
    found = union(
        *(
            select(table.c.channel_id).where(
                table.c.account_id == account_id, _key(table).in_(ids), table.c.channel_id > 0
            )
            for table in _IN_CHANNELS
        )
    )
    return [int(one) for (one,) in tx.tuples(found)]


def _key(table: Table) -> ColumnElement[str]:
    [key] = table.primary_key
    return key


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Drop up to `limit` rows made before that instant (ms), and say how many."""
    # Ids start with their second, so that the primary key finds old rows of all accounts.
    old = select(audit.c.id).where(audit.c.id < f"{seconds(before):08x}").limit(limit)
    return tx.run(delete(audit).where(audit.c.id.in_(old)))


def _matching(
    found: Select[tuple[Any, ...]], account_id: int, wanted: AuditFilter
) -> Select[tuple[Any, ...]]:
    found = found.where(
        audit.c.account_id == account_id,
        audit.c.created_at >= wanted.start,
        audit.c.created_at < wanted.end,
    )
    if wanted.request_id:
        found = found.where(audit.c.request_id == wanted.request_id)
    if wanted.operations:
        found = found.where(audit.c.operation.in_(list(wanted.operations)))
    if wanted.member_id:
        found = found.where(audit.c.member_id == wanted.member_id)
    if wanted.is_dangerous is not None:
        found = found.where(audit.c.is_dangerous == wanted.is_dangerous)
    if wanted.is_write is not None:
        found = found.where(audit.c.is_write == wanted.is_write)
    return found
