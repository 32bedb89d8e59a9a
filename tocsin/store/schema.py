"""Bringing a database to the schema this version expects, and asking whether it is there."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from tocsin.store.database import Database

_HISTORY: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 7_402_117_233_845_113
"""The advisory lock that lets one of several starting processes migrate."""


def migrate(database: Database) -> list[str]:
    """Apply what is missing, in one transaction; the revisions applied. Safe to call anew."""
    with database.write() as tx:
        if tx.dialect == "postgresql":
            tx.connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        before = _applied(tx.connection)
        command.upgrade(_config(tx.connection), "head")
        return [revision for revision in revisions() if revision not in _known_by(before)]


def pending(database: Database) -> list[str]:
    """The revisions this version has and the database lacks."""
    with database.read() as tx:
        known = _known_by(_applied(tx.connection))
    return [revision for revision in revisions() if revision not in known]


def stamp(database: Database) -> None:
    """Note that a database made from today's tables needs no migration."""
    with database.write() as tx:
        command.stamp(_config(tx.connection), "head")


def revisions() -> list[str]:
    """Every revision of this version, oldest first."""
    script = ScriptDirectory(str(_HISTORY))
    return [each.revision for each in reversed(list(script.walk_revisions()))]


def revise(database: Database, message: str, revision: str) -> None:
    """Write a migration for what the tables have and the database lacks. For developers."""
    with database.write() as tx:
        command.revision(_config(tx.connection), message, autogenerate=True, rev_id=revision)


def _applied(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known_by(current: str | None) -> set[str]:
    everything = revisions()
    return set(everything[: everything.index(current) + 1]) if current in everything else set()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HISTORY))
    config.attributes["connection"] = connection
    return config
