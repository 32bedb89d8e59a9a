"""Durable timers: at most one of a kind to a subject.

Whoever fires one holds the subject's own lock first and the timer's row second, as everybody who
sets or clears it does; so nobody waits in a circle.
"""

from collections.abc import Iterable, Sequence
from itertools import islice, takewhile
from typing import Final

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update

from tocsin.domain.retry import wait_ms
from tocsin.domain.timer import Timer
from tocsin.kernel.text import cut
from tocsin.kernel.units import HOUR, SECOND
from tocsin.store.database import Tx
from tocsin.store.tables.engine import timer
from tocsin.store.upsert import add_new, upsert, upsert_many

ERROR_LENGTH_MAX: Final = 1_000
STIRRED: Final = "timer"
_CANDIDATES: Final = 16
_IS_DUE: Final = select(timer.c.due_at).where(timer.c.due_at <= bindparam("now")).limit(1)
_EARLIEST: Final = (
    select(timer)
    .where(timer.c.due_at <= bindparam("now"))
    .order_by(timer.c.due_at, timer.c.kind, timer.c.subject)
    .limit(bindparam("limit"))
)
_SAME: Final = (
    timer.c.kind == bindparam("kind_"),
    timer.c.subject == bindparam("subject_"),
    timer.c.due_at == bindparam("due_at_"),
)
_CLAIM: Final = delete(timer).where(*_SAME)
_UNTRIED: Final = {"failures": 0, "last_error": "", "failing_since": 0}


def set_(tx: Tx, account_id: int, kind: str, subject: str, due_at: int) -> None:
    """Have `kind` happen to `subject` at `due_at`, in place of the instant set before."""
    values = {"account_id": account_id, "due_at": due_at, **_UNTRIED}
    upsert(tx, timer, {"kind": kind, "subject": subject}, values)
    _note(tx, kind, [(account_id, subject, due_at)])


def set_many(tx: Tx, kind: str, due: Sequence[tuple[int, str, int]]) -> None:
    """Have `kind` happen to many: account, subject (each once) and instant, as `set_` does."""
    if not due:
        return
    rows = [
        {"kind": kind, "subject": subject, "account_id": account_id, "due_at": at, **_UNTRIED}
        for account_id, subject, at in due
    ]
    upsert_many(tx, timer, ("kind", "subject"), rows)
    _note(tx, kind, due)


def set_if_none(tx: Tx, kind: str, due: Sequence[tuple[int, str, int]]) -> None:
    """Have `kind` happen to many, as `set_many` does, but leave the instants set before."""
    rows = [
        {"kind": kind, "subject": subject, "account_id": account_id, "due_at": at, **_UNTRIED}
        for account_id, subject, at in due
    ]
    if rows:
        add_new(tx, timer, rows)
        _stir(tx, min(at for _, _, at in due))


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


def next_due(tx: Tx) -> int | None:
    """The instant of the earliest timer, None without any."""
    found = tx.value(select(func.min(timer.c.due_at)))
    return None if found is None else int(found)


def due(tx: Tx) -> Timer | None:
    """The earliest due timer that no other engine is at, or None. `claim` makes it one's own."""
    limit = 1 if tx.dialect == "sqlite" else _CANDIDATES
    for candidate in tx.rows(_EARLIEST, Timer, {"now": tx.now, "limit": limit}):
        if reserve(tx, [candidate]):
            return candidate
    return None


def due_together(tx: Tx, limit: int) -> list[Timer]:
    """The earliest due timer and, up to `limit`, those after it of the same kind and account."""
    found = tx.rows(_EARLIEST, Timer, {"now": tx.now, "limit": limit})
    return list(takewhile(lambda one: _family(one) == _family(found[0]), found))


def just_set(tx: Tx, limit: int) -> list[Timer]:
    """Up to `limit` of the due timers that this transaction set: it holds their subjects, and
    nobody else has seen them. `claim` says whether one is still there."""
    return [
        Timer(account_id, kind, subject, due_at, 0, "", 0)
        for (kind, subject), (account_id, due_at) in islice(tx.due.items(), limit)
    ]


def reserve(tx: Tx, candidates: Iterable[Timer]) -> list[Timer]:
    """Those of due timers that no other engine is at, kept for this one until the transaction
    ends."""
    return [one for one in candidates if tx.dialect == "sqlite" or _reserve(tx, one)]


def claim(tx: Tx, found: Timer) -> bool:
    """Take a timer that `due` found off the table; False if it was changed or fired meanwhile."""
    mine = {"kind_": found.kind, "subject_": found.subject, "due_at_": found.due_at}
    return bool(tx.connection.execute(_CLAIM, mine).rowcount)


def postpone(tx: Tx, found: Timer, error: str) -> None:
    """Note that acting on it failed; it is due again after a wait that grows with each failure."""
    failures = found.failures + 1
    tx.run(
        update(timer)
        .where(*_same(found))
        .values(
            failures=failures,
            last_error=cut(error, ERROR_LENGTH_MAX),
            failing_since=found.failing_since or found.due_at,
            due_at=tx.now + wait_ms(failures, 5 * SECOND, HOUR),
        )
    )


def _note(tx: Tx, kind: str, set_: Iterable[tuple[int, str, int]]) -> None:
    """Note which of the timers just set are due."""
    for account_id, subject, due_at in set_:
        _stir(tx, due_at)
        if due_at <= tx.now:
            tx.due[kind, subject] = (account_id, due_at)


def _stir(tx: Tx, due_at: int) -> None:
    if due_at <= tx.now:
        tx.stirred.add(STIRRED)


def _family(of: Timer) -> tuple[str, int]:
    return of.kind, of.account_id


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
