"""What edge processes share to count calls together, and how many of them there are."""

from typing import Final

from sqlalchemy import delete, func, select, update

from tocsin.kernel.units import MINUTE, SECOND
from tocsin.store.database import Tx
from tocsin.store.tables.rate import edge_beat, rate_lease
from tocsin.store.upsert import upsert

BEAT_LIFE_MS: Final = 30 * SECOND
LEASE_LIFE_MS: Final = 2 * MINUTE


def lease(tx: Tx, key: str, period_ms: int, start: int, pool: int, wanted: int) -> int:
    """Take up to `wanted` calls from a window's pool; how many there were to take."""
    mine = (
        (rate_lease.c.key == key)
        & (rate_lease.c.period_ms == period_ms)
        & (rate_lease.c.start == start)
    )
    granted = tx.value(select(rate_lease.c.granted).where(mine).with_for_update())
    if granted is None:
        # Two processes may both find no row; the insert lets one through and the other sees it.
        upsert(tx, rate_lease, {"key": key, "period_ms": period_ms, "start": start}, {"key": key})
        granted = tx.value(select(rate_lease.c.granted).where(mine).with_for_update())
    taken = min(wanted, pool - int(granted))
    if taken > 0:
        tx.run(update(rate_lease).where(mine).values(granted=rate_lease.c.granted + taken))
    return max(0, taken)


def beat(tx: Tx, edge_id: str) -> int:
    """Say that this edge process lives; how many do. Also forgets what is long over."""
    upsert(tx, edge_beat, {"edge_id": edge_id}, {"beat_at": tx.now})
    tx.run(delete(edge_beat).where(edge_beat.c.beat_at < tx.now - BEAT_LIFE_MS))
    tx.run(delete(rate_lease).where(rate_lease.c.start < tx.now - LEASE_LIFE_MS))
    return int(tx.value(select(func.count()).select_from(edge_beat)))


def leave(tx: Tx, edge_id: str) -> None:
    """Say that this edge process ends."""
    tx.run(delete(edge_beat).where(edge_beat.c.edge_id == edge_id))
