"""Transactions on SQLite or PostgreSQL: the only place that knows which of the two it is.

Guarantees: a write that returned is on disk, unless it was asked to be hasty; within one transaction `tx.now` is one instant;
raising leaves nothing behind.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic_ns
from typing import Any, Final, TypeVar, cast

import sqlalchemy
from sqlalchemy import Connection, Engine, Executable, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from tocsin.domain.delivery import Delivery
from tocsin.kernel.clock import Clock
from tocsin.kernel.ids import Ids
from tocsin.kernel.site import Site
from tocsin.store import revision
from tocsin.store.patience import PATIENCE_MS, Patience
from tocsin.store.revision import Memory
from tocsin.store.tray import Tray
from tocsin.store.writer_lock import WriterLock

T = TypeVar("T")

Bell = Callable[[Collection[str]], None]
"""Tells an engine what there is to do: `inbox`, `timer`, or methods by which something is owed. It
neither waits nor fails; an engine that does not hear it looks for itself, a little later."""

BUSY_WAIT_SECONDS: Final = 30
LOG_PAGES_MAX: Final = 1_000
_CHECKPOINT: Final = "PRAGMA wal_checkpoint(PASSIVE)"
CHECKPOINT_PAGES: Final = 16_000
"""A backstop: `checkpoint` does the work before the log grows to 64 MB."""


class PartFailed(Exception):
    """A part of a transaction failed and left nothing behind; the transaction can go on."""


class Tx:
    """One transaction. `now` is read once, `ids` makes what is new in it, and `site` is what the
    operator decided. Once it is committed an engine is told of what it `stirred`; `due` are timers
    that it set and that are due, by kind and subject: their account and instant. In an engine
    `tray` takes the messages that it owes and claimed at once, which are `in_hand`."""

    def __init__(
        self,
        connection: Connection,
        now: int,
        ids: Ids,
        site: Site,
        memory: Memory,
        tray: Tray | None = None,
    ) -> None:
        self.connection = connection
        self.now = now
        self.ids = ids
        self.site = site
        self.tray = tray
        self.in_hand: list[Delivery] = []
        self.stirred: set[str] = set()
        self.due: dict[tuple[str, str], tuple[int, int]] = {}
        self._memory = memory
        self._revision: int | None = None
        self._read: dict[Hashable, Any] = {}
        self._gathered: dict[Callable[[Tx, Any], None], Any] = {}

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """What `read` came to the first time in this transaction: for many decisions of one that
        rest on the same rules and names, and change none of them."""
        if key not in self._read:
            self._read[key] = read()
        return cast(T, self._read[key])

    def gathered(self, write: Callable[["Tx", dict[Any, Any]], None]) -> dict[Any, Any]:
        """What gathers for `write`, which is called with it just before the commit."""
        found: dict[Any, Any] = self._gathered.setdefault(write, {})
        return found

    def write_gathered(self) -> None:
        """Write what gathered; by whoever commits, once."""
        for write, found in self._gathered.items():
            write(self, found)

    def part(self, do: Callable[[], T]) -> T:
        """Do a part that may fail while the rest of the transaction stays: PartFailed then.

        Where the database itself is in trouble the whole transaction fails, to be tried again.
        """
        savepoint, claimed = self.connection.begin_nested(), len(self.in_hand)
        try:
            done = do()
            savepoint.commit()
        except (OperationalError, InterfaceError):
            raise
        except Exception as failure:
            savepoint.rollback()
            self._read.clear()
            del self.in_hand[claimed:]
            raise PartFailed(f"{type(failure).__name__}: {failure}") from failure
        return done

    def remembered(self, key: Hashable, read: Callable[[], T]) -> T:
        """What `read` came to in this transaction or one before it, since which nobody changed
        settings. It reads nothing but tables of settings, and nobody changes what it gives."""
        if revision.is_changed(self.connection):
            return read()
        if self._revision is None:
            self._revision = self.settings_revision()
        return cast(T, self._memory.recall(self._revision, key, read))

    def settings_revision(self) -> int:
        """The revision of the settings that this transaction sees."""
        found = self.direct(revision.CURRENT, ())
        return int(found[0][0]) if found else 0

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.connection.dialect.name

    @property
    def driver(self) -> Any:
        """The driver's own connection, for the few batch paths that Core slows down."""
        if not self.connection.in_transaction():
            # Core knows of no transaction yet, and would have none to commit.
            self.connection.begin()
        return self.connection.connection.driver_connection

    def direct(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a query in the driver's own words, which cost a fraction of Core's."""
        try:
            found: list[tuple[Any, ...]] = self.driver.execute(statement, values).fetchall()
        except self._dbapi.Error as error:
            raise self._as_core_has_it(error, statement) from None
        return found

    def direct_many(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Carry out a statement in the driver's own words once for each row."""
        try:
            self.driver.cursor().executemany(statement, rows)
        except self._dbapi.Error as error:
            raise self._as_core_has_it(error, statement) from None

    @property
    def _dbapi(self) -> Any:
        return self.connection.dialect.loaded_dbapi

    def _as_core_has_it(self, error: Exception, statement: str) -> BaseException:
        return DBAPIError.instance(statement, None, error, self._dbapi.Error)

    def rows(
        self, statement: Executable, shape: type[T], parameters: Mapping[str, Any] | None = None
    ) -> list[T]:
        """Every row as a `shape`, whose fields carry the columns' names.

        A statement built once, with its values as `parameters`, spares most of Core's time.
        """
        found = self.connection.execute(statement, parameters)
        names = tuple(found.keys())
        return [shape(**dict(zip(names, row, strict=True))) for row in found.all()]

    def row(
        self, statement: Executable, shape: type[T], parameters: Mapping[str, Any] | None = None
    ) -> T | None:
        """The first row as a `shape`, or None."""
        found = self.connection.execute(statement, parameters).mappings().first()
        return None if found is None else shape(**found)

    def value(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        return self.connection.execute(statement, parameters).scalar()

    def values(self, statement: Executable) -> list[Any]:
        """The first column of every row."""
        return list(self.connection.execute(statement).scalars())

    def tuples(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Every row as a tuple."""
        return [tuple(row) for row in self.connection.execute(statement, parameters).all()]

    def run(
        self, statement: Executable, parameters: Sequence[Mapping[str, Any]] | None = None
    ) -> int:
        """Carry out a statement, once or for each of `parameters`.

        The answer is the count of rows touched, known only for a single statement.
        """
        if parameters is None:
            return self.connection.execute(statement).rowcount
        if not parameters:
            return 0
        return self.connection.execute(statement, list(parameters)).rowcount


class Database:
    """Where everything but the SQLite inbox lives.

    Whoever opens it sets `site` to what the operator configured, and `bell` where an engine is to
    hear at once of work that this process makes. An engine sets `tray` to what it sends from.
    """

    def __init__(
        self,
        engine: Engine,
        reader: Engine,
        hasty: Engine,
        clock: Clock,
        ids: Ids,
        lock_path: Path | None,
    ) -> None:
        self.engine = engine
        self._reader = reader
        self._hasty = hasty
        self.clock = clock
        self.ids = ids
        self.site = Site()
        self.bell: Bell = _nobody_hears
        self.tray: Tray | None = None
        self._memory = Memory()
        for each in {engine, hasty}:
            revision.watch(each)
        self.patience = Patience(PATIENCE_MS)
        self.longest_hold_ms = 0.0
        self._lock = WriterLock(lock_path) if lock_path else None

    @classmethod
    def open(cls, url: str, clock: Clock, ids: Ids, pool_size: int = 16) -> "Database":
        """Connect to `sqlite:///<path>` or `postgresql://…`."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            path = Path(parsed.database or "")
            writer, reader = _sqlite_engine(url, pool_size), _sqlite_engine(url, pool_size)
            event.listen(reader, "connect", _refuse_writes)
            hasty = _sqlite_engine(url, pool_size)
            event.listen(hasty, "connect", _make_hasty)
            return cls(writer, reader, hasty, clock, ids, path.with_name(path.name + ".lock"))
        engine = sqlalchemy.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=32,
            pool_pre_ping=True,
        )
        event.listen(engine, "connect", _prepare_postgresql)
        reader = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        return cls(engine, reader, engine, clock, ids, None)

    @property
    def is_sqlite(self) -> bool:
        return self._lock is not None

    @contextmanager
    def read(self, *, patiently: bool = True) -> Iterator[Tx]:
        """A read-only transaction on one consistent snapshot.

        What a client asked for is not waited for `patiently`: Unavailable after a while.
        """
        with self._reader.connect() as connection:
            revision.begin(connection)
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            try:
                with nullcontext() if patiently else self.patience.bounding(connection):
                    yield self._tx(connection)
            finally:
                connection.rollback()

    @contextmanager
    def write(self, *, hastily: bool = False) -> Iterator[Tx]:
        """A write transaction: committed on leaving, rolled back on raising.

        One that commits `hastily` does not wait for the disk. The next other commit puts it there;
        a power cut before that undoes it whole, as if it had never been.
        """
        with self._writing(hastily) as tx:
            yield tx
        if tx.tray:
            tx.tray.put(tx.in_hand)
        if tx.stirred:
            self.bell(tx.stirred)

    @contextmanager
    def _writing(self, hastily: bool) -> Iterator[Tx]:
        if self._lock is None:
            with self.engine.connect() as connection:
                if hastily:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                yield from self._write_on(connection)
        else:
            with (self._hasty if hastily else self.engine).connect() as connection, self._lock:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield from self._write_on(connection)

    def _write_on(self, connection: Connection) -> Iterator[Tx]:
        started = monotonic_ns()
        try:
            revision.begin(connection)
            tx = self._tx(connection)
            yield tx
            tx.write_gathered()
            revision.move_on(connection)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            self.longest_hold_ms = max(self.longest_hold_ms, (monotonic_ns() - started) / 1e6)

    def _tx(self, connection: Connection) -> Tx:
        now = self.clock.now()
        return Tx(connection, now, self.ids, self.site, self._memory, self.tray)

    def checkpoint(self) -> None:
        """Move what SQLite wrote to its final place, beside the writing, so that no commit has to.
        Nothing to do on PostgreSQL, which does so by itself."""
        if self._lock is None:
            return
        with self._reader.connect() as connection:
            [(_, written, _)] = connection.exec_driver_sql(_CHECKPOINT).all()
            if written > LOG_PAGES_MAX:
                # While others write there is always more to move, and the log would grow on: every
                # page is looked for in it. The little that came meanwhile is moved between two
                # writers, the next of whom begins the log anew.
                with self._lock:
                    connection.exec_driver_sql(_CHECKPOINT).all()

    def close(self) -> None:
        self.engine.dispose()
        self._reader.dispose()
        self._hasty.dispose()
        if self._lock:
            self._lock.close()


def _nobody_hears(_: Collection[str]) -> None:
    """Engines that share the database look for themselves."""


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    engine = sqlalchemy.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=64,
        connect_args={"check_same_thread": False},
        # The one used last knows most of what it is asked.
        pool_use_lifo=True,
        # Whoever takes a connection ends its transaction; doing so again is a tenth of a small one.
        pool_reset_on_return=None,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _refuse_writes(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")


def _make_hasty(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    # Whatever the server's default: a write that returned is on disk.
    connection.autocommit = True
    connection.execute("SET synchronous_commit = on")
    connection.autocommit = False


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Transactions are begun by Database alone, never by the driver.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        # NORMAL would lose acknowledged commits in a power cut.
        "synchronous=FULL",
        f"busy_timeout={BUSY_WAIT_SECONDS * 1000}",
        "foreign_keys=ON",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        "cache_size=-8000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
