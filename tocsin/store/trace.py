"""Decision traces at rest."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    not_,
    select,
    tuple_,
    update,
)

from tocsin.domain.news import About
from tocsin.domain.trace import Outcome, Trace
from tocsin.kernel.paging import Window
from tocsin.store import bulk, news
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
    bulk.add(tx, trace, [asdict(one) for one in new])


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
    for one in latest.values():
        news.tell(tx, one.account_id, About.INTEGRATION, str(one.integration_id))
    bulk.add(tx, trace, [{**asdict(one), "count": times[one.id]} for one in fresh])


class After(Struct, frozen=True, array_like=True):
    """Where the page before ended."""

    at: int
    id: str


class Wanted(Struct, frozen=True, kw_only=True):
    """Which traces; None narrows nothing. `span` is in ms, both ends included.

    Hidden are traces of these channels, and those of these senders that reached no channel.
    """

    span: tuple[int, int] | None = None
    ids: tuple[str, ...] | None = None
    alert_ids: tuple[str, ...] | None = None
    event_ids: tuple[str, ...] | None = None
    alert_keys: tuple[str, ...] | None = None
    integration_ids: tuple[int, ...] | None = None
    channel_ids: tuple[int, ...] | None = None
    outcomes: tuple[Outcome, ...] | None = None
    hidden_channel_ids: tuple[int, ...] = ()
    hidden_integration_ids: tuple[int, ...] = ()


def page(
    tx: Tx, account_id: int, wanted: Wanted, place: Window, after: After | None
) -> list[Trace]:
    """Traces, last received first; one more than the window holds, if there is one."""
    found = select(trace).where(trace.c.account_id == account_id, *_of(wanted))
    if after is None:
        found = found.offset(place.offset)
    else:
        found = found.where(tuple_(trace.c.last_received_at, trace.c.id) < (after.at, after.id))
    newest = found.order_by(trace.c.last_received_at.desc(), trace.c.id.desc())
    return tx.rows(newest.limit(place.limit + 1), Trace)


def _of(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.span:
        yield trace.c.last_received_at.between(*wanted.span)
    for column, values in (
        (trace.c.id, wanted.ids),
        (trace.c.alert_id, wanted.alert_ids),
        (trace.c.event_id, wanted.event_ids),
        (trace.c.alert_key, wanted.alert_keys),
        (trace.c.integration_id, wanted.integration_ids),
        (trace.c.channel_id, wanted.channel_ids),
        (trace.c.outcome, wanted.outcomes),
    ):
        if values is not None:
            yield column.in_(values)
    if wanted.hidden_channel_ids:
        yield trace.c.channel_id.not_in(wanted.hidden_channel_ids)
    if wanted.hidden_integration_ids:
        hidden = trace.c.integration_id.in_(wanted.hidden_integration_ids)
        yield not_(and_(trace.c.channel_id == 0, hidden))


def sweep(tx: Tx, received_before: int, limit: int) -> int:
    """Forget up to `limit` traces of events last received before that instant; how many."""
    old = select(trace.c.id).where(trace.c.last_received_at < received_before).limit(limit)
    return tx.run(delete(trace).where(trace.c.id.in_(old)))
