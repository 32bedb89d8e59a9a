"""The envelope of Sentry's clients: a line of headers, then items of a header line and a payload."""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from tocsin.sources.source import Unreadable, mapping, parse_object, word

HEADER_BYTES_MAX: Final = 16 * 1024
ITEMS_MAX: Final = 1000
_HEX: Final = frozenset("0123456789abcdef")


class Header(Struct, frozen=True):
    """What the first line says; all of it is optional, unknown parts are '' or {}."""

    event_id: str = ""
    dsn: str = ""
    sent_at: str = ""
    trace: dict[str, Any] = {}


class Item(Struct, frozen=True):
    """One part of an envelope; `type` is lower-case."""

    type: str
    headers: dict[str, Any]
    payload: bytes


def event_id(value: Any) -> str:
    """An event id as 32 lower-case hex digits, from that or a dashed UUID; '' for anything else."""
    plain = value.replace("-", "").lower() if isinstance(value, str) and len(value) <= 36 else ""
    return plain if len(plain) == 32 and _HEX.issuperset(plain) else ""


def header(body: bytes) -> Header:
    """The first line of an envelope; `body` may be cut anywhere after it. Raises Unreadable."""
    line, _ = _line(body, 0, "the envelope header")
    named = parse_object(line, "the envelope header")
    return Header(
        event_id=event_id(named.get("event_id")),
        dsn=word(named.get("dsn")),
        sent_at=word(named.get("sent_at")),
        trace=mapping(named.get("trace")),
    )


def items(body: bytes) -> Iterator[Item]:
    """The items in their order. Raises Unreadable where the grammar is broken."""
    _, at = _line(body, 0, "the envelope header")
    number = 0
    while at < len(body):
        if body[at] == 10:  # blank lines between items and at the end mean nothing
            at += 1
            continue
        number += 1
        if number > ITEMS_MAX:
            raise Unreadable(f"the envelope has more than {ITEMS_MAX} items")
        line, at = _line(body, at, f"the header of item {number}")
        headers = parse_object(line, f"the header of item {number}")
        payload, at = _payload(body, at, headers, number)
        yield Item(word(headers.get("type"), 64).lower(), headers, payload)


def _line(body: bytes, start: int, what: str) -> tuple[bytes, int]:
    end = body.find(b"\n", start, start + HEADER_BYTES_MAX + 1)
    if end < 0:
        end = len(body)
    if end - start > HEADER_BYTES_MAX:
        raise Unreadable(f"{what} is longer than {HEADER_BYTES_MAX} bytes")
    return body[start:end], end + 1


def _payload(body: bytes, start: int, headers: dict[str, Any], number: int) -> tuple[bytes, int]:
    length = headers.get("length")
    if length is None:
        end = body.find(b"\n", start)
        end = len(body) if end < 0 else end
        return body[start:end], end + 1
    if isinstance(length, bool) or not isinstance(length, int) or length < 0:
        raise Unreadable(f"the length of item {number} is not a count of bytes")
    end = start + length
    if end > len(body) and not (length == 0 and start == len(body) + 1):
        raise Unreadable(f"item {number} ends before its {length} bytes")
    if end < len(body) and body[end] != 10:
        raise Unreadable(f"item {number} goes on after its {length} bytes")
    return body[start:end], end + 1
