"""Answers for the TrueWatch API: key, limits, endpoint, body, and the family's envelope."""

import logging
from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from tocsin.dialects import truewatch
from tocsin.dialects.truewatch import Found, Refusal
from tocsin.dialects.truewatch_endpoint import Page, PageInfo
from tocsin.dialects.truewatch_source_map import PART_BYTES_MAX
from tocsin.dialects.truewatch_wire import wire_name
from tocsin.domain.app_key import KeyKind
from tocsin.edge.app import Route
from tocsin.edge.decoding import decode
from tocsin.edge.http import bounded_body, client_ip
from tocsin.edge.rate_limit import RateLimiter
from tocsin.edge.upload_form import Bounds, UploadForms, opened, text
from tocsin.engine import artifact as artifacts
from tocsin.engine import auditing, authentication
from tocsin.engine.auditing import Call
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import (
    EntityTooLarge,
    Failure,
    InternalError,
    InvalidParameter,
    Unauthorized,
    Unavailable,
)
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import Kind
from tocsin.store import chunk as chunks
from tocsin.store.database import Database

KEY_HEADER: Final = "DF-API-KEY"
BODY_BYTES_MAX: Final = 1024 * 1024
_PART: Final = Bounds(PART_BYTES_MAX + 64 * 1024, files_max=1)
_JSON: Final = "application/json; charset=utf-8"
log = logging.getLogger(__name__)


class Envelope(Struct, frozen=True, rename=wire_name):
    """`pageInfo` stands at the top of lists only; `traceId` is 32 hex digits."""

    code: int
    content: Any
    error_code: str
    message: str
    success: bool
    trace_id: str
    page_info: PageInfo | UnsetType = UNSET


class Asked(Struct, frozen=True):
    """One request, read from the network and not yet judged. `unread` is why its body is empty."""

    method: str
    path: str
    query: dict[str, str]
    key: str
    body: bytes
    unread: Failure | None
    ip: str
    language: str
    trace_id: str


class _Refused(Exception):
    """A refusal in this API's own words, which no failure of ours stands for."""

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal


