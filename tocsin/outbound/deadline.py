"""An end to a conversation, however slowly the other side drips its bytes."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic


class Deadline:
    """A point in time by which a conversation is over.

    A socket's own timeout starts anew with every byte. Inside `cutting`, the socket is shut down
    when time is up, and whoever reads from it gets an error or an end of file.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds left, never below a millisecond: zero would mean 'wait for ever' to a socket."""
        return max(self._ends - monotonic(), 0.001)

    @property
    def passed(self) -> bool:
        return monotonic() >= self._ends

    @contextmanager
    def cutting(self, current: Callable[[], socket.socket | None]) -> Iterator[None]:
        """`current` names the socket when time is up: TLS puts another in the first one's place."""
        cutter = threading.Timer(self.remaining, _shut, [current])
        cutter.daemon = True
        cutter.start()
        try:
            yield
        finally:
            cutter.cancel()


def _shut(current: Callable[[], socket.socket | None]) -> None:
    sock = current()
    with suppress(OSError):
        if sock is not None:
            # Below any TLS layer: its own shutdown would wait for the other side's farewell.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
