"""Content encodings undone in small pieces, so that a compression bomb costs no memory."""

import io
import sys
import zlib
from collections.abc import Iterator
from typing import Final

import brotli
import zstandard

from tocsin.sources.source import TooLarge, Unreadable

PIECE_BYTES: Final = 64 * 1024
ENCODINGS_MAX: Final = 2
_ZSTD_WINDOW_MAX: Final = 16 * 1024 * 1024
_DEFLATE_RATIO_MAX: Final = 1040
_GZIP_WINDOW: Final = 31
_ZLIB_WINDOW: Final = 15
_RAW_WINDOW: Final = -15


def expand(body: bytes, encoding: str, limit: int, *, cut_short_ok: bool = False) -> bytes:
    """`body` without its Content-Encoding.

    Raises TooLarge past `limit` bytes, before more than that is held, and Unreadable for a
    damaged stream or an unknown encoding. With `cut_short_ok` a stream that merely ends too
    early gives what it held.
    """
    encodings = _encodings(encoding)
    for name in reversed(encodings):
        body = _joined(_pieces(body, name, cut_short_ok=cut_short_ok), limit)
    if len(body) > limit:
        raise TooLarge(f"the body is larger than {limit} bytes")
    return body


def measure(body: bytes, encoding: str, limit: int, *, cut_short_ok: bool = False) -> None:
    """Raise as `expand` would, without holding what the body expands to."""
    encodings = _encodings(encoding)
    for name in reversed(encodings[1:]):
        body = _joined(_pieces(body, name, cut_short_ok=cut_short_ok), limit)
    pieces = _pieces(body, encodings[0], cut_short_ok=cut_short_ok) if encodings else iter([body])
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise TooLarge(f"the body expands to more than {limit} bytes")


def expands_at_most(size: int, encoding: str) -> int:
    """An upper bound of what `size` bytes expand to; huge where the encoding knows no bound."""
    encodings = _encodings(encoding)
    if not encodings:
        return size
    is_deflate = len(encodings) == 1 and encodings[0] in ("gzip", "x-gzip", "deflate")
    return size * _DEFLATE_RATIO_MAX if is_deflate else sys.maxsize


def head(body: bytes, encoding: str, size: int) -> bytes:
    """At most the first `size` bytes of the expanded body; Unreadable as `expand`."""
    encodings = _encodings(encoding)
    if len(encodings) != 1:
        return expand(body, encoding, PIECE_BYTES)[:size] if encodings else body[:size]
    start = bytearray()
    for piece in _pieces(body, encodings[0], cut_short_ok=True):
        start += piece
        if len(start) >= size:
            break
    return bytes(start[:size])


def _encodings(encoding: str) -> list[str]:
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in names if name not in ("", "identity", "none")]
    if len(names) > ENCODINGS_MAX:
        raise Unreadable(f"more than {ENCODINGS_MAX} content encodings")
    return names


def _joined(pieces: Iterator[bytes], limit: int) -> bytes:
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > limit:
            raise TooLarge(f"the body expands to more than {limit} bytes")
    return bytes(whole)


def _pieces(body: bytes, name: str, *, cut_short_ok: bool) -> Iterator[bytes]:
    match name:
        case "gzip" | "x-gzip":
            return _inflated(body, _GZIP_WINDOW, cut_short_ok=cut_short_ok)
        case "deflate":
            return _inflated(body, _deflate_window(body), cut_short_ok=cut_short_ok)
        case "br":
            return _brotli(body, cut_short_ok=cut_short_ok)
        case "zstd":
            return _zstd(body)
        case _:
            raise Unreadable(f"content encoding {name[:32]!r} is not known")


def _deflate_window(body: bytes) -> int:
    """zlib-wrapped where the two header bytes say so, else the raw stream some clients send."""
    is_wrapped = len(body) > 1 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _ZLIB_WINDOW if is_wrapped else _RAW_WINDOW


def _inflated(body: bytes, window: int, *, cut_short_ok: bool) -> Iterator[bytes]:
    rest = body
    is_first = True
    while rest and (is_first or (window == _GZIP_WINDOW and rest.startswith(b"\x1f\x8b"))):
        is_first = False
        stream = zlib.decompressobj(window)
        while not stream.eof:
            try:
                piece = stream.decompress(rest, PIECE_BYTES)
            except zlib.error as error:
                raise Unreadable("the compressed body is damaged") from error
            rest = stream.unconsumed_tail
            if piece:
                yield piece
            elif not stream.eof and not rest:
                if cut_short_ok:
                    return
                raise Unreadable("the compressed body ends too early")
        rest = stream.unused_data


def _brotli(body: bytes, *, cut_short_ok: bool) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    rest = body
    while not stream.is_finished():
        try:
            piece = stream.process(rest, output_buffer_limit=PIECE_BYTES)
        except brotli.error as error:
            raise Unreadable("the compressed body is damaged") from error
        rest = b""
        if piece:
            yield piece
        elif not stream.is_finished() and stream.can_accept_more_data():
            if cut_short_ok:
                return
            raise Unreadable("the compressed body ends too early")


def _zstd(body: bytes) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_MAX)
    with decompressor.stream_reader(io.BytesIO(body), read_across_frames=True) as reader:
        while True:
            try:
                piece = reader.read(PIECE_BYTES)
            except zstandard.ZstdError as error:
                raise Unreadable("the compressed body is damaged") from error
            if not piece:
                return
            yield piece
