"""The peer: Debian's Alertmanager, alone and without receivers that send anything."""

import subprocess
import urllib.request
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Final

from bench.product import free_port, memory_mb

PROGRAM: Final = "prometheus-alertmanager"
_START_SECONDS_MAX: Final = 60
_CONFIGURATION: Final = """\
route:
  receiver: nobody
  group_by: [alertname, cluster]
receivers:
  - name: nobody
"""
_pause = Event()


class Alertmanager:
    """A server in a folder of its own; it keeps alerts in memory."""

    path = "/api/v2/alerts"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        self._folder.mkdir()
        settings = self._folder / "alertmanager.yml"
        settings.write_text(_CONFIGURATION)
        words = (
            PROGRAM,
            f"--config.file={settings}",
            f"--storage.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        )
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        started = perf_counter()
        while not self._answers():
            if perf_counter() - started > _START_SECONDS_MAX:
                raise SystemExit((self._folder / "log").read_text())
            _pause.wait(0.05)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)

    def backlog(self) -> int:
        """None: an alert it answered for is in its memory."""
        return 0

    def list_some(self) -> float:
        """Seconds until its active alerts were listed. It can only list them all."""
        started = perf_counter()
        address = f"http://127.0.0.1:{self.port}/api/v2/alerts?active=true"
        with urllib.request.urlopen(address, timeout=120) as answer:
            answer.read()
        return perf_counter() - started

    def memory_mb(self) -> float:
        return memory_mb(self._process.pid) if self._process else 0.0

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=1):
                return True
        except OSError:
            return False
