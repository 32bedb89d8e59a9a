"""Where Sentry's SDKs send: `POST …/api/<project>/envelope/` and `…/store/`, and browsers
their reports of a security policy: `…/security/`, under any prefix.

A request that cannot be admitted is answered so that SDKs act on it: 413 for what is too large,
429 with the seconds and the categories to hold back, never another status with a Retry-After.
What an admitted request holds is judged later, by the engine: nothing an item does wrong costs
the other items.
"""

import asyncio
import re
from contextlib import suppress
from typing import Final

import msgspec
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.application import Application
from tocsin.domain.error_event import Door
from tocsin.edge import cors
from tocsin.edge.app import Route
from tocsin.edge.error_gate import ErrorGate, Refused, received
from tocsin.edge.http import client_ip
from tocsin.edge.senders import Senders
from tocsin.sources import sentry, sentry_security
from tocsin.sources.encoding import expand, head, measure
from tocsin.sources.sentry import Looked
from tocsin.sources.sentry_auth import SentryAuth, credentials
from tocsin.sources.sentry_envelope import HEADER_BYTES_MAX, Header, event_id, header
from tocsin.sources.source import TooLarge, Unreadable, parse_object

PATH: Final = re.compile(
    r"(?:/.*)?/api/(?P<project>\d{1,18})/(?P<endpoint>envelope|store|security)/?"
)
IN_LOOP_BYTES_MAX: Final = 256 * 1024
"""A body larger than this, as sent or expanded, is looked at in another thread."""
LOOKED_AT_ONCE: Final = 2
HELD_BYTES_MAX: Final = 1024 * 1024
_SINGLE: Final = frozenset({sentry.STORE, sentry.SECURITY})
_ERRORS: Final = "default;error;attachment;feedback"
_EVERYTHING: Final = f"{_ERRORS};transaction;session;monitor;span;log_item;security;profile;replay"


class Arrived(Struct, frozen=True):
    """A request whose sender is known."""

    application: Application
    endpoint: str
    encoding: str
    body: bytes
    meta: dict[str, str]


class SentryDoor:
    """`bytes_max` bounds a body both as it is sent and as it expands."""

    def __init__(self, gate: ErrorGate, senders: Senders, bytes_max: int) -> None:
        self._gate = gate
        self._senders = senders
        self._bytes_max = bytes_max
        self._looking = asyncio.Semaphore(LOOKED_AT_ONCE)

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer)]

    async def answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return cors.preflight()
        try:
            return _accepted(await self._take(request))
        except Refused as refused:
            self._gate.knocked(Door.SENTRY, str(refused.status))
            return refusal(refused)

    async def _take(self, request: Request) -> str:
        """Take a request in; the id of its event, "" without one."""
        arrived = await self._arrived(request)
        seconds = self._gate.seconds_to_wait(arrived.application)
        try:
            looked = await self._looked(arrived, is_thorough=seconds > 0)
        except Unreadable as error:
            told = await self._gate.turned_away(
                Door.SENTRY, arrived.application, arrived.meta, arrived.body, error
            )
            raise told from error
        if seconds and looked.is_limited:
            limits = f"{seconds}:{_ERRORS}:project:quota"
            raise Refused(429, "too many errors of this application", seconds, limits)
        await self._gate.accept(Door.SENTRY, arrived.application, arrived.meta, arrived.body)
        return looked.header.event_id

    async def _arrived(self, request: Request) -> Arrived:
        """Who sends what; a key in header or query is judged before the body is read."""
        found = PATH.fullmatch(request.url.path)
        if found is None or request.method != "POST":
            raise Refused(405, "send it with POST")
        project = int(found["project"])
        auth = credentials(request.headers, request.query_params)
        application = await self._sender(project, auth) if auth else None
        encoding = request.headers.get("content-encoding", "")[:100]
        body = await received(request, self._bytes_max)
        if application is None:
            auth = credentials({}, {}, dsn=_dsn(body, encoding))
            application = await self._sender(project, auth)
        return Arrived(
            application=application,
            endpoint=found["endpoint"],
            encoding=encoding,
            body=body,
            meta={
                "endpoint": found["endpoint"],
                "encoding": encoding,
                "client": auth.client if auth else "",
                "ip": "" if application.no_ip else client_ip(request),
                "no_ip": "1" if application.no_ip else "",
                "env": request.query_params.get("sentry_environment", "")[:200],
                "version": request.query_params.get("sentry_release", "")[:200],
            },
        )

    async def _sender(self, project: int, auth: SentryAuth | None) -> Application:
        found = await self._senders.by_dsn(project, auth.public_key) if auth else None
        if found is None:
            raise Refused(403, "the DSN names no application of this server; check key and project")
        return found

    async def _looked(self, arrived: Arrived, *, is_thorough: bool) -> Looked:
        """What the request says of itself, found in another thread where that takes the loop
        too long. Raises Unreadable, and TooLarge as it expands."""
        if arrived.endpoint not in _SINGLE and len(arrived.body) <= IN_LOOP_BYTES_MAX:
            with suppress(TooLarge):
                in_loop_max = min(IN_LOOP_BYTES_MAX, self._bytes_max)
                return _look(arrived, in_loop_max, is_thorough=is_thorough)
        async with self._looking:
            return await run_in_threadpool(_look, arrived, self._bytes_max, is_thorough=is_thorough)


def _look(arrived: Arrived, bytes_max: int, *, is_thorough: bool) -> Looked:
    """What it says of itself; TooLarge where it expands to more than `bytes_max`."""
    body, encoding = arrived.body, arrived.encoding
    held_max = min(HELD_BYTES_MAX, bytes_max)
    if arrived.endpoint == sentry.SECURITY:
        sentry_security.check(expand(body, encoding, sentry_security.BYTES_MAX))
        return Looked(Header(), is_limited=True)
    if arrived.endpoint == sentry.STORE:
        event = sentry.plain_event(expand(body, encoding, held_max))
        found = event_id(parse_object(event, "the event").get("event_id"))
        return Looked(Header(event_id=found), is_limited=True)
    if is_thorough:
        with suppress(TooLarge):
            return sentry.look(expand(body, encoding, held_max))
    measure(body, encoding, bytes_max)
    return Looked(header(head(body, encoding, HEADER_BYTES_MAX + 1)), is_limited=True)


def _dsn(body: bytes, encoding: str) -> str:
    try:
        return header(head(body, encoding, HEADER_BYTES_MAX + 1)).dsn
    except Unreadable:
        return ""


def _accepted(found: str) -> Response:
    body = msgspec.json.encode({"id": found} if found else {})
    return Response(body, 200, cors.HEADERS, "application/json")


def refusal(refused: Refused) -> Response:
    """The answer that Sentry's SDKs act on."""
    headers = dict(cors.HEADERS)
    headers["X-Sentry-Error"] = refused.detail.encode("ascii", "replace").decode()
    if refused.seconds:
        headers["Retry-After"] = str(refused.seconds)
        whole = f"{refused.seconds}:{_EVERYTHING}:organization:overload"
        headers["X-Sentry-Rate-Limits"] = refused.limits or whole
    body = msgspec.json.encode({"detail": refused.detail, "causes": []})
    return Response(body, refused.status, headers, "application/json")
