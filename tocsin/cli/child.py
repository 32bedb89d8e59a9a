"""Processes that `tocsin serve` keeps beside it, and how they follow it when it dies."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from time import monotonic
from typing import Final

from tocsin.cli.configuration import PREFIX, as_environment
from tocsin.kernel.settings import Settings
from tocsin.store.database import Bell
from tocsin.store.doorbell import read, written

PAUSE_SECONDS_MIN: Final = 0.2
PAUSE_SECONDS_MAX: Final = 30.0
STEADY_SECONDS: Final = 60.0
"""A child that ran this long is started anew at once; one that didn't waits twice as long."""
ORPHAN_GRACE_SECONDS: Final = 20

log = logging.getLogger(__name__)


class Child:
    """A process of this program, started anew whenever it ends until it is told to stop.

    Its standard input is a pipe from here: what `ring` says is heard there, and when this process
    dies, however, the pipe closes.
    """

    def __init__(
        self, name: str, module: Sequence[str], settings: Settings, files: Sequence[int] = ()
    ) -> None:
        self.name = name
        self._command = [sys.executable, "-m", *module]
        foreign = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
        self._environment = {**foreign, **as_environment(settings)}
        self._files = files
        self._stopping = threading.Event()
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._watch = threading.Thread(target=self._keep, name=f"watch-{name}", daemon=True)

    def start(self) -> None:
        self._watch.start()

    def ask_to_stop(self) -> None:
        self._stopping.set()
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._stopping.set()
        self._signal(signal.SIGKILL)

    def join(self) -> None:
        """Wait until it has ended after being asked or killed."""
        self._watch.join()

    def ring(self, names: Collection[str]) -> None:
        """Tell it what there is to do. It may go unheard where it has just ended or reads nothing."""
        with self._lock, suppress(BlockingIOError, BrokenPipeError):
            if self._process and self._process.stdin and not self._process.stdin.closed:
                os.write(self._process.stdin.fileno(), written(names).encode())

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._process:
                self._process.send_signal(number)

    def _keep(self) -> None:
        pause = PAUSE_SECONDS_MIN
        while True:
            began = monotonic()
            process = self._spawn()
            if process is None:
                return
            code = process.wait()
            self._hang_up(process)
            if self._stopping.is_set():
                return
            steady = monotonic() - began > STEADY_SECONDS
            pause = PAUSE_SECONDS_MIN if steady else min(pause * 2, PAUSE_SECONDS_MAX)
            log.error(
                "the %s process ended, starting another",
                self.name,
                extra={"exit_code": code, "after_seconds": pause},
            )
            self._stopping.wait(pause)

    def _hang_up(self, process: "subprocess.Popen[bytes]") -> None:
        with self._lock:
            if process.stdin:
                process.stdin.close()

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                bufsize=0,
                pass_fds=self._files,
                # A terminal's Ctrl-C is for the parent, which stops its children in order.
                process_group=0,
            )
            assert self._process.stdin
            os.set_blocking(self._process.stdin.fileno(), False)
            return self._process


def follow_parent(heard: Bell = lambda _: None) -> None:
    """Stop this process, in the end by force, when its standard input closes. What the parent rings
    for until then is `heard`."""
    threading.Thread(target=_follow, args=(heard,), name="follow-parent", daemon=True).start()


def _follow(heard: Bell) -> None:
    begun = b""
    while said := os.read(sys.stdin.fileno(), 4096):
        whole, _, begun = (begun + said).rpartition(b"\n")
        heard(read(whole.decode()))
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(ORPHAN_GRACE_SECONDS)
    os._exit(1)
