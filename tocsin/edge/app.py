"""The server's composition root: what answers which path."""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from typing import Final, Protocol

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.edge.dispatch import Dispatcher
from tocsin.edge.openapi import document
from tocsin.kernel.operation import OPERATIONS

UNAVAILABLE: Final = 503
RETRY_AFTER_SECONDS: Final = 5
"""When to come again to a server that cannot answer now, unless the answer knows better."""

Handler = Callable[[Request], Awaitable[Response]]


class Route(msgspec.Struct, frozen=True):
    """A handler for every path that starts with a text (or for that path alone), that a pattern
    matches in full, or that a function says yes to."""

    place: str | re.Pattern[str] | Callable[[str], bool]
    handle: Handler
    exact: bool = False

    def fits(self) -> Callable[[str], object]:
        """What is true of a path that it handles."""
        place = self.place
        if isinstance(place, str):
            return place.__eq__ if self.exact else lambda path: path.startswith(place)
        return place.fullmatch if isinstance(place, re.Pattern) else place


class Pages(Protocol):
    """What people's browsers are shown at addresses that are nothing else."""

    def is_page(self, request: Request) -> bool: ...

    async def page(self, request: Request) -> Response: ...


class App:
    """ASGI: an operation where the table has the path, else the first route that fits, else a page
    where one is asked for.

    `startup` and `shutdown` run around serving, in order and in reverse; `closing` when a stop is
    asked for.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        routes: Sequence[Route] = (),
        pages: Pages | None = None,
        startup: Sequence[Callable[[], Awaitable[None]]] = (),
        shutdown: Sequence[Callable[[], Awaitable[None]]] = (),
        closing: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._dispatcher = dispatcher
        every = [Route("/openapi.json", self._openapi), *routes]
        self._routes = [(route.fits(), route.handle) for route in every]
        self._pages = pages
        self._startup = startup
        self._shutdown = shutdown
        self._closing = closing

    def close(self) -> None:
        """End what would go on by itself, such as streams; what is asked now is still answered."""
        for end in self._closing:
            end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._responder(scope)(scope, receive, _with_retry_after(send))

    def _responder(self, scope: Scope) -> ASGIApp:
        path = scope["path"]
        if path not in OPERATIONS:
            for fits, handle in self._routes:
                if fits(path):
                    return _Answering(handle)
            if self._pages and self._pages.is_page(Request(scope)):
                return _Answering(self._pages.page)
        return self._dispatcher

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        for start in self._startup:
            await start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for stop in reversed(self._shutdown):
            await stop()
        await send({"type": "lifespan.shutdown.complete"})

    @cached_property
    def _document(self) -> bytes:
        return msgspec.json.encode(document())

    async def _openapi(self, request: Request) -> Response:
        return Response(self._document, headers=_OPEN, media_type="application/json")


def _with_retry_after(send: Send) -> Send:
    """Has every 503 say when to come again."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == UNAVAILABLE:
            MutableHeaders(scope=message).setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
        await send(message)

    return sending


_OPEN: Final = {"Access-Control-Allow-Origin": "*"}


class _Answering:
    """A handler from request to response, as an ASGI application."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._handle(Request(scope, receive))
        await response(scope, receive, send)
