"""What changed, told as it happens: server-sent events at `GET /events/stream`.

One reader in each process looks at what was told last, only while somebody listens. A listener hears of
what they may read; who cannot keep up is let go, and comes back with the last event they heard.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from time import monotonic
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tocsin.domain.news import News
from tocsin.edge import envelope
from tocsin.edge.app import Route
from tocsin.edge.http import client_ip
from tocsin.edge.session_cookie import SessionCookie
from tocsin.engine import authentication
from tocsin.engine.news import heard_by
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, Failure, MethodNotAllowed, Unauthorized, Unavailable
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import GET
from tocsin.store import news
from tocsin.store.database import Database, Tx

LOOK_SECONDS: Final = 0.025
LOOK_SECONDS_BUSY: Final = 0.05
TROUBLE_SECONDS: Final = 2.0
ALIVE_SECONDS: Final = 15
PASS_SECONDS: Final = 5
"""How long somebody is believed to be who they were."""
STREAMS_MAX: Final = 1_000
STREAMS_OF_A_MEMBER_MAX: Final = 20
BEHIND_MAX: Final = 100
OVERLAP: Final = 20
"""Rows heard twice by who comes back: one of them may have been written late."""
MISSING_SECONDS: Final = 10
_HELLO: Final = b"retry: 2000\n\n"
_ALIVE: Final = b": still here\n\n"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}


class _Told(Struct, frozen=True):
    items: list[News]


class Pass(Struct, frozen=True):
    """What somebody listens by; it is looked at again and again, as it may be taken back."""

    app_key: str
    session: str
    ip: str

    def caller(self, tx: Tx) -> Caller:
        if self.app_key:
            return authentication.by_key(tx, self.app_key, self.ip)
        if self.session:
            return authentication.by_session(tx, self.session, self.ip)
        raise Unauthorized("no app_key: add ?app_key=<key> to the address")


class _Listener:
    def __init__(self, held: Pass, caller: Caller) -> None:
        self._held = held
        self._caller = caller
        self._seen_at = monotonic()
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(BEHIND_MAX)

    @property
    def member(self) -> tuple[int, int]:
        return self._caller.account_id, self._caller.member_id

    def caller(self, tx: Tx) -> Caller:
        """Who listens; Unauthorized once they may not any more."""
        if monotonic() > self._seen_at + PASS_SECONDS:
            self._caller = self._held.caller(tx)
            self._seen_at = monotonic()
        return self._caller

    def hear(self, said: bytes | None) -> bool:
        """Whether there was room for it; None ends the stream."""
        with suppress(asyncio.QueueFull):
            self.waiting.put_nowait(said)
            return True
        return False


class NewsDesk:
    """Serves the streams of one process; `close` ends them all."""

    def __init__(self, database: Database, cookie: SessionCookie) -> None:
        self._database = database
        self._cookie = cookie
        self._listeners: set[_Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._last = 0
        self._missing: dict[int, float] = {}

    def routes(self) -> list[Route]:
        return [Route("/events/stream", self.listen, exact=True)]

    def close(self) -> None:
        for listener in list(self._listeners):
            self._let_go(listener)

    async def listen(self, request: Request) -> Response:
        try:
            held = self._held(request)
            last = request.headers.get("last-event-id", "")
            caller = await run_in_threadpool(self._admit, held)
            self._require_room(caller)
        except Failure as failure:
            language = preferred(request.headers.get("accept-language", ""))
            return envelope.refusal(failure, self._database.ids.ulid(), language)
        listener = _Listener(held, caller)
        self._listeners.add(listener)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        # Asked once it listens, so that nothing falls between.
        first = await run_in_threadpool(self._first, caller, last)
        said = self._say(listener, first)
        return StreamingResponse(said, headers=_HEADERS, media_type="text/event-stream")

    def _held(self, request: Request) -> Pass:
        if request.method != GET:
            raise MethodNotAllowed(
                "{path} is called with {expected}, not {found}",
                path=request.url.path,
                expected=GET,
                found=request.method,
            )
        app_key = request.query_params.get("app_key", "")
        session = self._cookie.read(request)
        if not app_key and session and self._cookie.comes_from_elsewhere(request):
            raise AccessDenied("a session is used from the console's own pages")
        return Pass(app_key, session, client_ip(request))

    def _require_room(self, caller: Caller) -> None:
        member = (caller.account_id, caller.member_id)
        mine = sum(listener.member == member for listener in self._listeners)
        if len(self._listeners) >= STREAMS_MAX or mine >= STREAMS_OF_A_MEMBER_MAX:
            raise Unavailable("too many streams are open; close one and try again")

    def _admit(self, held: Pass) -> Caller:
        with self._database.read() as tx:
            if not self._listeners:
                self._last, self._missing = news.bounds(tx)[1], {}
            return held.caller(tx)

    def _first(self, caller: Caller, last: str) -> bytes:
        """What somebody is told first: where they begin, or what they missed. `reset` says that
        they were away for too long: what they show is to be read anew."""
        with self._database.read() as tx:
            oldest, newest = news.bounds(tx)
            if not last.isdecimal():
                return _event("hello", newest, b"{}")
            rows = news.after(tx, max(0, int(last) - OVERLAP))
            if oldest - 1 <= int(last) <= newest and len(rows) < news.ROWS_MAX:
                return _told(heard_by(tx, caller, rows), newest)
            return _event("reset", newest, b"{}")

    async def _say(self, listener: _Listener, first: bytes) -> AsyncIterator[bytes]:
        try:
            yield _HELLO + first
            while True:
                try:
                    said = await asyncio.wait_for(listener.waiting.get(), ALIVE_SECONDS)
                except TimeoutError:
                    said = _ALIVE
                if said is None:
                    return
                yield said
        finally:
            self._listeners.discard(listener)

    async def _run(self) -> None:
        while self._listeners:
            try:
                found = await run_in_threadpool(self._look, list(self._listeners))
            except SQLAlchemyError:
                await asyncio.sleep(TROUBLE_SECONDS)
                continue
            for listener, said in found.items():
                if said is None or not listener.hear(said):
                    self._let_go(listener)
            await asyncio.sleep(LOOK_SECONDS_BUSY if found else LOOK_SECONDS)
        self._task = None

    def _let_go(self, listener: _Listener) -> None:
        self._listeners.discard(listener)
        while not listener.hear(None):
            listener.waiting.get_nowait()

    def _look(self, listeners: list[_Listener]) -> dict[_Listener, bytes | None]:
        """What each is to be told; None for who may not listen any more."""
        with self._database.read() as tx:
            rows = news.after(tx, self._last, self._missing)
            if not rows:
                return {}
            self._note([row.id for row in rows])
            found: dict[_Listener, bytes | None] = {}
            for listener in listeners:
                try:
                    heard = heard_by(tx, listener.caller(tx), rows)
                except Unauthorized:
                    found[listener] = None
                    continue
                if heard:
                    found[listener] = _told(heard, self._last)
            return found

    def _note(self, ids: list[int]) -> None:
        """Remember how far was read, and which rows before that are not to be seen yet: on
        PostgreSQL a transaction that began earlier may be committed later."""
        now = monotonic()
        for id_ in ids:
            self._missing.pop(id_, None)
            if id_ > self._last:
                self._missing |= dict.fromkeys(range(self._last + 1, id_), now)
                self._last = id_
        kept = {one: at for one, at in self._missing.items() if at > now - MISSING_SECONDS}
        self._missing = kept


def _told(items: list[News], last: int) -> bytes:
    return _event("change" if items else "hello", last, msgspec.json.encode(_Told(items)))


def _event(kind: str, last: int, data: bytes) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (last, kind.encode(), data)
