"""Multipart uploads of build tools: several files in one request, which may be gzipped as a whole.

Files go to a temporary folder as they come; few requests are read at a time, the others wait.
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, Final

from msgspec import Struct
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from tocsin.kernel.errors import BadRequest, EntityTooLarge, InvalidContentType

UPLOAD_SECONDS_MAX: Final = 300
UPLOADS_AT_ONCE: Final = 4
_PIECE: Final = 64 * 1024
_GZIP_WINDOW: Final = 31


class Bounds(Struct, frozen=True):
    """How large a form may be once expanded, and how many files and fields it may have."""

    bytes_max: int
    files_max: int
    fields_max: int = 10


class UploadForms:
    """The forms that one server process reads."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(UPLOADS_AT_ONCE)

    @asynccontextmanager
    async def received(self, request: Request, bounds: Bounds) -> AsyncIterator[FormData]:
        """The whole form, until the block ends. EntityTooLarge as soon as it is known to be."""
        kind = request.headers.get("content-type", "")
        if kind.partition(";")[0].strip().lower() != "multipart/form-data":
            raise InvalidContentType(
                "Content-Type must be multipart/form-data, not {value}", value=kind or "absent"
            )
        async with self._slots:
            form = await _form(request, bounds)
            try:
                yield form
            finally:
                await form.close()


def opened(form: FormData, name: str) -> IO[bytes] | None:
    """A file of the form, at its start; None where it has none of this name."""
    found = form.get(name)
    return found.file if isinstance(found, UploadFile) else None


def text(form: FormData, name: str, bytes_max: int = 1024 * 1024) -> str:
    """A field of the form, sent as a text or as a small file; "" where there is none."""
    found = form.get(name)
    if isinstance(found, UploadFile):
        return found.file.read(bytes_max).decode("utf-8", "replace")
    return found or ""


async def _form(request: Request, bounds: Bounds) -> FormData:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > bounds.bytes_max:
        raise _too_large(bounds)
    parser = MultiPartParser(
        request.headers,
        _plain(request, bounds),
        max_files=bounds.files_max,
        max_fields=bounds.fields_max,
    )
    try:
        async with asyncio.timeout(UPLOAD_SECONDS_MAX):
            return await parser.parse()
    except TimeoutError:
        raise BadRequest(
            "the files did not arrive within {maximum} seconds; send them again",
            maximum=UPLOAD_SECONDS_MAX,
        ) from None
    except (MultiPartException, HTTPException, ClientDisconnect, KeyError, ValueError) as problem:
        raise BadRequest("the body is not a multipart form that can be read") from problem


async def _plain(request: Request, bounds: Bounds) -> AsyncGenerator[bytes, None]:
    """The body as it was before its Content-Encoding, counted, in small pieces."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise BadRequest("Content-Encoding must be gzip or absent, not {value}", value=encoding)
    stream = zlib.decompressobj(_GZIP_WINDOW) if encoding == "gzip" else None
    seen = 0
    async for chunk in request.stream():
        waiting = chunk
        while waiting:
            piece = waiting
            waiting = b""
            if stream is not None:
                piece, waiting = _expanded(stream, piece)
            seen += len(piece)
            if seen > bounds.bytes_max:
                raise _too_large(bounds)
            yield piece


def _expanded(stream: "zlib._Decompress", packed: bytes) -> tuple[bytes, bytes]:
    """Some of what comes of `packed`, and what of it is still packed."""
    try:
        return stream.decompress(packed, _PIECE), stream.unconsumed_tail
    except zlib.error:
        raise BadRequest("the body is not gzip, as its Content-Encoding says") from None


def _too_large(bounds: Bounds) -> EntityTooLarge:
    return EntityTooLarge("the upload must be at most {maximum} bytes", maximum=bounds.bytes_max)
