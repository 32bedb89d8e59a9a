"""The product as a user runs it: `tocsin serve`, started and measured."""

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Any, Final

_START_SECONDS_MAX: Final = 60
_pause = Event()


class Product:
    """A server with its engine, in a folder of its own; on embedded SQLite, unless
    `database_url` names a PostgreSQL database."""

    def __init__(
        self, folder: Path, database_url: str = "", settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self._settings = {"TOCSIN_RATE_LIMITS": "false", **(settings or {})}
        if database_url:
            self._settings["TOCSIN_DATABASE_URL"] = database_url
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._helpers: list[subprocess.Popen[bytes]] = []
        self.key = ""

    def start(self) -> float:
        """Seconds from the command to the first 200."""
        started = perf_counter()
        self._process = self._run("serve", "--port", str(self.port))
        self._await("/-/healthy", started)
        took = perf_counter() - started
        self._await("/-/ready", started)
        found = re.search(r"\b[0-9a-f]{32}\d{3}\b", self._log.read_text())
        self.key = self.key or (found[0] if found else "")
        return took

    def add_engine(self) -> None:
        """Have one more engine share the work, on PostgreSQL."""
        self._helpers.append(self._run("engine"))

    def stop(self) -> None:
        for process in self._running():
            process.terminate()
            process.wait(30)
        self._helpers = []

    def call(self, path: str, body: Any) -> Any:
        """The data of a call of the Open API."""
        request = urllib.request.Request(
            f"{self.url}{path}?app_key={self.key}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["data"]

    def inbox_depth(self) -> float:
        """Requests accepted and not digested yet, as the server counts them."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=30) as answer:
            found = re.search(r"^tocsin_inbox_depth (\S+)", answer.read().decode(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def memory_mb(self) -> float:
        """Resident memory of the server and its engines together."""
        return sum(memory_mb(each.pid) for each in self._running())

    def cpu_seconds(self) -> float:
        """What the server and its engines computed so far."""
        pids = [pid for one in self._running() for pid in (one.pid, *_children(one.pid))]
        return sum(map(_cpu_seconds, pids))

    def busy_share(self, seconds: float) -> float:
        """How much of a core it computes for the next so many seconds."""
        before = self.cpu_seconds()
        _pause.wait(seconds)
        return (self.cpu_seconds() - before) / seconds

    def stored_bytes(self) -> int:
        """What the data folder holds."""
        files = (self.folder / "data").rglob("*")
        return sum(each.stat().st_size for each in files if each.is_file())

    def _running(self) -> list[subprocess.Popen[bytes]]:
        return [self._process, *self._helpers] if self._process else []

    def _run(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tocsin", *words, "--data-dir", str(self.folder / "data")]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, **self._settings}
            )

    def _await(self, path: str, started: float) -> None:
        while not self._answers(path):
            if perf_counter() - started > _START_SECONDS_MAX:
                raise SystemExit(f"the server did not start:\n{self._log.read_text()}")
            _pause.wait(0.01)

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory_mb(pid: int) -> float:
    """Resident memory of a process and those it started."""
    return sum(map(_resident_mb, [pid, *_children(pid)]))


def _children(pid: int) -> list[int]:
    """The processes that this one started, from whichever of its threads."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
