"""Fixtures: a virtual clock, and a migrated database on each engine."""

import logging
import shutil
from collections.abc import Callable, Hashable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests import claims
from tests.cast import Cast, assemble
from tests.clock import VirtualClock
from tests.postgres import create_database
from tests.server import Server, serving
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, seeded_chance
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import seconds
from tocsin.store.database import Database, Tx
from tocsin.store.tables import metadata

# How loaded the machine is says nothing about the product.
_PATIENT = hypothesis.settings(
    deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("tocsin", _PATIENT)
hypothesis.settings.load_profile("tocsin")

ENGINES = ("sqlite", "postgresql")
# A line a request would bury what a failing test says, and be taken for the product's own.
logging.getLogger("httpx").setLevel(logging.WARNING)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def ids(clock: VirtualClock) -> Ids:
    return Ids(clock, seeded_chance(1))


@pytest.fixture(autouse=True)
def _memory_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a transaction remembers of settings is what it would read."""
    real = Tx.remembered

    def remembered(self: Tx, key: Hashable, read: Callable[[], Any]) -> Any:
        found, fresh = real(self, key, read), read()
        if found != fresh:
            seen, now = self._revision, self.settings_revision()
            assert seen != now, f"{key} was remembered as {found} and is {fresh}"
        return found

    monkeypatch.setattr(Tx, "remembered", remembered)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database that has every table."""
    return sqlite_database(tmp_path) if request.param == "sqlite" else postgresql_database()


def sqlite_database(folder: Path) -> str:
    """An empty SQLite database in `folder`; its URL."""
    shutil.copy(_sqlite_template(), folder / "tocsin.db")
    return f"sqlite:///{folder}/tocsin.db"


def postgresql_database() -> str:
    """An empty PostgreSQL database, the only one of its name; its URL."""
    _postgresql_template()
    return create_database("tocsin_test", "tocsin_template")


@pytest.fixture
def database(database_url: str, clock: VirtualClock, ids: Ids) -> Iterator[Database]:
    opened = Database.open(database_url, clock, ids)
    yield opened
    opened.close()


@cache
def _sqlite_template() -> Path:
    import tempfile

    path = Path(tempfile.mkdtemp(prefix="tocsin-template-")) / "tocsin.db"
    _create_tables(f"sqlite:///{path}")
    return path


@cache
def _postgresql_template() -> None:
    _create_tables(create_database("tocsin_template"))


def _create_tables(url: str) -> None:
    clock = VirtualClock()
    opened = Database.open(url, clock, Ids(clock, seeded_chance(0)))
    metadata.create_all(opened.engine)
    if opened.is_sqlite:
        with opened.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.close()


@pytest.fixture
def cast(database: Database) -> Cast:
    """Alice, Bob and Charlie, each with an app key."""
    return assemble(database)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """What the server runs with; override in a test module to change it."""
    is_sqlite = database_url.startswith("sqlite")
    return Settings(data_dir=str(tmp_path), database_url="" if is_sqlite else database_url)


@pytest.fixture
def server(
    request: pytest.FixtureRequest,
    database_url: str,
    settings: Settings,
    cast: Cast,
    clock: VirtualClock,
) -> Iterator[Server]:
    """A server over the same database as `database` and `cast`.

    A test marked `effect(path, seen_by=…)` must have called the operation with a key, restarted
    the server and read the effect back through the other operation; this holds it to that.
    """
    with serving(database_url, clock, settings) as running:
        yield running
        for claim in request.node.iter_markers("effect"):
            for path in claim.args:
                assert running.has_shown(path, claim.kwargs["seen_by"]), (
                    f"{path} was not called before a restart and {claim.kwargs['seen_by']} after"
                )


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """A test marked `door` that passed is held to what its mark says."""
    done = yield
    for mark in pyfuncitem.iter_markers("door"):
        path, *kinds = mark.args
        claims.check(*_asking(pyfuncitem.funcargs), path, kinds)
    return done


def _asking(given: dict[str, Any]) -> tuple[claims.Caller, int]:
    """How the server a test used is asked, and what time it is there, in seconds."""
    if "product" in given:
        return given["product"].post, seconds(SystemClock().now())
    server, key = given["server"], given["cast"].alice.key
    return (lambda path, body: server.post(path, body, key).data), seconds(server.clock.now())


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests timed and nobody asserts, in the log for whoever wants to know."""
    for report in terminalreporter.getreports("passed"):
        for name, said in report.user_properties:
            if name == "timed":
                terminalreporter.write_line(f"timed: {said}")
