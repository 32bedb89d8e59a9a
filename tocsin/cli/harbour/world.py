"""A server whose time is told: requests over HTTP as everybody makes them, and an engine that
works through what falls due whenever the clock moves."""

import asyncio
import threading
from typing import Final

import uvicorn

from tocsin.cli.harbour.clock import StoryClock
from tocsin.cli.harbour.street import Street
from tocsin.cli.refusal import Refusal
from tocsin.edge.server import build
from tocsin.engine import handlers
from tocsin.engine.digesting import digest_some
from tocsin.engine.loop import SENDS_MAX, Turn, fire_some, send_one
from tocsin.kernel.settings import Settings
from tocsin.store import delivery, timer
from tocsin.store.database import Database
from tocsin.store.inbox import open_inbox

_START_SECONDS_MAX: Final = 30
_DUE_AT_ONCE_MAX: Final = 500


class World(Street):
    """Open it with `with`."""

    def __init__(self, database: Database, settings: Settings, clock: StoryClock) -> None:
        super().__init__("", clock, database.ids)
        self.database = database
        self.story_clock = clock
        self._inbox = open_inbox(database)
        self._work = handlers.work(database, settings)
        config = uvicorn.Config(
            build(database, settings), host="127.0.0.1", port=0, lifespan="on", log_config=None
        )
        self._server = uvicorn.Server(config)
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="demo", daemon=True)

    def __enter__(self) -> "World":
        self._thread.start()
        if not self._started.wait(_START_SECONDS_MAX) or not self._server.started:
            raise Refusal("The demo's server did not start; `tocsin doctor` tells what it lacks.")
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self.http.clear()
        self._inbox.close()

    def until(self, at: int) -> None:
        """Let time pass, and happen what falls due on the way."""
        self.rest()
        for _ in range(_DUE_AT_ONCE_MAX):
            due = self._next()
            if due is None or due > at:
                break
            self.story_clock.at = max(self.story_clock.at, due)
            self.rest()
        self.story_clock.at = max(self.story_clock.at, at)

    def rest(self) -> None:
        """Do all that is due by now."""
        while any([self._digested(), self._fired(), self._sent()]):
            pass

    def _next(self) -> int | None:
        with self.database.read() as tx:
            found = [one for one in (timer.next_due(tx), delivery.next_due(tx)) if one is not None]
        return min(found, default=None)

    def _digested(self) -> bool:
        return _through(digest_some(self.database, self._inbox, self._work.digesters))

    def _fired(self) -> bool:
        return _through(fire_some(self.database, self._work.timers))

    def _sent(self) -> bool:
        with self.database.read() as tx:
            methods = delivery.methods_due(tx)
        told = (self._work.failed, self._work.heard)
        ways = {name: way for name, way in self._work.transports.items() if name in methods}
        turns = [send_one(self.database, *way, *told, SENDS_MAX) for way in ways.items()]
        return any([_through(turn) for turn in turns])  # noqa: C419 - each has its turn

    def _serve(self) -> None:
        async def run() -> None:
            serving = asyncio.ensure_future(self._server.serve())
            while not self._server.started and not serving.done():
                await asyncio.sleep(0.005)
            self._started.set()
            await serving

        asyncio.run(run())


def _through(turn: Turn) -> bool:
    while True:
        try:
            next(turn)
        except StopIteration as end:
            return bool(end.value)
