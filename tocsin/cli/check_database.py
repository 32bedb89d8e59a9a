"""Checks of the database: reachable, migrated, durable, its clock, and an engine at work."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tocsin.cli.finding import Finding, fail, ok, warn
from tocsin.cli.opening import DATABASE_FILE, open_database
from tocsin.cli.refusal import Refusal
from tocsin.kernel.clock import Clock
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import SECOND, seconds
from tocsin.store import gauge, schema
from tocsin.store.database import Database
from tocsin.store.durability import gaps
from tocsin.store.vitals import vitals

SKEW_MAX_MS: Final = 5 * SECOND
BEAT_AGE_MAX_MS: Final = 30 * SECOND
PLAUSIBLE_MS: Final = 1_767_225_600_000
"""2026-01-01: no machine that runs this version lives before it."""


def check_database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Everything about the database that these settings name; makes nothing."""
    here = clock.now()
    if here < PLAUSIBLE_MS:
        yield fail("clock", "this machine's clock is years behind", "set it, best by NTP")
    if not settings.is_postgresql and not (Path(settings.data_dir) / DATABASE_FILE).is_file():
        yield ok("database", "none yet; `tocsin serve` will make it")
        return
    try:
        database = open_database(settings, pool_size=2)
    except Refusal as refusal:
        told = str(refusal).partition("\n")[0]
        yield fail("database", told, "start it, and check database_url")
        return
    try:
        yield from _database(database, clock)
    finally:
        database.close()


def _database(database: Database, clock: Clock) -> Iterator[Finding]:
    found = vitals(database)
    yield ok("database", found.version)
    if found.clock:
        yield _clock(clock.now() - found.clock)
    problems = gaps(database)
    for gap in problems:
        yield fail("durability", gap, "turn it on: a power cut would lose what was accepted")
    if not problems:
        yield ok("durability", "every commit is on disk before it is answered")
    newer = schema.ahead(database)
    if newer:
        told = f"at {newer}, which this version does not know"
        yield fail("migrations", told, "run the newer Tocsin that was here before")
        return
    missing = schema.pending(database)
    if missing:
        yield fail("migrations", f"{', '.join(missing)} missing", "run `tocsin migrate`")
        return
    yield ok("migrations", f"at {schema.revisions()[-1]}")
    yield _engine(database)


def _clock(skew_ms: int) -> Finding:
    if abs(skew_ms) > SKEW_MAX_MS:
        told = f"this machine and the database differ by {seconds(abs(skew_ms))} s"
        return warn("clock", told, "set both by NTP")
    return ok("clock", "this machine and the database agree")


def _engine(database: Database) -> Finding:
    with database.read() as tx:
        age = gauge.beat_age(tx)
    if 0 <= age <= BEAT_AGE_MAX_MS:
        return ok("engine", f"one reported {seconds(age)} s ago")
    return warn("engine", "none is running", "`tocsin serve` keeps one; or run `tocsin engine`")
