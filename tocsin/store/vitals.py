"""What a database server says of itself."""

from msgspec import Struct
from sqlalchemy import text

from tocsin.store.database import Database


class Vitals(Struct, frozen=True):
    """Product and version, and the server's own clock in ms (0 for SQLite, which has none)."""

    version: str
    clock: int


def vitals(database: Database) -> Vitals:
    with database.read() as tx:
        if database.is_sqlite:
            return Vitals(f"SQLite {tx.value(text('SELECT sqlite_version()'))}", 0)
        version = tx.value(text("SHOW server_version"))
        clock = tx.value(text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"))
        return Vitals(f"PostgreSQL {version}", int(clock))
