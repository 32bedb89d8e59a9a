"""Who writes to a SQLite database next."""

import fcntl
import os
import threading
from pathlib import Path


class WriterLock:
    """One SQLite writer at a time, across threads and processes.

    SQLite's own busy handler sleeps and retries, which starves writers under load; waiting in
    the kernel on a file lock is fair and wakes at once. A dead process lets go by itself.
    """

    def __init__(self, path: Path) -> None:
        self._threads = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> None:
        self._threads.acquire()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def close(self) -> None:
        os.close(self._file)
