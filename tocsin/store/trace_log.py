"""Log lines by the trace they name."""

from collections.abc import Sequence

from msgspec.structs import asdict
from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from tocsin.domain.trace_log import LINES_MAX, TraceLog
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.error_extra import trace_log


def add(tx: Tx, account_id: int, application_id: str, lines: Sequence[TraceLog]) -> None:
    """Keep lines; one that came before changes nothing."""
    if not lines:
        return
    place = {"account_id": account_id, "application_id": application_id, "received_at": tx.now}
    new = (postgresql if tx.dialect == "postgresql" else sqlite).insert(trace_log)
    tx.run(new.on_conflict_do_nothing(), [{**asdict(one), **place} for one in lines])


def of_trace(tx: Tx, account_id: int, application_id: str, trace_id: str) -> list[TraceLog]:
    """The lines of a trace in their order, the first ones where there are many."""
    wanted = select(*fields(trace_log, TraceLog)).where(
        trace_log.c.account_id == account_id,
        trace_log.c.application_id == application_id,
        trace_log.c.trace_id == trace_id,
    )
    ordered = wanted.order_by(trace_log.c.occurred_at, trace_log.c.log_id)
    return tx.rows(ordered.limit(LINES_MAX), TraceLog)


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to so many lines that came before that instant."""
    key = tuple(trace_log.primary_key)
    old = select(*key).where(trace_log.c.received_at < before).limit(limit)
    return tx.run(delete(trace_log).where(tuple_(*key).in_(old)))
