"""Imports go down only, and time and chance have one source."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.house.tree import ROOT

CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_import_goes_down() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_kernel_may_read_time_and_chance() -> None:
    lint = CONFIGURATION["tool"]["ruff"]["lint"]
    banned = lint["flake8-tidy-imports"]["banned-api"]
    assert {"time.time", "datetime.datetime.now", "random", "secrets", "uuid.uuid4"} <= set(banned)
    silenced = {glob for glob, rules in lint["per-file-ignores"].items() if "TID251" in rules}
    assert silenced == {"tocsin/kernel/**"}
