"""For whoever watches the server: alive, ready, and its numbers."""

from collections.abc import Iterator
from typing import Final

import msgspec
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tocsin.domain.incident import Stuck
from tocsin.domain.watchdog import Lags, failing, late
from tocsin.edge.app import Route
from tocsin.edge.inbox_writer import InboxBounds, InboxFigures
from tocsin.edge.metrics import Metrics
from tocsin.kernel.errors import Unavailable
from tocsin.store import gauge, schema
from tocsin.store.database import Database

_NONE: Final = Lags(0, 0, 0, 0)
_METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Health:
    """Answers `/-/healthy`, `/-/ready` and `/metrics`."""

    def __init__(
        self,
        database: Database,
        metrics: Metrics,
        bounds: InboxBounds,
        inbox: InboxFigures,
        *,
        engine_expected: bool,
    ) -> None:
        self._database = database
        self._metrics = metrics
        self._bounds = bounds
        self._inbox = inbox
        self._engine_expected = engine_expected
        metrics.collect(_EngineNumbers(database))
        metrics.gauge(
            "tocsin_write_hold_longest_seconds",
            "Longest write transaction of this process so far.",
            lambda: database.longest_hold_ms / 1000,
        )

    def routes(self) -> list[Route]:
        return [
            Route("/-/healthy", self.healthy),
            Route("/-/ready", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def healthy(self, request: Request) -> Response:
        return PlainTextResponse("Tocsin is healthy.\n")

    async def ready(self, request: Request) -> Response:
        problems, warnings = await run_in_threadpool(self._look)
        said = {"ready": not problems, "problems": problems, "warnings": warnings}
        body = msgspec.json.encode(said)
        return Response(body, 503 if problems else 200, media_type="application/json")

    def problems(self) -> list[str]:
        """Everything that somebody ought to look after, each with the next step."""
        problems, warnings = self._look()
        return problems + warnings

    def _look(self) -> tuple[list[str], list[str]]:
        """What keeps the server from doing its work, and what else goes wrong."""
        try:
            self._bounds.check_disk()
            self._bounds.check_depth(self._inbox.depth)
            missing = schema.pending(self._database)
            with self._database.read() as tx:
                lags = gauge.lags(tx, self._inbox.age_ms) if not missing else _NONE
        except Unavailable as full:
            return [full.message()], []
        except SQLAlchemyError as error:
            why = type(error).__name__
            return [f"the database does not answer ({why}); check database_url"], []
        if missing:
            return [f"{len(missing)} migrations are missing; run `tocsin migrate`"], []
        behind = list(late(lags)) if self._engine_expected else []
        return behind, list(failing(lags))

    async def metrics(self, request: Request) -> Response:
        body = await run_in_threadpool(self._metrics.text)
        return Response(body, headers={"Content-Type": _METRICS_TYPE})


class _EngineNumbers(Collector):
    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        with self._database.read() as tx:
            found = gauge.engine_gauges(tx)
            stuck = gauge.stuck(tx)
        yield _gauge(
            "tocsin_timer_lag_seconds",
            "Age of the oldest due timer, since it was first due.",
            found.timer_lag_ms,
        )
        failing_now = GaugeMetricFamily(
            "tocsin_timers_failing", "Timers that failed and wait for another try.", labels=["kind"]
        )
        for kind, count in sorted(found.timers_failing.items()):
            failing_now.add_metric([kind], count)
        yield failing_now
        yield _gauge(
            "tocsin_delivery_lag_seconds", "Age of the oldest due delivery.", found.delivery_lag_ms
        )
        yield _gauge(
            "tocsin_engine_beat_age_seconds",
            "Time since an engine reported.",
            found.engine_beat_age_ms,
        )
        counts = GaugeMetricFamily(
            "tocsin_deliveries", "Deliveries by method and outcome.", labels=["method", "status"]
        )
        for (method, status), count in sorted(found.deliveries.items()):
            counts.add_metric([method, status], count)
        yield counts
        waiting = GaugeMetricFamily(
            "tocsin_incidents_stuck",
            "Unacknowledged incidents of which nobody is told any more, by why.",
            labels=["why"],
        )
        for why in filter(None, Stuck):
            waiting.add_metric([why], stuck.get(why, 0))
        yield waiting

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance, so that registering reads no database."""
        return iter(())


def _gauge(name: str, text: str, milliseconds: int) -> Metric:
    return GaugeMetricFamily(name, text, value=milliseconds / 1000)
