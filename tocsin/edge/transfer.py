"""Files in and out of operations: multipart uploads into a temporary file, and downloads.

An upload is read from the network only after the call was admitted, by the thread that carries
the call out; few at a time, so that slow ones leave threads for everybody else.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import IO, Final

import anyio.from_thread
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from tocsin.kernel.envelope import REQUEST_ID_HEADER
from tocsin.kernel.errors import (
    BadRequest,
    EntityTooLarge,
    InvalidContentType,
    InvalidParameter,
    Unavailable,
)
from tocsin.kernel.operation import File

FILE_BYTES_MAX: Final = 100 * 1024 * 1024
UPLOAD_SECONDS_MAX: Final = 120
UPLOADS_AT_ONCE: Final = 4
_FORM_BYTES_MAX: Final = FILE_BYTES_MAX + 64 * 1024
_CHUNK: Final = 64 * 1024
_FIELD: Final = "file"


class Transfers:
    """The uploads of one server process."""

    def __init__(self) -> None:
        self._slots = threading.BoundedSemaphore(UPLOADS_AT_ONCE)

    def expect(self, request: Request) -> "Incoming":
        """A file that is on its way; InvalidContentType where the body holds none."""
        kind = request.headers.get("content-type", "")
        if kind.partition(";")[0].strip().lower() != "multipart/form-data":
            raise InvalidContentType(
                "Content-Type must be multipart/form-data, not {value}", value=kind or "absent"
            )
        return Incoming(request, self._slots)


class Incoming:
    """A file that is still on the network."""

    def __init__(self, request: Request, slots: threading.BoundedSemaphore) -> None:
        self._request = request
        self._slots = slots

    @contextmanager
    def received(self) -> Iterator[IO[bytes]]:
        """The file, complete and at its start, until the block ends. Call it from a worker
        thread of the server."""
        if not self._slots.acquire(blocking=False):
            raise Unavailable("too many files are being uploaded; retry in a moment")
        try:
            form = anyio.from_thread.run(_form, self._request)
            try:
                yield _file(form)
            finally:
                anyio.from_thread.run(form.close)
        finally:
            self._slots.release()


def attachment(file: File, request_id: str) -> Response:
    """A file as the answer; it is closed once sent."""
    headers = {
        REQUEST_ID_HEADER: request_id,
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_chunks(file.content), headers=headers, media_type=file.media_type)


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while chunk := content.read(_CHUNK):
            yield chunk


async def _form(request: Request) -> FormData:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > _FORM_BYTES_MAX:
        raise _too_large()
    parser = MultiPartParser(request.headers, _counted(request), max_files=1, max_fields=10)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS_MAX):
            return await parser.parse()
    except TimeoutError:
        raise BadRequest(
            "the file did not arrive within {maximum} seconds; send it again",
            maximum=UPLOAD_SECONDS_MAX,
        ) from None
    except (MultiPartException, HTTPException, ClientDisconnect, KeyError, ValueError) as problem:
        raise BadRequest("the body is not a multipart form with one file") from problem


async def _counted(request: Request) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > _FORM_BYTES_MAX:
            raise _too_large()
        yield chunk


def _file(form: FormData) -> IO[bytes]:
    found = form.get(_FIELD)
    if not isinstance(found, UploadFile):
        raise InvalidParameter("{field} is required; send it", field=_FIELD)
    if (found.size or 0) > FILE_BYTES_MAX:
        raise _too_large()
    return found.file


def _too_large() -> EntityTooLarge:
    return EntityTooLarge("the file must be at most {maximum} bytes", maximum=FILE_BYTES_MAX)
