"""How long a client's read may take, so that no question stalls a server, whoever left meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic_ns
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from tocsin.kernel.errors import Unavailable
from tocsin.kernel.units import SECOND

PATIENCE_MS: Final = 10 * SECOND
STEPS_BETWEEN_LOOKS: Final = 20_000
"""After so many instructions SQLite asks whether to go on: every millisecond or so."""
_CANCELED: Final = "57014"
"""PostgreSQL's SQLSTATE for a statement that took too long."""


class Patience:
    """With what is asked of one database. `milliseconds` bounds a read on SQLite and each
    statement of it on PostgreSQL."""

    def __init__(self, milliseconds: int) -> None:
        self.milliseconds = milliseconds

    @contextmanager
    def bounding(self, connection: Connection) -> Iterator[None]:
        """Raises Unavailable, saying what to narrow, where a statement takes too long."""
        driver: Any = connection.connection.driver_connection
        is_sqlite = connection.dialect.name == "sqlite"
        end = monotonic_ns() + self.milliseconds * 1_000_000
        if is_sqlite:
            driver.set_progress_handler(lambda: monotonic_ns() > end, STEPS_BETWEEN_LOOKS)
        else:
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {self.milliseconds}")
        try:
            yield
        except OperationalError as error:
            late = monotonic_ns() > end if is_sqlite else _sqlstate(error) == _CANCELED
            if not late:
                raise
            raise Unavailable(
                "gave up after {seconds} s: too much has to be looked through; shorten the span of "
                "time, name channels, or ask for fewer words, labels and patterns",
                seconds=self.milliseconds / SECOND,
            ) from error
        finally:
            if is_sqlite:
                driver.set_progress_handler(None, 0)


def _sqlstate(error: OperationalError) -> str:
    return str(getattr(error.orig, "sqlstate", ""))
