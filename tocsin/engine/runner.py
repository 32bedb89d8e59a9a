"""An engine process: lanes that take turns until they are asked to stop.

Every kind of work has lanes of its own, so that a slow mail server delays neither webhooks nor
timers. A lane without work waits until the bell is rung for it, and looks for itself after a moment;
a lane whose turn fails says so, pauses, and goes on. One lane looks for what is owed by all methods
and wakes those that send it, so that a dozen idle ones cost nothing.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

from msgspec import Struct

from tocsin.engine.digesting import digest_some
from tocsin.engine.handling import Work
from tocsin.engine.loop import (
    SENDS_MAX,
    Turn,
    fire_some,
    give_back,
    send_claimed,
    send_one,
    sweep_some,
)
from tocsin.outbound.transport import Transport
from tocsin.store import delivery, doorbell, engine_beat, inbox_entry, statistics, timer
from tocsin.store.database import Database
from tocsin.store.inbox import Inbox
from tocsin.store.tray import Tray

DIGEST_IDLE_SECONDS: Final = 0.05
IDLE_SECONDS: Final = 0.2
SENDER_IDLE_SECONDS: Final = 5.0
LISTEN_SECONDS: Final = 0.2
BEAT_SECONDS: Final = 5.0
CHECKPOINT_SECONDS: Final = 0.5
SWEEP_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 1.0

log = logging.getLogger(__name__)


class Lane(Struct, frozen=True):
    """One thread's work. `turn` makes the next turn; `idle_seconds` without work it waits.

    It is woken when the bell is rung for what it `hears`.
    """

    name: str
    turn: Callable[[], Turn]
    idle_seconds: float
    wake: threading.Event
    hears: str = ""


class Runner:
    """One engine. `run` returns some time after `stop`, when every turn at work is done."""

    def __init__(self, database: Database, inbox: Inbox, work: Work) -> None:
        self._database = database
        self._engine_id = database.ids.object_id()
        self._started_at = database.clock.now()
        self._stopping = threading.Event()
        self._lanes = list(self._lay(inbox, work))
        self._plan = work
        self._tray = Tray({method: each.senders for method, each in work.transports.items()})
        database.bell, database.tray = self.wake, self._tray

    def run(self) -> None:
        """Work until stopped."""
        threads = [_thread(lane.name, self._work, lane) for lane in self._lanes]
        threads += list(self._senders())
        if not self._database.is_sqlite:
            threads.append(_thread("listen", self._listen))
        log.info("the engine works", extra={"engine": self._engine_id})
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._database.tray = None
        give_back(self._database, self._tray.take_all())
        with self._database.write() as tx:
            engine_beat.leave(tx, self._engine_id)
        log.info("the engine has stopped", extra={"engine": self._engine_id})

    def stop(self) -> None:
        """Finish the turns at work and begin no other; safe to call from a signal handler."""
        self._stopping.set()
        for lane in self._lanes:
            lane.wake.set()
        self._tray.wake_all()

    def wake(self, names: Collection[str]) -> None:
        """Let the lanes that hear these names look at once; safe to call from any thread."""
        for lane in self._lanes:
            if lane.hears in names:
                lane.wake.set()
        self._tray.ring(names)

    def _lay(self, inbox: Inbox, work: Work) -> Iterator[Lane]:
        database = self._database
        yield _lane("beat", self._beat, BEAT_SECONDS)
        yield _lane(
            "digest",
            lambda: digest_some(database, inbox, work.digesters, timers=work.timers),
            DIGEST_IDLE_SECONDS,
            inbox_entry.STIRRED,
        )
        if database.is_sqlite:
            yield _lane("checkpoint", self._checkpoint, CHECKPOINT_SECONDS)
        yield _lane("timer", lambda: fire_some(database, work.timers), IDLE_SECONDS, timer.STIRRED)
        yield _lane("sweep", lambda: sweep_some(database, work.sweepers), SWEEP_SECONDS)
        yield _lane("outbox", self._look, IDLE_SECONDS)

    def _senders(self) -> Iterator[threading.Thread]:
        for method, transport in self._plan.transports.items():
            for number in range(1, transport.senders + 1):
                yield _thread(f"{method}-{number}", self._send, method, transport)

    def _send(self, method: str, transport: Transport) -> None:
        """Send by turns what is put in hand and what waits in the database, into which one looks
        when asked and now and then. While there is much to do the others are asked to look too."""
        told, busy = (self._plan.failed, self._plan.heard), False
        database = self._database
        while not self._stopping.is_set():
            found = self._tray.take(method, 0 if busy else SENDER_IDLE_SECONDS)
            if busy:
                self._tray.ring((method,))
            if found:
                self._try(method, partial(send_claimed, database, [found], transport, *told))
            busy = self._try(
                method, partial(send_one, database, method, transport, *told, SENDS_MAX)
            )

    def _look(self) -> Turn:
        """Wake the lanes whose methods have anything to send."""
        with self._database.read() as tx:
            due = delivery.methods_due(tx)
        yield
        self.wake(due)
        return False

    def _checkpoint(self) -> Turn:
        self._database.checkpoint()
        yield
        return False

    def _beat(self) -> Turn:
        with self._database.write() as tx:
            engine_beat.beat(tx, self._engine_id, self._started_at)
        yield
        with self._database.write() as tx:
            statistics.gather(tx)
        yield
        return False

    def _work(self, lane: Lane) -> None:
        while not self._stopping.is_set():
            lane.wake.clear()
            busy = self._try(lane.name, lane.turn)
            if not busy and not self._stopping.is_set():
                lane.wake.wait(lane.idle_seconds)

    def _try(self, lane: str, begin: Callable[[], Turn]) -> bool:
        """Take a turn; one that fails says so, and counts as busy after a pause."""
        try:
            return _run(begin())
        except Exception:
            log.exception("a turn of the engine failed", extra={"lane": lane})
            self._stopping.wait(PAUSE_SECONDS)
            return True

    def _listen(self) -> None:
        """Hear what other processes ring for; without it, the lanes poll."""
        # On SQLite, 10 MB of a driver that is never called can be spared.
        import psycopg  # noqa: PLC0415 - heavy, see above

        url = self._database.engine.url.set(drivername="postgresql")
        while not self._stopping.is_set():
            try:
                with psycopg.connect(
                    url.render_as_string(hide_password=False), autocommit=True
                ) as connection:
                    connection.execute(f"LISTEN {doorbell.CHANNEL}")
                    while not self._stopping.is_set():
                        for rung in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                            self.wake(doorbell.read(rung.payload))
            except psycopg.Error:
                log.exception("listening on PostgreSQL failed; polling until it works again")
                self._stopping.wait(PAUSE_SECONDS)


def _thread(name: str, target: Callable[..., None], *arguments: object) -> threading.Thread:
    # A second request to stop ends the process without waiting for these.
    return threading.Thread(target=target, args=arguments, name=f"engine-{name}", daemon=True)


def _lane(
    name: str,
    turn: Callable[[], Turn],
    idle_seconds: float,
    hears: str = "",
) -> Lane:
    return Lane(name, turn, idle_seconds, threading.Event(), hears)


def _run(turn: Turn) -> bool:
    """A turn from beginning to end."""
    while True:
        try:
            next(turn)
        except StopIteration as end:
            return bool(end.value)
