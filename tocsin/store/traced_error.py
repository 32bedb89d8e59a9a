"""Errors of traces by their ids, so that each counts once."""

from collections.abc import Collection

from sqlalchemy import delete, insert, select, tuple_

from tocsin.store.database import Tx
from tocsin.store.tables.error_extra import traced_error


def new(tx: Tx, account_id: int, application_id: str, event_ids: Collection[str]) -> set[str]:
    """Note these errors; the answer is those that nobody had told of."""
    fresh = set(event_ids)
    if not fresh:
        return fresh
    known = select(traced_error.c.event_id).where(
        traced_error.c.application_id == application_id, traced_error.c.event_id.in_(sorted(fresh))
    )
    fresh.difference_update(tx.values(known))
    place = {"account_id": account_id, "application_id": application_id, "seen_at": tx.now}
    tx.run(insert(traced_error), [{**place, "event_id": each} for each in sorted(fresh)])
    return fresh


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to so many that were told of before that instant."""
    key = tuple(traced_error.primary_key)
    old = select(*key).where(traced_error.c.seen_at < before).limit(limit)
    return tx.run(delete(traced_error).where(tuple_(*key).in_(old)))
