"""`make console`: built where its sources changed, and what is said where it cannot be."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NPM = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1" in
ci) mkdir -p node_modules; exit "${CI_EXIT:-0}";;
run) mkdir -p ../tocsin/console_assets; echo built > ../tocsin/console_assets/index.html;;
esac
"""


class Clone:
    """A clone of the repository with a console of one file, and an npm that notes what it is for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        (folder / "scripts").mkdir()
        (folder / "tocsin").mkdir()
        (folder / "console").mkdir()
        (folder / "docs").mkdir()
        shutil.copy(ROOT / "scripts" / "console.py", folder / "scripts")
        (folder / "openapi.json").write_text("{}")
        (folder / "docs" / "senders.md").write_text("")
        (folder / "console" / "package-lock.json").write_text("{}")
        self.tool("npm", NPM)
        self.tool("node", "#!/bin/sh\necho v22.1.0\n")

    def tool(self, name: str, text: str) -> None:
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def build(self, **environment: str) -> "subprocess.CompletedProcess[str]":
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [sys.executable, self.folder / "scripts" / "console.py"],
            env={**os.environ, "PATH": path, "CALLS": str(self.calls), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def called(self) -> list[str]:
        """What npm was called for since the last time, by its first word."""
        found = self.calls.read_text().splitlines() if self.calls.exists() else []
        self.calls.unlink(missing_ok=True)
        return [line.split()[0] for line in found]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_it_is_built_once_until_a_source_changes(clone: Clone) -> None:
    assert clone.build().returncode == 0
    assert clone.called() == ["ci", "run"]
    again = clone.build()
    assert (again.returncode, again.stdout) == (0, "")
    assert clone.called() == []
    (clone.folder / "console" / "main.ts").write_text("1")
    assert clone.build().returncode == 0
    assert clone.called() == ["run"], "what it needs is installed already"


def test_where_npm_cannot_be_reached_it_says_so_and_tries_again(clone: Clone) -> None:
    failed = clone.build(CI_EXIT="1")
    assert failed.returncode == 1
    assert "The console was not built" in failed.stderr
    assert "Everything else works" in failed.stderr
    assert clone.build().returncode == 0
