"""An HTTP request to an operation and back.

A call is checked in this order: route, method, content type, key, rate, permission, body. Then
the operation runs in one transaction, which for an audited one holds the audit row too; a
refused or failed call of an audited operation is recorded in a transaction of its own.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy.exc import DataError, OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tocsin.edge import envelope
from tocsin.edge.decoding import decode
from tocsin.edge.http import BODY_BYTES_MAX, bounded_body, client_ip
from tocsin.edge.rate_limit import RateLimiter, Verdict
from tocsin.edge.session_cookie import HEADER, SessionCookie
from tocsin.edge.transfer import Incoming, Transfers, attachment
from tocsin.engine import auditing, authentication
from tocsin.engine.auditing import Call
from tocsin.kernel.caller import Caller
from tocsin.kernel.content_type import require_json
from tocsin.kernel.envelope import success
from tocsin.kernel.errors import (
    AccessDenied,
    EntityTooLarge,
    Failure,
    InternalError,
    InvalidParameter,
    MethodNotAllowed,
    RouteNotFound,
    TooFrequent,
    Unauthorized,
    Unavailable,
)
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import GET, OPERATIONS, Entered, File, Kind, Operation, Upload
from tocsin.store.database import Database, Tx
from tocsin.wire.asked import check_lengths

LIFTS_CALENDAR_LIMIT: Final = "Flashcat-Break-Cal-Limit"
_YES: Final = ("1", "true", "yes")
log = logging.getLogger(__name__)

Observer = Callable[[str, int], None]
"""Told of every call: the path of its operation (or `unknown`) and the status answered."""


class Asked(Struct, frozen=True):
    """One request, read from the network and not yet judged. `oversized` has an empty body, and
    so has one with a file, which stays `incoming` until the call is admitted. A `session` counts
    where it `is_own`: asked for by a page of this server, or by a program."""

    operation: Operation
    request_id: str
    body: bytes
    oversized: bool
    app_key: str
    session: str
    is_own: bool
    ip: str
    agent: str
    language: str
    lifts_calendar_limit: bool
    params: list[tuple[str, str]]
    incoming: Incoming | None = None


class Dispatcher:
    """Serves every line of the operation table."""

    def __init__(
        self,
        database: Database,
        limiter: RateLimiter | None,
        session_limiter: RateLimiter | None,
        cookie: SessionCookie,
        observe: Observer,
        used: Callable[[str, int], None],
    ) -> None:
        self._database = database
        self._limiter = limiter
        self._session_limiter = session_limiter
        self._cookie = cookie
        self._observe = observe
        self._used = used
        self._transfers = Transfers()
        self._decoders = {
            path: msgspec.json.Decoder(operation.request) for path, operation in OPERATIONS.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        request_id = self._database.ids.ulid()
        language = preferred(request.headers.get("accept-language", ""))
        path = request.url.path
        try:
            asked = await self._read(request, request_id, language)
            response = await run_in_threadpool(self.answer, asked)
        except Failure as failure:
            path = path if path in OPERATIONS else "unknown"
            response = envelope.refusal(failure, request_id, language)
        self._observe(path, response.status_code)
        await response(scope, receive, send)

    async def _read(self, request: Request, request_id: str, language: str) -> Asked:
        path = request.url.path
        operation = OPERATIONS.get(path)
        if operation is None:
            raise RouteNotFound(
                "there is no operation {path}; GET /openapi.json lists them all", path=path
            )
        if request.method != operation.method:
            raise MethodNotAllowed(
                "{path} is called with {expected}, not {found}",
                path=path,
                expected=operation.method,
                found=request.method,
            )
        body, oversized, incoming = b"", False, None
        if operation.method == GET:
            body = msgspec.json.encode(_query(request))
        elif operation.takes_file:
            incoming = self._transfers.expect(request)
        else:
            try:
                body = await bounded_body(request, BODY_BYTES_MAX)
            except EntityTooLarge:
                oversized = True
            require_json(request.headers.get("content-type", ""), body)
        return Asked(
            operation=operation,
            request_id=request_id,
            body=body,
            oversized=oversized,
            app_key=request.query_params.get("app_key", ""),
            session=self._cookie.read(request),
            is_own=self._is_own(request, operation),
            ip=client_ip(request),
            agent=request.headers.get("user-agent", ""),
            language=language,
            lifts_calendar_limit=request.headers.get(LIFTS_CALENDAR_LIMIT, "").lower() in _YES,
            params=request.query_params.multi_items(),
            incoming=incoming,
        )

    def _is_own(self, request: Request, operation: Operation) -> bool:
        if operation.is_open:
            return not self._cookie.comes_from_elsewhere(request)
        return self._cookie.is_proven(request)

    def answer(self, asked: Asked) -> Response:
        """Judge and carry out one call; every failure becomes an answer here."""
        try:
            return self._judge(asked)
        except OperationalError:
            log.exception("database unavailable", extra={"request_id": asked.request_id})
            broken: Failure = Unavailable("the database does not answer; retry in a moment")
        except Exception:
            log.exception("operation failed", extra={"request_id": asked.request_id})
            broken = InternalError(
                "something went wrong here; quote request id {request_id} to the operator",
                request_id=asked.request_id,
            )
        return envelope.refusal(broken, asked.request_id, asked.language)

    def _judge(self, asked: Asked) -> Response:
        verdict: Verdict | None = None
        caller: Caller | None = None
        try:
            caller = self._authenticate(asked)
            verdict = self._count(asked, caller)
            _admit(asked, caller, verdict)
            response = self._respond(asked, self._carry_out(asked, caller))
        except Failure as failure:
            self._record_refusal(asked, caller, failure.code)
            response = envelope.refusal(failure, asked.request_id, asked.language)
        except Exception:
            self._record_refusal(asked, caller, InternalError.code)
            raise
        if verdict:
            _tell_limits(response, verdict)
        return response

    def _authenticate(self, asked: Asked) -> Caller:
        with self._database.read() as tx:
            if asked.operation.is_open:
                _require_own(asked)
                caller = _visiting(tx, asked)
            elif asked.app_key:
                caller = authentication.by_key(tx, asked.app_key, asked.ip)
            elif asked.session:
                _require_own(asked)
                caller = authentication.by_session(tx, asked.session, asked.ip)
            else:
                raise Unauthorized("no app_key: add ?app_key=<key> to the address")
            if used := caller.key_id or caller.session_id:
                self._used(used, tx.now)
        return msgspec.structs.replace(
            caller,
            locale=asked.language,
            lifts_calendar_limit=asked.lifts_calendar_limit,
            agent=asked.agent,
        )

    def _count(self, asked: Asked, caller: Caller) -> Verdict | None:
        """Count the call against its rate; keys and console sessions are classes of their own."""
        limiter = self._limiter if caller.key_id else self._session_limiter
        if limiter is None:
            return None
        whose = caller.ip if asked.operation.is_open else caller.account_id
        key = f"{whose}:{asked.operation.path}"
        return limiter.check(key, asked.operation.rate, self._database.clock.now())

    def _respond(self, asked: Asked, data: Any) -> Response:
        if isinstance(data, File):
            return attachment(data, asked.request_id)
        if not isinstance(data, Entered):
            return envelope.answer(data, asked.request_id)
        response = envelope.answer(success(asked.request_id, data.data), asked.request_id)
        self._cookie.write(response, data)
        return response

    def _carry_out(self, asked: Asked, caller: Caller) -> Any:
        """What came of it: an envelope, or what is more than that."""
        decoder = self._decoders[asked.operation.path]
        try:
            if asked.incoming is None:
                return self._run(asked, caller, decode(decoder, asked.body))
            query = decode(decoder, msgspec.json.encode(dict(asked.params)))
            with asked.incoming.received() as file:
                return self._run(asked, caller, Upload(query, file))
        except (DataError, OverflowError) as error:
            log.warning("unstorable value", exc_info=True, extra={"request_id": asked.request_id})
            raise InvalidParameter(
                "a value is larger than can be stored; send a smaller one"
            ) from error

    def _run(self, asked: Asked, caller: Caller, request: Any) -> Any:
        operation = asked.operation
        if operation.kind in (Kind.CALL_OUT, Kind.OPEN):
            data = operation.run(self._database, caller, request)
            if operation.audited:
                whose = data.caller if isinstance(data, Entered) else caller
                with self._database.write() as tx:
                    auditing.record(tx, whose, operation, _call(asked), answer=data)
            return _packed(asked, data)
        if operation.kind is Kind.READ and not operation.audited:
            check_lengths(request)
            with self._database.read(patiently=False) as tx:
                return _packed(asked, operation.run(tx, caller, request))
        with self._database.write() as tx:
            data = operation.run(tx, caller, request)
            if operation.audited:
                auditing.record(tx, caller, operation, _call(asked), answer=data)
        return _packed(asked, data)

    def _record_refusal(self, asked: Asked, caller: Caller | None, code: str) -> None:
        if caller and caller.account_id and asked.operation.audited:
            with self._database.write() as tx:
                auditing.record(tx, caller, asked.operation, _call(asked), code)


def _query(request: Request) -> dict[str, str]:
    """What the address says beside the key."""
    return {name: text for name, text in request.query_params.items() if name != "app_key"}


def _visiting(tx: Tx, asked: Asked) -> Caller:
    """Nobody, or whom the browser is signed in as already."""
    if asked.session:
        with suppress(Unauthorized):
            return authentication.by_session(tx, asked.session, asked.ip)
    return Caller(0, 0, "", ip=asked.ip)


def _require_own(asked: Asked) -> None:
    if not asked.is_own:
        raise AccessDenied(
            "a session is used from the console's own pages; send {header}: 1 from there",
            header=HEADER,
        )


def _admit(asked: Asked, caller: Caller, verdict: Verdict | None) -> None:
    """Refuse a call that is too frequent, not permitted or too large, in this order."""
    operation = asked.operation
    if verdict and not verdict.admitted:
        raise _too_frequent(operation.path, verdict)
    if operation.permission and caller.permissions.isdisjoint(operation.permission):
        raise AccessDenied(
            "this needs the permission {permission}; ask an administrator for a role that has it",
            permission=operation.permission[0],
        )
    if asked.oversized:
        raise EntityTooLarge("the body must be at most {maximum} bytes", maximum=BODY_BYTES_MAX)


def _packed(asked: Asked, data: Any) -> Any:
    return data if isinstance(data, File | Entered) else success(asked.request_id, data)


def _call(asked: Asked) -> Call:
    return Call(asked.request_id, asked.body, asked.params)


def _too_frequent(path: str, verdict: Verdict) -> TooFrequent:
    return TooFrequent(
        "too many calls of {path}: at most {maximum} a {period}; retry in {retry_after} s",
        retry_after=verdict.retry_after,
        path=path,
        maximum=verdict.limit,
        period=verdict.period,
    )


def _tell_limits(response: Response, verdict: Verdict) -> None:
    response.headers["X-RateLimit-Limit"] = str(verdict.limit)
    response.headers["X-RateLimit-Remaining"] = str(verdict.remaining)
    response.headers["X-RateLimit-Reset"] = str(verdict.reset_at // 1000)
