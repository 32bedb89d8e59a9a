"""Sentry's web API over HTTP, as far as sentry-cli needs it: `/api/0/…`, with an app key as token.

Chunks come as multipart forms; a bundle is put together and filed while its last request waits,
so that `ok` means that every file is on disk.
"""

import asyncio
import hashlib
import logging
import zlib
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from tocsin.dialects import endpoint_path, sentry_cli
from tocsin.dialects.sentry_cli_endpoint import Call, Endpoint
from tocsin.dialects.sentry_cli_wire import Assembled, AssembledFile, DebugFile
from tocsin.domain.artifact import CHUNK_BYTES_MAX
from tocsin.edge.app import Route
from tocsin.edge.http import bounded_body, client_ip
from tocsin.edge.push import raw_path
from tocsin.edge.rate_limit import RateLimiter
from tocsin.edge.upload_form import Bounds, UploadForms, opened
from tocsin.engine import artifact as artifacts
from tocsin.engine import assembly, auditing, authentication, debug_assembly
from tocsin.engine.assembly import Order
from tocsin.engine.auditing import Audited
from tocsin.engine.debug_assembly import FileOrder
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import (
    BadRequest,
    EntityTooLarge,
    Failure,
    InternalError,
    MethodNotAllowed,
    ResourceNotFound,
    TooFrequent,
    Unauthorized,
    Unavailable,
)
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import Kind, Rate
from tocsin.sources.source import Unreadable
from tocsin.store import chunk as chunks
from tocsin.store.chunk import Damaged
from tocsin.store.database import Database, Tx
from tocsin.store.file import Incoming

BODY_BYTES_MAX: Final = 1024 * 1024
RATE: Final = Rate(1000, 50)
ASSEMBLED_AT_ONCE: Final = 2
_FORM: Final = Bounds(
    sentry_cli.REQUEST_BYTES_MAX + 1024 * 1024, sentry_cli.CHUNKS_PER_REQUEST, fields_max=4
)
_ZIP: Final = Bounds(sentry_cli.REQUEST_BYTES_MAX + 1024 * 1024, files_max=1, fields_max=4)
_STATUS: Final = {ResourceNotFound: 404, MethodNotAllowed: 405}
_GZIP_WINDOW: Final = 31
_FRAMING: Final = 64 * 1024
"""What gzip may add to what cannot be compressed."""
_ASSEMBLE: Final = Endpoint("POST", sentry_cli.ASSEMBLE, sentry_cli.order, "artifact:upload")
_ASSEMBLE_FILES: Final = Endpoint(
    "POST", sentry_cli.ASSEMBLE_FILES, sentry_cli.file_orders, "debug_file:upload"
)
log = logging.getLogger(__name__)
T = TypeVar("T")


class Visit(Struct, frozen=True):
    """One request whose key was accepted."""

    request_id: str
    path: str
    method: str
    names: dict[str, str]
    body: bytes = b""


class Job(Struct, Generic[T], frozen=True):
    """What is to be put together, how it is taken apart with no transaction open, and filed in one."""

    what: Audited
    order: Order | FileOrder
    unpack: Callable[[Incoming], list[T]]
    file: Callable[[Tx, list[T]], None]


