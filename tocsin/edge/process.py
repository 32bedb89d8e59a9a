"""An edge process: the server on a socket that is already bound, until told to stop."""

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn

from tocsin.edge.server import build
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database

GRACE_SECONDS: Final = 20
"""How long requests that are being answered may take once a stop is asked for."""
KEEP_ALIVE_SECONDS: Final = 75
CONNECTIONS_MAX: Final = 4096
"""Connections a process holds at once; further ones are answered 503."""


class EdgeServer(uvicorn.Server):
    """The first signal lets it finish what it holds, the second ends it."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], close: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._close = close

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # The base class raises the signal again when done; here something is still to be stopped.
        before = {each: signal.signal(each, self._stop) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(
    database: Database,
    settings: Settings,
    listener: socket.socket,
    certificate: tuple[str, str] | None,
    ready: Callable[[], None],
) -> bool:
    """Serve until SIGTERM or SIGINT; whether it stopped without being forced.

    `certificate` is the paths of the chain and the key. `ready` is called once it serves.
    """
    app = build(database, settings, certificate)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=certificate[0] if certificate else None,
        ssl_keyfile=certificate[1] if certificate else None,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
    )
    server = EdgeServer(config, ready, app.close)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))
    return not server.force_exit
