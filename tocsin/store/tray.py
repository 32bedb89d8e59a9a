"""The messages that an engine has in hand: owed and claimed in one transaction, not sent yet.

Claiming where it is owed spares a message the wait for a transaction of its own. A claim stands in
the database like any other: if the process dies, its lease ends and the message goes out, marked.
"""

from collections.abc import Iterable, Mapping
from queue import Empty, SimpleQueue
from typing import Final

from tocsin.domain.delivery import Delivery

_LOOK: Final = None


class Tray:
    """By method, with `room` for so many. Safe to use from any thread."""

    def __init__(self, room: Mapping[str, int]) -> None:
        self._room = dict(room)
        self._queues: dict[str, SimpleQueue[Delivery | None]] = {
            method: SimpleQueue() for method in room
        }

    def has_room(self, method: str, beside: Iterable[Delivery]) -> bool:
        """Whether one more may be claimed, beside those that wait for their transaction's end."""
        queue = self._queues.get(method)
        if queue is None:
            return False
        coming = sum(one.method == method for one in beside)
        return queue.qsize() + coming < self._room[method]

    def put(self, messages: Iterable[Delivery]) -> None:
        """Hand over messages that are claimed for good."""
        for one in messages:
            self._queues[one.method].put(one)

    def ring(self, methods: Iterable[str]) -> None:
        """Have one who waits for a method look into the database; nothing where somebody is to."""
        for method in methods:
            queue = self._queues.get(method)
            if queue is not None and queue.empty():
                queue.put(_LOOK)

    def wake_all(self) -> None:
        """Let nobody wait any longer."""
        for method, queue in self._queues.items():
            for _ in range(self._room[method]):
                queue.put(_LOOK)

    def take_all(self) -> list[Delivery]:
        """All that is in hand still, by whoever will not send it."""
        left: list[Delivery] = []
        for queue in self._queues.values():
            while not queue.empty():
                left += filter(None, [queue.get()])
        return left

    def take(self, method: str, seconds: float = 0) -> Delivery | None:
        """The next message in hand. None after `seconds`, or sooner to look into the database."""
        queue = self._queues[method]
        try:
            return queue.get(timeout=seconds) if seconds else queue.get_nowait()
        except Empty:
            return None
