"""An end to a conversation, however slowly the other side drips its bytes."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from heapq import heappop, heappush
from time import monotonic

Current = Callable[[], socket.socket | None]


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
    def cutting(self, current: Current) -> Iterator[None]:
        """`current` names the socket when time is up: TLS puts another in the first one's place."""
        cut = _Cut(self._ends, current)
        _cutter.watch(cut)
        try:
            yield
        finally:
            cut.current = None


class _Cut:
    """A conversation to be cut at an instant, unless it is over (`current` is None)."""

    def __init__(self, at: float, current: Current) -> None:
        self.at = at
        self.current: Current | None = current

    def __lt__(self, other: "_Cut") -> bool:
        return self.at < other.at


class _Cutter:
    """One thread for all conversations: starting one for each would take longer than most last."""

    def __init__(self) -> None:
        self._cuts: list[_Cut] = []
        self._changed = threading.Condition()
        self._works = False

    def watch(self, cut: _Cut) -> None:
        with self._changed:
            heappush(self._cuts, cut)
            if not self._works:
                self._works = True
                threading.Thread(target=self._work, name="deadlines", daemon=True).start()
            elif self._cuts[0] is cut:
                self._changed.notify()

    def _work(self) -> None:
        while True:
            if current := self._next():
                _shut(current)

    def _next(self) -> Current | None:
        """Wait for the next one to be cut; None for one that is over."""
        with self._changed:
            while not self._cuts or (self._cuts[0].current and self._cuts[0].at > monotonic()):
                self._changed.wait(self._cuts[0].at - monotonic() if self._cuts else None)
            return heappop(self._cuts).current


_cutter = _Cutter()


def _shut(current: Current) -> None:
    sock = current()
    with suppress(OSError):
        if sock is not None:
            # Below any TLS layer: its own shutdown would wait for the other side's farewell.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
