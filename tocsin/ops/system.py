"""Operations on the server itself, for who runs it."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin import __version__
from tocsin.domain.watchdog import failing, late
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store import gauge
from tocsin.store.database import Tx

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
    problems: Annotated[list[str], Meta(description="What is to be looked after, and how.")]
    engine_beat_age_ms: Annotated[int, Meta(description="-1: no engine ever ran.")]
    timer_lag_ms: Lag
    delivery_lag_ms: Lag
    timers_failing: list[FailingTimers]
    methods: list[MethodHealth]


@operation("/system/info", None, Kind.READ, tag="Platform/System")
def info(tx: Tx, caller: Caller, request: Empty) -> SystemInfo:
    """Tell how the server is: what is late, what fails, and how messages travel; for admins.

    What has come in and is not digested yet is in `/metrics` and, where it grows, in `/-/ready`.
    """
    if not caller.is_admin:
        raise AccessDenied("only an admin may see how the server is; ask one")
    found = gauge.engine_gauges(tx)
    lags = gauge.lags(tx, 0)
    counts = found.deliveries
    return SystemInfo(
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
