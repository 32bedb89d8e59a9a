"""How a process tells an engine in another one that there is something to do.

On PostgreSQL by NOTIFY. With SQLite `tocsin serve` says it to the engine it keeps. Either way it is
names in a line each, and may go unheard: engines look for themselves all the same.
"""

import logging
from collections.abc import Collection
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tocsin.store.database import Bell, Database

CHANNEL: Final = "tocsin_wake"
_RING: Final = text("SELECT pg_notify(:channel, :names)")

log = logging.getLogger(__name__)


def notifying(database: Database) -> Bell:
    """A bell that every engine on the PostgreSQL database hears."""

    def ring(names: Collection[str]) -> None:
        try:
            with database.engine.begin() as connection:
                connection.execute(_RING, {"channel": CHANNEL, "names": written(names)})
        except SQLAlchemyError:
            log.exception("the engines could not be told; they look for themselves")

    return ring


def written(names: Collection[str]) -> str:
    """What a bell says of `names`."""
    return "".join(f"{name}\n" for name in names)


def read(said: str) -> set[str]:
    """The names that a bell said."""
    return set(said.split())