class TrueWatch:
    """Every endpoint of the dialect."""

    def __init__(
        self,
        database: Database,
        limiter: RateLimiter | None,
        bad_key_status: int,
        used: Callable[[str, int], None],
        forms: UploadForms,
    ) -> None:
        self._database = database
        self._forms = forms
        self._limiter = limiter
        self._bad_key = Refusal(bad_key_status, truewatch.BAD_KEY)
        self._used = used
        self._decoders = {
            endpoint.path: msgspec.json.Decoder(endpoint.request)
            for endpoint in truewatch.ENDPOINTS
        }

    def routes(self) -> list[Route]:
        return [Route(truewatch.PREFIX, self._answer)]

    async def _answer(self, request: Request) -> Response:
        asked = Asked(
            method=request.method,
            path=request.url.path,
            query=dict(request.query_params),
            key=request.headers.get(KEY_HEADER, ""),
            body=b"",
            unread=None,
            ip=client_ip(request),
            language=preferred(request.headers.get("accept-language", "")),
            trace_id=self._database.ids.hex32(),
        )
        try:
            if asked.path == truewatch.UPLOAD_PART:
                body = await self._part(request, asked)
            else:
                body = await bounded_body(request, BODY_BYTES_MAX)
            asked = msgspec.structs.replace(asked, body=body)
        except Failure as failure:
            asked = msgspec.structs.replace(asked, unread=failure)
        except OSError:
            log.exception("a part cannot be written", extra={"request_id": asked.trace_id})
            full = Unavailable("the file could not be written here; tell the operator")
            asked = msgspec.structs.replace(asked, unread=full)
        return await run_in_threadpool(self._judge, asked)

    async def _part(self, request: Request, asked: Asked) -> bytes:
        """A part of an upload as the request its endpoint takes, its file on disk; nothing is read
        of one without a good key."""
        try:
            caller = await run_in_threadpool(self._authenticate, asked)
        except _Refused:
            return b""
        async with self._forms.received(request, _PART) as form:
            return await run_in_threadpool(self._stored, caller, form)

    def _stored(self, caller: Caller, form: FormData) -> bytes:
        artifacts.require_right(caller)
        file = opened(form, "files")
        if file is None:
            raise InvalidParameter("{field} is required; send it", field="files")
        part = file.read(PART_BYTES_MAX + 1)
        if len(part) > PART_BYTES_MAX:
            raise EntityTooLarge("the file must be at most {maximum} bytes", maximum=PART_BYTES_MAX)
        position = text(form, "chunkIndex")
        if not position.isdecimal() or len(position) > 4:
            raise InvalidParameter("{field} is required; send it", field="chunkIndex")
        name = chunks.name_of(part)
        chunks.put(self._database.site, caller.account_id, name, part)
        said = {
            "uploadId": text(form, "uploadId"),
            "chunkIndex": int(position),
            "hash": name,
            "size": len(part),
        }
        return msgspec.json.encode(said)

    def _judge(self, asked: Asked) -> Response:
        """Every failure becomes an answer here."""
        try:
            return self._serve(asked)
        except _Refused as refused:
            return _refusal(asked, refused.refusal, str(refused))
        except Failure as failure:
            known = truewatch.refusal(failure)
            return _refusal(asked, known, failure.message(asked.language))
        except OperationalError:
            log.exception("database unavailable", extra={"request_id": asked.trace_id})
            down = Unavailable("the database does not answer; retry in a moment")
            return _refusal(asked, truewatch.refusal(down), down.message(asked.language))
        except OSError:
            log.exception("files cannot be written", extra={"request_id": asked.trace_id})
            full = Unavailable("the file could not be written here; tell the operator")
            return _refusal(asked, truewatch.refusal(full), full.message(asked.language))
        except Exception:
            log.exception("operation failed", extra={"request_id": asked.trace_id})
            fault = InternalError(
                "something went wrong here; quote request id {request_id} to the operator",
                request_id=asked.trace_id,
            )
            return _refusal(asked, truewatch.INTERNAL, fault.message(asked.language))

    def _serve(self, asked: Asked) -> Response:
        caller = self._authenticate(asked)
        self._admit(caller)
        found = truewatch.find(asked.method, asked.path)
        try:
            return _answer(asked, self._carry_out(asked, caller, found))
        except Failure as failure:
            if found.endpoint.audit_name:
                with self._database.write() as tx:
                    auditing.record(tx, caller, found.endpoint, _call(asked, found), failure.code)
            raise

    def _authenticate(self, asked: Asked) -> Caller:
        try:
            with self._database.read() as tx:
                caller = authentication.by_key(tx, asked.key, asked.ip, KeyKind.TRUEWATCH)
                self._used(caller.key_id, tx.now)
        except Unauthorized:
            raise _Refused(self._bad_key, f"{KEY_HEADER} is absent or not valid") from None
        return msgspec.structs.replace(caller, locale=asked.language)

    def _admit(self, caller: Caller) -> None:
        if self._limiter is None:
            return
        for name, rate, refusal in (
            (f"key:{caller.key_id}", truewatch.RATE_OF_KEY, truewatch.KEY_LIMITED),
            (
                f"workspace:{caller.account_id}",
                truewatch.RATE_OF_WORKSPACE,
                truewatch.WORKSPACE_LIMITED,
            ),
        ):
            if not self._limiter.check(name, rate, self._database.clock.now()).admitted:
                raise _Refused(refusal, f"at most {rate.per_minute} requests a minute")

    def _carry_out(self, asked: Asked, caller: Caller, found: Found) -> Any:
        endpoint = found.endpoint
        if asked.unread:
            raise asked.unread
        if endpoint.method == "GET":
            request = _from_query(asked.query, endpoint.request)
        else:
            request = decode(self._decoders[endpoint.path], asked.body)
        if endpoint.kind is Kind.CALL_OUT:
            content = endpoint.run(self._database, caller, found.names, request)
            with self._database.write() as tx:
                auditing.record(tx, caller, endpoint, _call(asked, found))
            return content
        if endpoint.kind is Kind.READ:
            with self._database.read(patiently=False) as tx:
                return endpoint.run(tx, caller, found.names, request)
        with self._database.write() as tx:
            content = endpoint.run(tx, caller, found.names, request)
            if endpoint.audit_name:
                auditing.record(tx, caller, endpoint, _call(asked, found))
        return content


def _from_query(query: dict[str, str], shape: Any) -> Any:
    try:
        request = msgspec.convert(query, shape, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidParameter("the query is not valid: {reason}", reason=error) from None
    if any("\0" in value for value in query.values()):
        raise InvalidParameter("{field} holds the character NUL; leave it out", field="query")
    return request


def _call(asked: Asked, found: Found) -> Call:
    return Call(asked.trace_id, asked.body, [*found.names.items()])


def _answer(asked: Asked, content: Any) -> Response:
    page_info = content.page_info if isinstance(content, Page) else UNSET
    return _response(200, Envelope(200, content, "", "", True, asked.trace_id, page_info))


def _refusal(asked: Asked, refusal: Refusal, message: str) -> Response:
    envelope = Envelope(refusal.status, {}, refusal.code, message, False, asked.trace_id)
    return _response(refusal.status, envelope)


def _response(status: int, envelope: Envelope) -> Response:
    return Response(msgspec.json.encode(envelope), status, media_type=_JSON)
