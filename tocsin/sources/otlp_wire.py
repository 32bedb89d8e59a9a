"""Requests of OpenTelemetry's exporters taken apart: logs or spans, in protobuf or in JSON.

Protobuf is walked by its framing and only one record at a time is decoded, so that a request of
millions of empty ones costs no memory.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.sources.protobuf import parts
from tocsin.sources.source import TooLarge, Unreadable, listing, mapping, parse_object, text, word

PROTOBUF_BYTES_MAX: Final = 8 * 1024 * 1024
JSON_BYTES_MAX: Final = 2 * 1024 * 1024
RECORD_BYTES_MAX: Final = 512 * 1024
RECORDS_MAX: Final = 10_000
SHARED_MAX: Final = 64
SHARED_LENGTH_MAX: Final = 256


class Signal(StrEnum):
    """What a request tells of."""

    LOGS = "logs"
    TRACES = "traces"


class Encoding(StrEnum):
    """How it is written."""

    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"

    @property
    def bytes_max(self) -> int:
        return PROTOBUF_BYTES_MAX if self is Encoding.PROTOBUF else JSON_BYTES_MAX


class Sent(Struct, frozen=True):
    """A log record or a span in the names of the JSON encoding, its ids in hex, and whose it is;
    None where it was too large to be read."""

    resource: dict[str, Any]
    scope: str
    record: dict[str, Any] | None


_NAMES: Final = {
    Signal.LOGS: ("resourceLogs", "scopeLogs", "logRecords"),
    Signal.TRACES: ("resourceSpans", "scopeSpans", "spans"),
}


def check(body: bytes, signal: Signal, encoding: Encoding) -> None:
    """Raise Unreadable for an expanded body nothing can be made of, TooLarge for too many records."""
    if encoding is Encoding.JSON:
        try:
            msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        except (ValueError, RecursionError) as error:
            raise Unreadable("the body is not a JSON object") from error
        return
    number = 0
    for group in parts(body, 1):
        for scoped in parts(group, 2):
            for _ in parts(scoped, 2):
                number += 1
                if number > RECORDS_MAX:
                    raise TooLarge(f"a request may hold {RECORDS_MAX} {signal}")


def records(body: bytes, signal: Signal, encoding: Encoding) -> Iterator[Sent]:
    """All that an expanded body holds. Raises Unreadable where it is damaged."""
    if encoding is Encoding.JSON:
        yield from _of_json(body, signal)
    else:
        yield from _of_protobuf(body, signal)


def _of_json(body: bytes, signal: Signal) -> Iterator[Sent]:
    groups, scopes, items = _NAMES[signal]
    number = 0
    for group in map(mapping, listing(parse_object(body, "the body").get(groups))):
        resource = brief(attributes(mapping(group.get("resource")).get("attributes")))
        for scoped in map(mapping, listing(group.get(scopes))):
            scope = word(mapping(scoped.get("scope")).get("name"))
            for record in map(mapping, listing(scoped.get(items))):
                number += 1
                if number > RECORDS_MAX:
                    raise TooLarge(f"a request may hold {RECORDS_MAX} {signal}")
                yield Sent(resource, scope, record)


def _of_protobuf(body: bytes, signal: Signal) -> Iterator[Sent]:
    # Loaded at the first request: 10 MB that a server without such senders can spare.
    from tocsin.sources import otlp_protobuf  # noqa: PLC0415 - heavy, see above

    read = otlp_protobuf.log if signal is Signal.LOGS else otlp_protobuf.span
    for group in parts(body, 1):
        resource: dict[str, Any] = {}
        for part in _bounded(group):
            resource = brief(attributes(otlp_protobuf.resource(part).get("attributes")))
        for scoped in parts(group, 2):
            scope = ""
            for part in _bounded(scoped):
                scope = word(otlp_protobuf.scope(part).get("name"))
            for part in parts(scoped, 2):
                is_large = len(part) > RECORD_BYTES_MAX
                yield Sent(resource, scope, None if is_large else read(part))


def _bounded(message: bytes) -> Iterator[bytes]:
    """The first field of a group of records, which says whose they are."""
    for part in parts(message, 1):
        if len(part) > RECORD_BYTES_MAX:
            raise TooLarge(f"a part is larger than {RECORD_BYTES_MAX} bytes")
        yield part


def attributes(pairs: Any) -> dict[str, Any]:
    """Attributes by name: texts, numbers, booleans, lists and mappings of them."""
    named = {word(one.get("key")): _value(one.get("value")) for one in map(mapping, listing(pairs))}
    return {name: value for name, value in named.items() if name and value is not None}


def brief(named: dict[str, Any]) -> dict[str, str]:
    """Attributes that many records share, and that are therefore kept many times: few and short."""
    chosen = list(named.items())[:SHARED_MAX]
    return {name[:SHARED_LENGTH_MAX]: text(value, SHARED_LENGTH_MAX) for name, value in chosen}


def _value(value: Any) -> Any:
    for name, item in mapping(value).items():
        match name:
            case "stringValue" | "boolValue" | "doubleValue" | "intValue":
                return item
            case "arrayValue":
                return [_value(one) for one in listing(mapping(item).get("values"))]
            case "kvlistValue":
                return attributes(mapping(item).get("values"))
    return None
