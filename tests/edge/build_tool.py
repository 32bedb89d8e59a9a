"""sentry-cli, unmodified, as somebody's build runs it."""

import os
import subprocess
from pathlib import Path

from tests.cast import Person
from tests.server import Server

ORG = "acme"


class Cli:
    """A program, and whose key it has."""

    def __init__(self, program: Path, server: Server, who: Person, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "SENTRY_URL": server.base,
            "SENTRY_AUTH_TOKEN": who.key,
            "SENTRY_ORG": ORG,
            "SENTRY_PROJECT": "shop",
        }

    def __call__(self, *arguments: str, ok: bool = True, **environment: str) -> str:
        done = subprocess.run(
            [str(self._program), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self._folder,
            env=self._environment | environment,
        )
        said = done.stdout + done.stderr
        assert (done.returncode == 0) is ok, said
        return said
