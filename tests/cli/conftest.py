"""A server as its first start leaves it, with nothing running, and a terminal beside it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from tests.postgres import create_database
from tocsin.cli.main import main
from tocsin.cli.opening import open_database
from tocsin.engine.first_start import found
from tocsin.kernel.settings import Settings
from tocsin.store import schema


class Said(Struct, frozen=True):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


Terminal = Callable[..., Said]


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Runs `tocsin` with these words."""
    monkeypatch.setenv("COLUMNS", "98")

    def run(*words: str) -> Said:
        capsys.readouterr()
        code = main(words)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture(params=["sqlite", "postgresql"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A database with Alice's account, on each engine."""
    chosen = Settings(data_dir=str(tmp_path / "data"))
    if request.param == "postgresql":
        chosen = replace(chosen, database_url=create_database("tocsin_command_line"))
    database = open_database(chosen)
    schema.migrate(database)
    assert found(database, "alice@acme.example")
    database.close()
    return chosen


@pytest.fixture
def here(installed: Settings, terminal: Terminal) -> Terminal:
    """Runs `tocsin` with these words on that database."""
    words = ["--data-dir", installed.data_dir]
    if installed.database_url:
        words += ["--database-url", installed.database_url]
    return lambda *given: terminal(*given, *words)
