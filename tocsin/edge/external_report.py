"""The door for people without a login: a form that makes an incident in one channel.

`POST /incident/external-create?token=` takes JSON or a form. Bodies are small, calls are few.
"""

from typing import Final

import msgspec
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from tocsin.edge import envelope
from tocsin.edge.app import Route
from tocsin.edge.decoding import decode
from tocsin.edge.http import bounded_body, client_ip
from tocsin.edge.rate_limit import RateLimiter
from tocsin.engine import external_report
from tocsin.engine.external_report import OutsideReport
from tocsin.kernel.content_type import media_type
from tocsin.kernel.envelope import success
from tocsin.kernel.errors import (
    BadRequest,
    Failure,
    InvalidContentType,
    MethodNotAllowed,
    TooFrequent,
)
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import Rate
from tocsin.kernel.text import digest
from tocsin.store.database import Database

PATH: Final = "/incident/external-create"
BODY_BYTES_MAX: Final = 64 * 1024
FIELDS_MAX: Final = 20
TOKEN_LENGTH_MAX: Final = 100
RATE: Final = Rate(per_minute=20, per_second=5)
"""From one address, and to one channel."""
_FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")


class Made(Struct, frozen=True):
    incident_id: str


class ExternalReportDoor:
    """Takes reports in, at most so many a minute from an address and for a channel."""

    def __init__(self, database: Database, *, rate_limits: bool) -> None:
        self._database = database
        self._limiter = RateLimiter() if rate_limits else None
        self._decoder = msgspec.json.Decoder(OutsideReport)

    def routes(self) -> list[Route]:
        return [Route(PATH, self._answer, exact=True)]

    async def _answer(self, request: Request) -> Response:
        request_id = self._database.ids.ulid()
        try:
            if request.method != "POST":
                raise MethodNotAllowed(
                    "{path} is called with {expected}, not {found}",
                    path=PATH,
                    expected="POST",
                    found=request.method,
                )
            token = request.query_params.get("token", "")[:TOKEN_LENGTH_MAX]
            self._count(f"from:{client_ip(request)}")
            self._count(f"to:{digest(token)}")
            said = decode(self._decoder, await _body(request))
            made = await run_in_threadpool(self._take, token, said)
        except Failure as failure:
            language = preferred(request.headers.get("accept-language", ""))
            return envelope.refusal(failure, request_id, language)
        return envelope.answer(success(request_id, made), request_id)

    def _take(self, token: str, said: OutsideReport) -> Made:
        with self._database.read() as tx:
            external_report.channel_of(tx, token)
        with self._database.write() as tx:
            return Made(external_report.take(tx, token, said))

    def _count(self, key: str) -> None:
        if self._limiter is None:
            return
        verdict = self._limiter.check(key, RATE, self._database.clock.now())
        if not verdict.admitted:
            raise TooFrequent(
                "too many reports: at most {maximum} a {period}; retry in {retry_after} s",
                retry_after=verdict.retry_after,
                maximum=verdict.limit,
                period=verdict.period,
            )


async def _body(request: Request) -> bytes:
    """The report as JSON, whichever way it came."""
    body = await bounded_body(request, BODY_BYTES_MAX)
    declared = request.headers.get("content-type", "")
    kind = media_type(declared)
    if kind in ("application/json", ""):
        return body
    if kind not in _FORMS:
        raise InvalidContentType(
            "Content-Type must be application/json or a form, not {value}", value=declared
        )
    return msgspec.json.encode(await _form(request, body))


async def _form(request: Request, body: bytes) -> dict[str, str]:
    """The texts of a form; files in it are left alone."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        again = Request(request.scope, receive)
        async with again.form(max_files=FIELDS_MAX, max_fields=FIELDS_MAX) as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    except MultiPartException as problem:
        raise BadRequest("the form cannot be read: {problem}", problem=problem.message) from None
