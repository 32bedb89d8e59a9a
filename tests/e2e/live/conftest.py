"""Fixtures for programs that live by the machine's time: a server on SQLite that does so too."""

from pathlib import Path

import pytest

from tests.clock import RunningClock
from tests.conftest import sqlite_database


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return sqlite_database(tmp_path)
