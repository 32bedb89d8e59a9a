"""The framing of protobuf messages, walked by hand so that a hostile one costs no memory."""

import struct
from collections.abc import Iterator
from typing import Final

from tocsin.sources.source import Unreadable

_VARINT_BYTES_MAX: Final = 10
_SIZES: Final = {1: 8, 5: 4}
_DAMAGED: Final = "the body is no message in protobuf"


def parts(message: bytes, wanted: int) -> Iterator[bytes]:
    """The messages and texts of one field; Unreadable where the framing is broken."""
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            _, at = _varint(message, at)
        elif kind == 2:
            size, at = _varint(message, at)
            if size > end - at:
                raise Unreadable(_DAMAGED)
            if key >> 3 == wanted:
                yield message[at : at + size]
            at += size
        elif kind in _SIZES and at + _SIZES[kind] <= end:
            at += _SIZES[kind]
        else:
            raise Unreadable(_DAMAGED)


def fields(message: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """Number and value of every field: whole numbers without sign, fractions, and bytes."""
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
        elif kind == 2:
            size, at = _varint(message, at)
            if size > end - at:
                raise Unreadable(_DAMAGED)
            yield key >> 3, message[at : at + size]
            at += size
        elif kind in _SIZES and at + _SIZES[kind] <= end:
            yield key >> 3, struct.unpack_from("<d" if kind == 1 else "<f", message, at)[0]
            at += _SIZES[kind]
        else:
            raise Unreadable(_DAMAGED)


def signed(value: int) -> int:
    """A whole number of 64 bits with its sign."""
    return value - 2**64 if value >= 2**63 else value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_VARINT_BYTES_MAX):
        if at + place >= len(message):
            break
        byte = message[at + place]
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value & (2**64 - 1), at + place + 1
    raise Unreadable(_DAMAGED)
