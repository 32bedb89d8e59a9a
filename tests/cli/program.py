"""The real program in a process of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **variables}


def tocsin(
    *words: str, cwd: Path | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return python("-m", "tocsin", *words, cwd=cwd, **variables)


def python(
    *words: str, cwd: Path | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run an interpreter to its end."""
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env=environment(**variables),
    )


class Running:
    """`tocsin serve`, ready; what it said until then is `greeting`."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self.process = process
        self.log = log
        self.greeting = ""
        self.url = ""
        assert process.stdout
        for line in process.stdout:
            self.greeting += line
            if found := re.match(r"Tocsin serves (\S+)", line):
                self.url = found[1]
                return
        raise AssertionError(f"it did not start: {self.greeting}{self.logged}")

    @property
    def logged(self) -> str:
        return self.log.read_text()

    @property
    def key(self) -> str:
        """The app key of the first start."""
        found = re.search(r"app key +(\w{35})", self.greeting)
        assert found, self.greeting
        return found[1]

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=10, **options)

    def children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the signal and wait; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def serving(folder: Path, *words: str, verb: str = "serve", **variables: str) -> Iterator[Running]:
    """A server on a free port with its data in `folder`, started by this verb."""
    log = folder.parent / f"{folder.name}.log"
    with log.open("a") as errors:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tocsin", verb),
                *("--port", "0", "--data-dir", str(folder), *words),
            ],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment(**variables),
        )
    try:
        yield Running(process, log)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait for something another process does."""
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end, "waited in vain"
        threading.Event().wait(0.02)
