"""The numbers an operator watches, read from the database."""

from msgspec import Struct
from sqlalchemy import func, select

from tocsin.domain.delivery import DeliveryStatus
from tocsin.domain.incident import Progress, Stuck
from tocsin.domain.timer import Timer
from tocsin.domain.watchdog import Failing, Lags
from tocsin.store.database import Tx
from tocsin.store.tables.engine import IS_FAILING, delivery, engine_beat, timer
from tocsin.store.tables.incident import incident


class EngineGauges(Struct, frozen=True):
    """Lags in ms, 0 when nothing is late; `deliveries` counts by method and status,
    `timers_failing` by kind."""

    timer_lag_ms: int
    timers_failing: dict[str, int]
    delivery_lag_ms: int
    engine_beat_age_ms: int
    deliveries: dict[tuple[str, str], int]


def engine_gauges(tx: Tx) -> EngineGauges:
    """How far the engine is behind; a beat age of -1 means that none ever ran."""
    due = tx.value(select(func.min(timer.c.due_at)).where(timer.c.due_at < tx.now))
    first_due = tx.value(select(func.min(timer.c.failing_since)).where(IS_FAILING))
    owed = tx.value(
        select(func.min(delivery.c.due_at)).where(
            delivery.c.status == DeliveryStatus.PENDING, delivery.c.due_at < tx.now
        )
    )
    failing = select(timer.c.kind, func.count()).where(IS_FAILING).group_by(timer.c.kind)
    counts = tx.tuples(
        select(delivery.c.method, delivery.c.status, func.count()).group_by(
            delivery.c.method, delivery.c.status
        )
    )
    return EngineGauges(
        timer_lag_ms=max(tx.now - at if at else 0 for at in (due, first_due)),
        timers_failing={str(kind): count for kind, count in tx.tuples(failing)},
        delivery_lag_ms=tx.now - owed if owed else 0,
        engine_beat_age_ms=beat_age(tx),
        deliveries={(method, str(status)): count for method, status, count in counts},
    )


def lags(tx: Tx, inbox_age_ms: int) -> Lags:
    """How far the server is behind with what people wait for; a slow receiver of webhooks keeps
    nobody else waiting, and does not count."""
    due = tx.value(select(func.min(timer.c.due_at)).where(timer.c.due_at < tx.now))
    owed = tx.value(
        select(func.min(delivery.c.due_at)).where(
            delivery.c.status == DeliveryStatus.PENDING,
            delivery.c.due_at < tx.now,
            delivery.c.receiver == "",
        )
    )
    return Lags(
        beat_age=beat_age(tx),
        timer=tx.now - due if due else 0,
        delivery=tx.now - owed if owed else 0,
        inbox=inbox_age_ms,
        failing=_failing(tx),
    )


def _failing(tx: Tx) -> Failing | None:
    oldest = tx.row(select(timer).where(IS_FAILING).order_by(timer.c.failing_since).limit(1), Timer)
    if oldest is None:
        return None
    count = tx.value(select(func.count()).select_from(timer).where(IS_FAILING))
    return Failing(count, tx.now - oldest.failing_since, oldest.kind, oldest.last_error)


def stuck(tx: Tx) -> dict[str, int]:
    """How many incidents wait for an answer while nobody is told of them any more, by why."""
    counts = tx.tuples(
        select(incident.c.stuck, func.count())
        .where(incident.c.stuck != Stuck.NO, incident.c.progress == Progress.TRIGGERED)
        .group_by(incident.c.stuck)
    )
    return {str(why): count for why, count in counts}


def beat_age(tx: Tx) -> int:
    """How long ago an engine last said that it lives, in ms; -1 if none ever did."""
    last = tx.value(select(func.max(engine_beat.c.beat_at)))
    return -1 if last is None else max(0, tx.now - int(last))
