"""Durable timers: at most one of a kind to a subject.

Whoever fires one holds the subject's own lock first and the timer's row second, as everybody who
sets or clears it does; so nobody waits in a circle.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update

from tocsin.domain.retry import wait_ms
from tocsin.domain.timer import Timer
from tocsin.kernel.text import cut
from tocsin.kernel.units import HOUR, SECOND
from tocsin.store.database import Tx
from tocsin.store.tables.engine import timer
from tocsin.store.upsert import upsert, upsert_many

ERROR_LENGTH_MAX: Final = 1_000
_CANDIDATES: Final = 16
_IS_DUE: Final = select(timer.c.due_at).where(timer.c.due_at <= bindparam("now")).limit(1)
_UNTRIED: Final = {"failures": 0, "last_error": ""}


def set_(tx: Tx, account_id: int, kind: str, subject: str, due_at: int) -> None:
    """Have `kind` happen to `subject` at `due_at`, in place of the instant set before."""
    values = {"account_id": account_id, "due_at": due_at, **_UNTRIED}
    upsert(tx, timer, {"kind": kind, "subject": subject}, values)


def set_many(tx: Tx, kind: str, due: Sequence[tuple[int, str, int]]) -> None:
    """Have `kind` happen to many: account, subject (each once) and instant, as `set_` does."""
    if not due:
        return
    rows = [
        {"kind": kind, "subject": subject, "account_id": account_id, "due_at": at, **_UNTRIED}
        for account_id, subject, at in due
    ]
    upsert_many(tx, timer, ("kind", "subject"), rows)


def clear(tx: Tx, kind: str, subject: str) -> None:
    """Have it not happen; nothing where there is no such timer."""
    tx.run(delete(timer).where(timer.c.kind == kind, timer.c.subject == subject))


def clear_many(tx: Tx, kind: str, subjects: Sequence[str]) -> None:
    """Have it not happen to any of these."""
    if subjects:
        tx.run(delete(timer).where(timer.c.kind == kind, timer.c.subject.in_(subjects)))


def get(tx: Tx, kind: str, subject: str) -> Timer | None:
    """The timer, or None."""
    return tx.row(select(timer).where(timer.c.kind == kind, timer.c.subject == subject), Timer)


def is_due(tx: Tx) -> bool:
    """Whether there is anything for `due` to find; a question that needs no write lock."""
    return tx.value(_IS_DUE, {"now": tx.now}) is not None


def due(tx: Tx) -> Timer | None:
    """The earliest due timer that no other engine is at, or None. `claim` makes it one's own."""
    earliest = (
        select(timer)
        .where(timer.c.due_at <= tx.now)
        .order_by(timer.c.due_at, timer.c.kind, timer.c.subject)
    )
    if tx.dialect == "sqlite":
        return tx.row(earliest.limit(1), Timer)
    for candidate in tx.rows(earliest.limit(_CANDIDATES), Timer):
        if _reserve(tx, candidate):
            return candidate
    return None


def claim(tx: Tx, found: Timer) -> bool:
    """Take a timer that `due` found off the table; False if it was changed or fired meanwhile."""
    return bool(tx.run(delete(timer).where(*_same(found))))


def postpone(tx: Tx, found: Timer, error: str) -> None:
    """Note that acting on it failed; it is due again after a wait that grows with each failure."""
    failures = found.failures + 1
    tx.run(
        update(timer)
        .where(*_same(found))
        .values(
            failures=failures,
            last_error=cut(error, ERROR_LENGTH_MAX),
            due_at=tx.now + wait_ms(failures, 5 * SECOND, HOUR),
        )
    )


def _reserve(tx: Tx, candidate: Timer) -> bool:
    """Keep other engines off until the transaction ends, without touching the row's lock."""
    name = func.hashtextextended(f"{candidate.kind}/{candidate.subject}", 0)
    return bool(tx.value(select(func.pg_try_advisory_xact_lock(name))))


def _same(found: Timer) -> tuple[ColumnElement[bool], ...]:
    return (
        timer.c.kind == found.kind,
        timer.c.subject == found.subject,
        timer.c.due_at == found.due_at,
    )
