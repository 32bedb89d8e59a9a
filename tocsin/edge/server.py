"""Puts a server together from a database and its settings."""

from tocsin import ops
from tocsin.edge.app import App
from tocsin.edge.dispatch import Dispatcher
from tocsin.edge.health import Health
from tocsin.edge.metrics import Metrics
from tocsin.edge.rate_limit import RateLimiter
from tocsin.edge.upkeep import Upkeep
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database


def build(database: Database, settings: Settings) -> App:
    """An ASGI application that serves every operation, every door and the server's health."""
    ops.load()
    metrics = Metrics()
    upkeep = Upkeep(database, settings.workers)
    dispatcher = Dispatcher(
        database,
        _limiter(database, settings, upkeep, "key"),
        _limiter(database, settings, upkeep, "session"),
        observe=metrics.called,
        used=upkeep.used,
    )
    health = Health(database, metrics, engine_expected=settings.engine)
    return App(dispatcher, routes=health.routes(), startup=[upkeep.start], shutdown=[upkeep.stop])


def _limiter(
    database: Database, settings: Settings, upkeep: Upkeep, name: str
) -> RateLimiter | None:
    """One process counts alone; several on PostgreSQL share what they may admit."""
    if not settings.rate_limits:
        return None
    if database.is_sqlite:
        return RateLimiter()
    return RateLimiter(
        lambda: upkeep.processes, lambda key, *rest: upkeep.lease(f"{name}:{key}", *rest)
    )
