"""Content encodings undone in small pieces, so that a compression bomb costs no memory."""

import zlib
from collections.abc import Iterator
from typing import Final

import brotli
import zstandard

from tocsin.sources.source import TooLarge, Unreadable

PIECE_BYTES: Final = 64 * 1024
HEAD_BYTES_MAX: Final = 64 * 1024
ENCODINGS_MAX: Final = 2
MEMBERS_MAX: Final = 16
"""Compressed streams that may follow one another in a body."""
_ZSTD_WINDOW_MAX: Final = 16 * 1024 * 1024
_FED_BYTES: Final = 16 * 1024
_ZSTD_FED_BYTES: Final = 32
_CUT_SHORT: Final = "the compressed body ends too early"
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


def head(body: bytes, encoding: str, size: int) -> bytes:
    """At most the first `size` bytes of the expanded body; Unreadable as `expand`.

    Looks at no more than HEAD_BYTES_MAX of the body, whatever its size.
    """
    start = body[:HEAD_BYTES_MAX]
    for name in reversed(_encodings(encoding)):
        start = _start(_pieces(start, name, cut_short_ok=True))
    return start[:size]


def _encodings(encoding: str) -> list[str]:
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in names if name not in ("", "identity", "none")]
    if len(names) > ENCODINGS_MAX:
        raise Unreadable(f"more than {ENCODINGS_MAX} content encodings")
    return names


def _start(pieces: Iterator[bytes]) -> bytes:
    start = bytearray()
    for piece in pieces:
        start += piece
        if len(start) >= HEAD_BYTES_MAX:
            break
    return bytes(start[:HEAD_BYTES_MAX])


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
            return _zstd(body, cut_short_ok=cut_short_ok)
        case _:
            raise Unreadable(f"content encoding {name[:32]!r} is not known")


def _deflate_window(body: bytes) -> int:
    """zlib-wrapped where the two header bytes say so, else the raw stream some clients send."""
    is_wrapped = len(body) > 1 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _ZLIB_WINDOW if is_wrapped else _RAW_WINDOW


def _inflated(body: bytes, window: int, *, cut_short_ok: bool) -> Iterator[bytes]:
    # Fed in slices of one view: what zlib hands back unread is never more than a slice.
    view = memoryview(body)
    at = members = 0
    while at < len(body) and (
        not members or (window == _GZIP_WINDOW and body.startswith(b"\x1f\x8b", at))
    ):
        members = _one_more(members)
        stream = zlib.decompressobj(window)
        while not stream.eof:
            fed = view[at : at + _FED_BYTES]
            try:
                piece = stream.decompress(fed, PIECE_BYTES)
            except zlib.error as error:
                raise Unreadable("the compressed body is damaged") from error
            at += len(fed) - len(stream.unconsumed_tail) - len(stream.unused_data)
            if piece:
                yield piece
            elif not stream.eof and at == len(body):
                if cut_short_ok:
                    return
                raise Unreadable(_CUT_SHORT)


def _brotli(body: bytes, *, cut_short_ok: bool) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    at = 0
    while not stream.is_finished():
        fed = body[at : at + _FED_BYTES] if stream.can_accept_more_data() else b""
        at += len(fed)
        try:
            piece = stream.process(fed, output_buffer_limit=PIECE_BYTES)
        except brotli.error as error:
            raise Unreadable("the compressed body is damaged") from error
        if piece:
            yield piece
        elif not stream.is_finished() and stream.can_accept_more_data() and at >= len(body):
            if cut_short_ok:
                return
            raise Unreadable(_CUT_SHORT)


def _zstd(body: bytes, *, cut_short_ok: bool) -> Iterator[bytes]:
    # 4 bytes may give 128 KiB at once and nothing bounds a call's output, hence tiny slices.
    view = memoryview(body)
    at = frames = 0
    while at < len(body):
        frames = _one_more(frames)
        decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_MAX)
        stream = decompressor.decompressobj(write_size=PIECE_BYTES)
        while not stream.eof:
            fed = view[at : at + _ZSTD_FED_BYTES]
            if not fed:
                if cut_short_ok:
                    return
                raise Unreadable(_CUT_SHORT)
            try:
                piece = stream.decompress(fed)
            except zstandard.ZstdError as error:
                raise Unreadable("the compressed body is damaged") from error
            at += len(fed) - len(stream.unused_data)
            if piece:
                yield piece


def _one_more(members: int) -> int:
    if members == MEMBERS_MAX:
        raise Unreadable(f"the compressed body has more than {MEMBERS_MAX} members; send it as one")
    return members + 1
