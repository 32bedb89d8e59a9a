"""Watchers outside, and the pages on trial that they asked for."""

from msgspec import Struct
from sqlalchemy import delete, select, update

from tocsin.kernel.units import DAY
from tocsin.store.database import Tx
from tocsin.store.tables.engine import watcher
from tocsin.store.upsert import upsert

FORGOTTEN_MS = 7 * DAY


class Watcher(Struct, frozen=True):
    """A watcher by name: when it was heard of, and its last page on trial, known by `nonce`.
    Instants are ms, 0 where it has not happened."""

    name: str
    seen_at: int
    nonce: str = ""
    callback: str = ""
    asked_at: int = 0
    arrived_at: int = 0


def get(tx: Tx, name: str) -> Watcher | None:
    """A watcher, None for one that was never heard of."""
    return tx.row(select(watcher).where(watcher.c.name == name), Watcher)


def all_of(tx: Tx) -> list[Watcher]:
    """Every watcher that was heard of within a week."""
    fresh = watcher.c.seen_at > tx.now - FORGOTTEN_MS
    return tx.rows(select(watcher).where(fresh).order_by(watcher.c.name), Watcher)


def save(tx: Tx, one: Watcher) -> None:
    """Keep what is known of a watcher."""
    values = {name: getattr(one, name) for name in Watcher.__struct_fields__ if name != "name"}
    upsert(tx, watcher, {"name": one.name}, values)


def arrived(tx: Tx, name: str, nonce: str) -> None:
    """A page on trial arrived, unless another was asked for since."""
    mine = (watcher.c.name == name, watcher.c.nonce == nonce, watcher.c.arrived_at == 0)
    tx.run(update(watcher).where(*mine).values(arrived_at=tx.now))


def sweep(tx: Tx, limit: int) -> int:
    """Forget watchers that were not heard of for a week; at most a few exist."""
    return min(limit - 1, tx.run(delete(watcher).where(watcher.c.seen_at < tx.now - FORGOTTEN_MS)))