class SentryCli:
    """Every endpoint of the dialect."""

    def __init__(
        self,
        database: Database,
        forms: UploadForms,
        limiter: RateLimiter | None,
        used: Callable[[str, int], None],
    ) -> None:
        self._database = database
        self._forms = forms
        self._limiter = limiter
        self._used = used
        self._assembling = asyncio.Semaphore(ASSEMBLED_AT_ONCE)

    def routes(self) -> list[Route]:
        return [Route(f"{sentry_cli.PREFIX}/", self._answer)]

    async def _answer(self, request: Request) -> Response:
        """Every failure becomes an answer here."""
        language = preferred(request.headers.get("accept-language", ""))
        request_id = self._database.ids.ulid()
        try:
            return await self._serve(request, request_id, language)
        except Failure as failure:
            return _refusal(failure, language)
        except OperationalError:
            log.exception("database unavailable", extra={"request_id": request_id})
            down = Unavailable("the database does not answer; retry in a moment")
            return _refusal(down, language)
        except OSError:
            log.exception("files cannot be written", extra={"request_id": request_id})
            full = Unavailable("the file could not be written here; tell the operator")
            return _refusal(full, language)
        except Exception:
            log.exception("operation failed", extra={"request_id": request_id})
            fault = InternalError(
                "something went wrong here; quote request id {request_id} to the operator",
                request_id=request_id,
            )
            return _refusal(fault, language)

    async def _serve(self, request: Request, request_id: str, language: str) -> Response:
        caller = await run_in_threadpool(self._admit, request, language)
        path = raw_path(request)
        below = path.partition(sentry_cli.PREFIX)[2]
        visit = Visit(request_id, path, request.method, {})
        names = endpoint_path.match(sentry_cli.CHUNK_UPLOAD, below)
        if names is not None and request.method == "POST":
            async with self._forms.received(request, _FORM) as form:
                await run_in_threadpool(self._take_chunks, caller, names, form)
            return Response(status_code=200)
        names = endpoint_path.match(sentry_cli.ZIPPED_FILES, below)
        if names is not None and request.method == "POST":
            visit = replace(visit, names=names)
            async with self._forms.received(request, _ZIP) as form, self._assembling:
                files = await run_in_threadpool(self._take_zip, caller, visit, form)
            return _response(files, 201)
        visit = replace(visit, body=await bounded_body(request, BODY_BYTES_MAX))
        names = endpoint_path.match(sentry_cli.ASSEMBLE, below)
        if names is not None and request.method == "POST":
            async with self._assembling:
                said = await run_in_threadpool(self._assemble, caller, replace(visit, names=names))
            return _response(said, 200)
        names = endpoint_path.match(sentry_cli.ASSEMBLE_FILES, below)
        if names is not None and request.method == "POST":
            visit = replace(visit, names=names)
            async with self._assembling:
                assembled = await run_in_threadpool(self._assemble_files, caller, visit)
            return _response(assembled, 200)
        return await run_in_threadpool(self._run, caller, visit)

    def _admit(self, request: Request, language: str) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "token"):
            raise Unauthorized("no token: set SENTRY_AUTH_TOKEN to an app key")
        with self._database.read() as tx:
            caller = authentication.by_key(tx, token.strip(), client_ip(request))
            self._used(caller.key_id, tx.now)
            now = tx.now
        if self._limiter is not None:
            verdict = self._limiter.check(f"key:{caller.key_id}", RATE, now)
            if not verdict.admitted:
                raise TooFrequent(
                    "too many calls of {path}: at most {maximum} a {period}; retry in"
                    " {retry_after} s",
                    retry_after=verdict.retry_after,
                    path=sentry_cli.PREFIX,
                    maximum=verdict.limit,
                    period=verdict.period,
                )
        return replace(caller, locale=language)

    def _run(self, caller: Caller, visit: Visit) -> Response:
        found = sentry_cli.find(visit.method, visit.path)
        call = Call(found.names, visit.body)
        if found.endpoint.kind is Kind.READ:
            with self._database.read(patiently=False) as tx:
                return _response(found.endpoint.run(tx, caller, call), found.endpoint.status)
        try:
            with self._database.write() as tx:
                said = found.endpoint.run(tx, caller, call)
                auditing.record(tx, caller, found.endpoint, _told(visit, found.names))
        except Failure as failure:
            self._record_refusal(caller, found.endpoint, _told(visit, found.names), failure)
            raise
        return _response(said, found.endpoint.status)

    def _take_chunks(self, caller: Caller, names: dict[str, str], form: FormData) -> None:
        artifacts.require_right(caller)
        sizes = {}
        for field, part in form.multi_items():
            if isinstance(part, UploadFile) and field in ("file", "file_gzip"):
                name = part.filename or ""
                content = _chunk(part, is_zipped=field == "file_gzip")
                try:
                    sizes[name] = chunks.put(self._database.site, caller.account_id, name, content)
                except Damaged:
                    raise BadRequest("a chunk is damaged: it is not what its name says") from None
        with self._database.write() as tx:
            chunks.keep(tx, caller.account_id, sizes)

    def _assemble(self, caller: Caller, visit: Visit) -> Assembled:
        artifacts.require_right(caller)
        with self._database.read() as tx:
            order = sentry_cli.order(tx, caller, Call(visit.names, visit.body))
        job = Job(
            _ASSEMBLE,
            order,
            lambda incoming: assembly.unpack(self._database.site, incoming, caller, order),
            lambda tx, uploads: assembly.file(tx, caller, order, uploads),
        )
        said, _ = self._put_together(caller, visit, job)
        return said

    def _assemble_files(self, caller: Caller, visit: Visit) -> dict[str, AssembledFile]:
        artifacts.require_right(caller)
        with self._database.read() as tx:
            orders = sentry_cli.file_orders(tx, caller, Call(visit.names, visit.body))
        return {order.checksum: self._assemble_file(caller, visit, order) for order in orders}

    def _assemble_file(self, caller: Caller, visit: Visit, order: FileOrder) -> AssembledFile:
        job = Job(
            _ASSEMBLE_FILES,
            order,
            lambda incoming: debug_assembly.unpack(self._database.site, incoming, caller, order),
            lambda tx, kept: debug_assembly.file(tx, caller, order.application_id, kept),
        )
        said, kept = self._put_together(caller, visit, job)
        dif = sentry_cli.told_of(kept[0], order.checksum) if kept else None
        return AssembledFile(said.state, said.missing_chunks, said.detail, dif)

    def _put_together(self, caller: Caller, visit: Visit, job: Job[T]) -> tuple[Assembled, list[T]]:
        """How far an order is, and what it came to where it was filed just now."""
        order = job.order
        with self._database.read() as tx:
            if chunks.is_assembled(tx, caller.account_id, order.subject):
                return Assembled("ok"), []
            missing = assembly.missing(tx, caller.account_id, order.chunks)
        if missing:
            return Assembled("not_found", missing), []
        told = _told(visit, visit.names)
        try:
            with Incoming(self._database, caller.account_id) as incoming:
                unpacked = job.unpack(incoming)
                with incoming.filing() as tx:
                    job.file(tx, unpacked)
                    chunks.note_assembled(tx, caller.account_id, order.subject)
                    auditing.record(tx, caller, job.what, told)
        except Damaged as problem:
            with self._database.write() as tx:
                chunks.forget(tx, caller.account_id, order.chunks)
            return Assembled("error", detail=str(problem)), []
        except Unreadable as problem:
            return Assembled("error", detail=str(problem)), []
        except Failure as failure:
            self._record_refusal(caller, job.what, told, failure)
            return Assembled("error", detail=failure.message(caller.locale)), []
        return Assembled("ok"), unpacked

    def _take_zip(self, caller: Caller, visit: Visit, form: FormData) -> list[DebugFile]:
        artifacts.require_right(caller)
        archive = opened(form, "file")
        if archive is None:
            raise BadRequest("the form needs a ZIP of debug files as its file named file")
        checksum = hashlib.sha1(archive.read(), usedforsecurity=False).hexdigest()
        archive.seek(0)
        with self._database.read() as tx:
            application_id = sentry_cli.application_of(tx, caller, Call(visit.names, b""))
        with Incoming(self._database, caller.account_id) as incoming:
            try:
                kept = debug_assembly.unzip(incoming, archive)
            except Unreadable as problem:
                raise BadRequest(
                    "the debug files cannot be taken: {reason}", reason=str(problem)
                ) from None
            with incoming.filing() as tx:
                debug_assembly.file(tx, caller, application_id, kept)
                auditing.record(tx, caller, _ASSEMBLE_FILES, _told(visit, visit.names))
        return [sentry_cli.told_of(one, checksum) for one in kept]

    def _record_refusal(
        self, caller: Caller, what: Audited, call: auditing.Call, failure: Failure
    ) -> None:
        with self._database.write() as tx:
            auditing.record(tx, caller, what, call, failure.code)


