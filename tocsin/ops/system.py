"""Operations on the server itself, for who runs it."""

from contextlib import closing
from typing import Annotated

from msgspec import Meta, Struct

from tocsin import __version__
from tocsin.domain.watchdog import failing, late
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store import gauge
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import open_inbox

Lag = Annotated[int, Meta(description="In ms; 0 when nothing is late.")]


class MethodHealth(Struct, frozen=True):
    """What became of the messages that travel by one method, as far as they are kept."""

    method: str
    pending: int
    sent: int
    failed: int


class FailingTimers(Struct, frozen=True):
    kind: str
    count: int


class SystemInfo(Struct, frozen=True):
    version: str
    database: Annotated[str, Meta(description="`sqlite` or `postgresql`.")]
    inbox_depth: Annotated[int, Meta(description="Requests accepted and not digested yet.")]
    inbox_age_ms: Annotated[int, Meta(description="Age of the oldest of them.")]
    problems: Annotated[list[str], Meta(description="What is to be looked after, and how.")]
    engine_beat_age_ms: Annotated[int, Meta(description="-1: no engine ever ran.")]
    timer_lag_ms: Lag
    delivery_lag_ms: Lag
    timers_failing: list[FailingTimers]
    methods: list[MethodHealth]


@operation("/system/info", None, Kind.CALL_OUT, tag="Platform/System", audited=False)
def info(database: Database, caller: Caller, request: Empty) -> SystemInfo:
    """Tell how the server is: what is late, what fails, and how messages travel; for admins."""
    if not caller.is_admin:
        raise AccessDenied("only an admin may see how the server is; ask one")
    with closing(open_inbox(database)) as inbox:
        depth, oldest = inbox.depth(), inbox.oldest_received_at()
    with database.read() as tx:
        return _standing(tx, depth, max(0, tx.now - oldest) if oldest else 0)


def _standing(tx: Tx, inbox_depth: int, inbox_age_ms: int) -> SystemInfo:
    found = gauge.engine_gauges(tx)
    lags = gauge.lags(tx, inbox_age_ms)
    counts = found.deliveries
    return SystemInfo(
        inbox_depth=inbox_depth,
        inbox_age_ms=inbox_age_ms,
        version=__version__,
        database=tx.dialect,
        problems=[*late(lags), *failing(lags)],
        engine_beat_age_ms=found.engine_beat_age_ms,
        timer_lag_ms=found.timer_lag_ms,
        delivery_lag_ms=found.delivery_lag_ms,
        timers_failing=[FailingTimers(*each) for each in sorted(found.timers_failing.items())],
        methods=[
            MethodHealth(
                method,
                *(counts.get((method, status), 0) for status in ("pending", "sent", "failed")),
            )
            for method in sorted({method for method, _ in counts})
        ],
    )
