"""What some tests need of the machine; absent it is a named skip here and a failure in CI."""

import os
import shutil
from pathlib import Path

import pytest

E2E = Path(__file__).parent / "e2e"


def need(*commands: str) -> None:
    """Skip the calling test, naming what it misses; in CI fail it."""
    missing = [command for command in commands if not shutil.which(command)]
    if missing:
        _stop(", ".join(missing))


def need_packages() -> Path:
    """The folder the browser SDKs were installed to by `make test`."""
    need("node", "chromium")
    installed = E2E / "node_modules"
    if not installed.is_dir():
        _stop("the npm packages of tests/e2e")
    return installed


def need_sentry_cli(generation: int) -> Path:
    """The program sentry-cli, as `make test` installed it."""
    return _program(f"sentry-cli-{generation}", "sentry-cli")


def need_bundler() -> Path:
    """The program esbuild, as `make test` installed it."""
    return _program("esbuild-linux", "esbuild")


def _program(package: str, name: str) -> Path:
    program = E2E / "node_modules" / package / "bin" / name
    if not program.is_file():
        _stop(package)
    return program


def _stop(missing: str) -> None:
    message = f"missing: {missing}; `make deps` installs it"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
