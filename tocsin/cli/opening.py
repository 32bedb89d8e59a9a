"""Opening the database that the settings name, for every command that needs one."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from tocsin.cli.refusal import Refusal
from tocsin.cli.secret_key import seal
from tocsin.engine.services import unset
from tocsin.kernel.clock import Clock, SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.kernel.settings import Settings
from tocsin.kernel.site import ObjectStorage, Site
from tocsin.kernel.units import DAY, HOUR
from tocsin.store import schema
from tocsin.store.database import Database

DATABASE_FILE: Final = "tocsin.db"


def make_data_dir(settings: Settings) -> Path:
    """The data folder, made for its owner's eyes alone where it is missing."""
    folder = Path(settings.data_dir)
    # Whatever this process writes there holds what people are not to read on the way.
    os.umask(0o077)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as failure:
        raise Refusal(
            f"The data folder {folder} cannot be made: {failure.strerror}.\n"
            "Name another with --data-dir, or let this user write there."
        ) from None
    return folder


@contextmanager
def only_one(settings: Settings, role: str, *, patient: bool = False) -> Iterator[None]:
    """Be the only `role` on this data folder; Refusal where another process is, unless `patient`.

    A SQLite file has one server and one engine. The lock goes with the process, however it ends.
    """
    if settings.is_postgresql:
        yield
        return
    path = make_data_dir(settings) / f"{role}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if patient else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                f"Another Tocsin {role} works on {settings.data_dir} already.\n"
                "Stop it first, or give this one a folder of its own with --data-dir."
            ) from None
        yield


def open_database(settings: Settings, pool_size: int = 16, clock: Clock | None = None) -> Database:
    """A connection pool on the database of these settings, whatever schema it has. Its time is the
    machine's unless it has a `clock` of its own.

    Refusal, with the next step, where it cannot be reached.
    """
    clock = clock or SystemClock()
    ids = Ids(clock, system_chance())
    site = Site(
        settings.base_url,
        settings.invite_without_role,
        seal(settings, ids),
        settings.outbound_allowed_networks,
        settings.files_dir,
        settings.files_bytes_max,
        object_storage(settings),
        sign_in_provider=settings.oidc_name if settings.oidc_issuer else "",
        session_idle_ms=settings.session_idle_hours * HOUR,
        session_life_ms=settings.session_days * DAY,
        unset=unset(settings),
    )
    url = settings.database_url
    if not url:
        url = f"sqlite:///{make_data_dir(settings).resolve() / DATABASE_FILE}"
    elif not url.startswith(("postgresql://", "postgres://")):
        raise Refusal("--database-url must start with postgresql://; leave it out for SQLite.")
    try:
        database = Database.open(url, clock, ids, pool_size)
        database.site = site
        with database.read():
            return database
    except (SQLAlchemyError, ValueError, OSError) as failure:
        raise Refusal(
            f"The database cannot be opened: {reason(failure)}.\n"
            "Check --database-url or --data-dir; `tocsin doctor` tells more."
        ) from None


def object_storage(settings: Settings) -> ObjectStorage | None:
    """Where uploaded files are kept, None for the data folder. Refusal where it is written wrong."""
    try:
        return settings.object_storage
    except ValueError:
        raise Refusal(
            "--files-url must be s3://bucket or s3://bucket/folder; leave it out for the data folder."
        ) from None


def open_existing(settings: Settings) -> Database:
    """The database of a server that has been started before. Refusal, making nothing, if none."""
    if not settings.is_postgresql and not (Path(settings.data_dir) / DATABASE_FILE).is_file():
        raise Refusal(
            f"There is no Tocsin in the folder {settings.data_dir}.\n"
            "Name its folder with --data-dir, or start one with `tocsin serve`."
        )
    database = open_database(settings, pool_size=2)
    try:
        require_schema(database)
    except BaseException:
        database.close()
        raise
    return database


def require_schema(database: Database) -> None:
    """Refusal unless every migration of this version has been applied."""
    refuse_newer(database)
    missing = schema.pending(database)
    if missing:
        raise Refusal(f"The database lacks {', '.join(missing)}. Run `tocsin migrate` first.")


def refuse_newer(database: Database) -> None:
    """Refusal for a database that a newer version has migrated; this one could spoil it."""
    newer = schema.ahead(database)
    if newer:
        raise Refusal(
            f"The database is at migration {newer}, which this version does not know.\n"
            "Run the newer Tocsin that was here before, or name another database."
        )


def reason(failure: Exception) -> str:
    """What a driver says, in one line and never the address it was given."""
    if isinstance(failure, ArgumentError | ValueError):
        return "the address cannot be understood"
    said = str(getattr(failure, "orig", None) or failure).strip()
    return said.splitlines()[0].rstrip(".") if said else type(failure).__name__
