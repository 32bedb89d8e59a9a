"""Which migrations a database has had, and bringing it to the schema this version expects."""

from importlib.resources import files
from typing import Final

from sqlalchemy import inspect, text

from tocsin.store.database import Database, Tx

_LOCK: Final = 7_402_117_233_845_113
"""The advisory lock that lets one of several starting processes migrate."""


def migrate(database: Database) -> list[str]:
    """Apply what is missing, in one transaction; the revisions applied. Safe to call anew."""
    # Alembic takes 12 MB and a tenth of a second, which most starts can spare.
    from tocsin.store import migration  # noqa: PLC0415 - heavy, see above

    with database.write() as tx:
        if tx.dialect == "postgresql":
            tx.run(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        missing = _missing(tx)
        if missing:
            migration.upgrade(tx.connection)
        return missing


def pending(database: Database) -> list[str]:
    """The revisions this version has and the database lacks."""
    with database.read() as tx:
        return _missing(tx)


def ahead(database: Database) -> str:
    """The revision of a database that a newer version has migrated; "" for any other."""
    with database.read() as tx:
        current = _current(tx)
    return current if current and current not in revisions() else ""


def revisions() -> list[str]:
    """Every revision of this version, oldest first: what the names of their files begin with."""
    names = (each.name for each in (files(__package__) / "migrations" / "versions").iterdir())
    return sorted(name.partition("_")[0] for name in names if name[:1].isdigit())


def _missing(tx: Tx) -> list[str]:
    current, everything = _current(tx), revisions()
    return everything[everything.index(current) + 1 :] if current in everything else everything


def _current(tx: Tx) -> str:
    if not inspect(tx.connection).has_table("alembic_version"):
        return ""
    return str(tx.value(text("SELECT version_num FROM alembic_version")) or "")
