"""Decision traces at rest."""

from collections.abc import Sequence

from msgspec.structs import asdict
from sqlalchemy import bindparam, delete, insert, select, update

from tocsin.domain.trace import Trace
from tocsin.store.database import Tx
from tocsin.store.tables.trace import trace

_SAID_AGAIN = (
    update(trace)
    .where(trace.c.id == bindparam("of"))
    .values(
        count=trace.c.count + bindparam("times"),
        last_received_at=bindparam("at"),
        steps=bindparam("why"),
    )
)


def add(tx: Tx, new: Sequence[Trace]) -> None:
    """Keep traces of events that became something."""
    tx.run(insert(trace), [asdict(one) for one in new])


def add_or_count(tx: Tx, new: Sequence[Trace]) -> None:
    """Keep traces of events that became nothing; one whose id is there is counted on its row."""
    latest: dict[str, Trace] = {}
    times: dict[str, int] = {}
    for one in new:
        latest[one.id] = one
        times[one.id] = times.get(one.id, 0) + 1
    known = set(tx.values(select(trace.c.id).where(trace.c.id.in_(latest)))) if latest else set()
    tx.run(
        _SAID_AGAIN,
        [
            {"of": id_, "times": times[id_], "at": one.last_received_at, "why": one.steps}
            for id_, one in latest.items()
            if id_ in known
        ],
    )
    fresh = [one for id_, one in latest.items() if id_ not in known]
    tx.run(insert(trace), [{**asdict(one), "count": times[one.id]} for one in fresh])


def sweep(tx: Tx, received_before: int, limit: int) -> int:
    """Forget up to `limit` traces of events last received before that instant; how many."""
    old = select(trace.c.id).where(trace.c.last_received_at < received_before).limit(limit)
    return tx.run(delete(trace).where(trace.c.id.in_(old)))
