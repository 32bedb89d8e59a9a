"""Where OpenTelemetry's exporters send: `POST …/v1/logs` and `…/v1/traces`, under any prefix.

An exporter tries again after 429 and 503, and takes any other answer for the last word.
"""

import asyncio
import re
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.application import Application
from tocsin.domain.error_event import Door
from tocsin.edge import cors
from tocsin.edge.app import Route
from tocsin.edge.error_gate import ErrorGate, Refused, received
from tocsin.edge.senders import Senders
from tocsin.sources import otlp_wire
from tocsin.sources.encoding import expand
from tocsin.sources.otlp_wire import Encoding, Signal
from tocsin.sources.sentry_auth import credentials
from tocsin.sources.source import Unreadable

PATH: Final = re.compile(r"(?:/.*)?/v1/(?P<signal>logs|traces)/?")
_PROJECT: Final = re.compile(r"/api/(\d{1,18})/")
LOOKED_AT_ONCE: Final = 2
_TOKEN: Final = re.compile(r"[0-9A-Za-z]{1,64}")
_BEARER: Final = "bearer "


class OtlpDoor:
    """Takes in requests as they came; what they hold is judged by the engine."""

    def __init__(self, gate: ErrorGate, senders: Senders) -> None:
        self._gate = gate
        self._senders = senders
        self._looking = asyncio.Semaphore(LOOKED_AT_ONCE)

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer)]

    async def answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return cors.preflight()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        encoding = Encoding(kind) if kind in tuple(Encoding) else None
        try:
            await self._take(request, encoding)
        except Refused as refused:
            self._gate.knocked(Door.OTLP, str(refused.status))
            return _refusal(refused, encoding)
        body = b"{}" if encoding is Encoding.JSON else b""
        return Response(body, 200, cors.HEADERS, encoding)

    async def _take(self, request: Request, encoding: Encoding | None) -> None:
        found = PATH.fullmatch(request.url.path)
        if found is None or request.method != "POST":
            raise Refused(405, "send it with POST")
        application = await self._sender(request)
        if encoding is None:
            raise Refused(415, f"send it as {Encoding.PROTOBUF} or {Encoding.JSON}")
        self._gate.admit(application)
        packing = request.headers.get("content-encoding", "")[:100]
        meta = {"signal": found["signal"], "type": str(encoding), "encoding": packing}
        meta["no_ip"] = "1" if application.no_ip else ""
        body = await received(request, encoding.bytes_max)
        try:
            async with self._looking:
                await run_in_threadpool(_check, body, packing, Signal(found["signal"]), encoding)
        except Unreadable as error:
            told = await self._gate.turned_away(Door.OTLP, application, meta, body, error)
            raise told from error
        await self._gate.accept(Door.OTLP, application, meta, body)

    async def _sender(self, request: Request) -> Application:
        """By a client token, or by a DSN's key where the path names its project."""
        said = request.headers.get("authorization", "")
        token = said[len(_BEARER) :].strip() if said.lower().startswith(_BEARER) else ""
        found = await self._senders.by_token(token) if _TOKEN.fullmatch(token) else None
        project = _PROJECT.search(request.url.path)
        if found is None and project:
            auth = credentials(request.headers, request.query_params)
            found = await self._senders.by_dsn(int(project[1]), auth.public_key) if auth else None
        if found is None:
            raise Refused(
                401, "send a header Authorization: Bearer and an application's client token"
            )
        return found


def _check(body: bytes, packing: str, signal: Signal, encoding: Encoding) -> None:
    otlp_wire.check(expand(body, packing, encoding.bytes_max), signal, encoding)


def _refusal(refused: Refused, encoding: Encoding | None) -> Response:
    """A `google.rpc.Status` in the encoding of the request."""
    headers = dict(cors.HEADERS)
    if refused.seconds:
        headers["Retry-After"] = str(refused.seconds)
    if encoding is not Encoding.PROTOBUF:
        body = msgspec.json.encode({"code": 0, "message": refused.detail})
        return Response(body, refused.status, headers, Encoding.JSON)
    return Response(_status(refused.detail), refused.status, headers, Encoding.PROTOBUF)


def _status(message: str) -> bytes:
    """A protobuf message whose second field is this text."""
    text = message.encode()[:2000]
    low, high = len(text) & 127, len(text) >> 7
    size = bytes([low | 128, high]) if high else bytes([low])
    return b"\x12" + size + text
