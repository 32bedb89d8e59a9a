"""Running and writing migrations: all that needs Alembic. `schema` says when."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from tocsin.store.database import Database

HISTORY: Final = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Apply what is missing, in the transaction that is open."""
    command.upgrade(_config(connection), "head")


def stamp(database: Database) -> None:
    """Note that a database made from today's tables needs no migration."""
    with database.write() as tx:
        command.stamp(_config(tx.connection), "head")


def revise(database: Database, message: str, revision: str) -> None:
    """Write a migration for what the tables have and the database lacks. For developers."""
    with database.write() as tx:
        command.revision(_config(tx.connection), message, autogenerate=True, rev_id=revision)


def lineage() -> list[str]:
    """Every revision, each after the one it builds on."""
    script = ScriptDirectory(str(HISTORY))
    return [each.revision for each in reversed(list(script.walk_revisions()))]


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HISTORY))
    config.attributes["connection"] = connection
    return config
