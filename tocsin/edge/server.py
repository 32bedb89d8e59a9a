"""Puts a server together from a database and its settings."""

from tocsin import ops
from tocsin.edge.app import App
from tocsin.edge.dispatch import Dispatcher
from tocsin.edge.rate_limit import RateLimiter
from tocsin.store.database import Database


def build(database: Database, *, rate_limits: bool = True) -> App:
    """An ASGI application that serves every operation of the table."""
    ops.load()
    dispatcher = Dispatcher(
        database,
        RateLimiter() if rate_limits else None,
        RateLimiter() if rate_limits else None,
        observe=lambda path, status: None,
    )
    return App(dispatcher)
