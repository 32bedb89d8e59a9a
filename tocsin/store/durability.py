"""Whether what was committed survives a power cut."""

from typing import Final

from sqlalchemy import text

from tocsin.store.database import Database

_SQLITE: Final = {
    "PRAGMA journal_mode": ("wal", "SQLite does not keep a write-ahead log"),
    "PRAGMA synchronous": (2, "SQLite does not flush every commit to disk"),
}
_POSTGRESQL: Final = {
    "SHOW synchronous_commit": ("on", "PostgreSQL answers before a commit is on disk"),
    "SHOW fsync": ("on", "PostgreSQL never flushes to disk: set fsync = on in its configuration"),
    "SHOW full_page_writes": (
        "on",
        "PostgreSQL may keep half-written pages: set full_page_writes = on in its configuration",
    ),
}


def gaps(database: Database) -> list[str]:
    """What stands between a commit and the disk, each with the next step; empty if all is well."""
    expected = _SQLITE if database.is_sqlite else _POSTGRESQL
    with database.write() as tx:
        return [
            complaint
            for question, (wanted, complaint) in expected.items()
            if tx.value(text(question)) != wanted
        ]