def _told(visit: Visit, names: dict[str, str]) -> auditing.Call:
    return auditing.Call(visit.request_id, visit.body, [*names.items()])


def _chunk(part: UploadFile, *, is_zipped: bool) -> bytes:
    """The plain bytes of a chunk, no more than a chunk may have."""
    packed = part.file.read(CHUNK_BYTES_MAX + _FRAMING)
    if is_zipped:
        stream = zlib.decompressobj(_GZIP_WINDOW)
        try:
            packed = stream.decompress(packed, CHUNK_BYTES_MAX + 1)
        except zlib.error:
            raise BadRequest("a chunk is not gzip, as its field says") from None
    if len(packed) > CHUNK_BYTES_MAX:
        raise EntityTooLarge("a chunk must be at most {maximum} bytes", maximum=CHUNK_BYTES_MAX)
    return packed


def _response(said: Any, status: int) -> Response:
    if said is None:
        return Response(status_code=status)
    return Response(msgspec.json.encode(said), status, media_type="application/json")


def _refusal(failure: Failure, language: str) -> Response:
    status = _STATUS.get(type(failure), failure.status)
    response = _response({"detail": failure.message(language)}, status)
    if isinstance(failure, TooFrequent):
        response.headers["Retry-After"] = str(failure.retry_after)
    return response
