"""Requests of Sentry's clients: an envelope, or the single event older ones post to `store/`."""

import base64
import binascii
from typing import Any, Final

from msgspec import Struct

from tocsin.sources import minidump_event, sentry_extra
from tocsin.sources.encoding import expand
from tocsin.sources.minidump import Dump
from tocsin.sources.sentry_envelope import Header, Item, event_id, header, items
from tocsin.sources.sentry_event import Sent, error_event
from tocsin.sources.sentry_parts import parts
from tocsin.sources.sentry_tally import tally
from tocsin.sources.source import (
    Read,
    Reading,
    Rejected,
    TooLarge,
    Unreadable,
    excerpt,
    instant,
    made_id,
    parse_object,
    word,
)

STORE: Final = "store"
"""The endpoint whose bodies are a single event."""
SECURITY: Final = "security"
"""The endpoint whose bodies are browsers' reports; all others are envelopes."""
EVENT_BYTES_MAX: Final = 1024 * 1024
UNLIMITED_ITEMS: Final = frozenset({"client_report", "session", "sessions"})
"""A limit on errors must neither hide what an SDK dropped nor how many sessions were well."""
KEPT_MAX: Final = 1_000
_KEPT: Final = frozenset({"session", "sessions", "log", "check_in", "user_report", "feedback"})
_MINIDUMP: Final = "event.minidump"
_NOT_ERRORS: Final = frozenset({"transaction", "feedback"})


class Arrival(Struct, frozen=True):
    """When a request came (ms) and what may be kept of its sender ('' = nothing)."""

    received_at: int
    client: str = ""
    ip: str = ""


class Looked(Struct, frozen=True):
    """What a door needs to know of an envelope: what it says of itself, and whether there is
    something inside that a rate limit speaks of."""

    header: Header
    is_limited: bool


def look(body: bytes) -> Looked:
    """Look at an expanded envelope without reading its payloads; Unreadable without a header."""
    first = header(body)
    try:
        types = {item.type for item in items(body)}
    except Unreadable:
        return Looked(first, is_limited=True)
    return Looked(first, is_limited=not types <= UNLIMITED_ITEMS)


def read_envelope(body: bytes, arrival: Arrival) -> Reading:
    """All that an expanded envelope holds; Unreadable only for a header nothing can be made of.

    A grammar error further on keeps the items before it and is listed as rejected.
    """
    first = header(body)
    reading = Reading()
    events: list[Item] = []
    dump = b""
    try:
        for item in items(body):
            if item.type == "event":
                events.append(item)
            elif _is_dump(item):
                dump = dump or item.payload
            else:
                _read_item(item, first, arrival, reading)
    except Unreadable as error:
        reading.rejected.append(Rejected(str(error), excerpt(body)))
    for item in events or ([Item("event", {}, b"{}")] if dump else []):
        _read_event(item, first, arrival, reading, dump)
    return reading


def read_store(body: bytes, arrival: Arrival) -> Reading:
    """The one event of a legacy body; Unreadable for a body `plain_event` refuses."""
    raw = plain_event(body)
    reading = Reading()
    _read_event(Item("event", {}, raw), Header(), arrival, reading)
    return reading


def plain_event(body: bytes) -> bytes:
    """A `store/` body as JSON bytes; the oldest clients send it deflated and in base64.

    Raises Unreadable, and TooLarge past EVENT_BYTES_MAX.
    """
    if body.lstrip()[:1] == b"{":
        return body
    try:
        packed = base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Unreadable("the body is neither JSON nor base64") from error
    return expand(packed, "deflate", EVENT_BYTES_MAX)


def _read_item(item: Item, first: Header, arrival: Arrival, reading: Reading) -> None:
    match item.type:
        case kind if kind in _KEPT:
            _keep_item(item, first, arrival, reading)
            if kind != "check_in":
                tally(item, reading.tallies)
        case _:
            tally(item, reading.tallies)


def _keep_item(item: Item, first: Header, arrival: Arrival, reading: Reading) -> None:
    """What is of use beside errors; junk is left to the counts."""
    try:
        if len(item.payload) > EVENT_BYTES_MAX or _is_full(reading):
            return
        payload = parse_object(item.payload, item.type)
    except Unreadable:
        return
    at, sent_at = arrival.received_at, instant(first.sent_at)
    match item.type:
        case "session":
            report = sentry_extra.session(payload, sent_at, at)
            reading.sessions.extend([report] if report else [])
        case "sessions":
            reading.sessions.extend(sentry_extra.sessions(payload, sent_at, at))
        case "log":
            reading.logs.extend(sentry_extra.logs(payload, at))
        case "check_in":
            said = sentry_extra.check_in(payload)
            reading.check_ins.extend([said] if said else [])
        case _:
            is_old = item.type == "user_report"
            read = sentry_extra.user_report if is_old else sentry_extra.feedback
            words = read(payload, item.payload, at)
            reading.feedback.extend([words] if words else [])


def _is_full(reading: Reading) -> bool:
    """Whether an envelope held as much beside errors as is kept of one."""
    kept = (reading.sessions, reading.logs, reading.check_ins, reading.feedback)
    return sum(len(each) for each in kept) >= KEPT_MAX


def _is_dump(item: Item) -> bool:
    kind = item.headers.get("attachment_type")
    return item.type == "attachment" and (kind == _MINIDUMP or minidump_event.is_dump(item.payload))


def _read_event(
    item: Item, first: Header, arrival: Arrival, reading: Reading, dump: bytes = b""
) -> None:
    """`dump` is the minidump that came beside it."""
    try:
        if reading.events:
            raise Unreadable("an envelope may hold one event")
        if len(item.payload) > EVENT_BYTES_MAX:
            raise TooLarge(f"the event is larger than {EVENT_BYTES_MAX} bytes")
        payload = parse_object(item.payload, "the event") if dump else parts(item.payload)
    except Unreadable as error:
        reading.rejected.append(Rejected(str(error), excerpt(item.payload)))
        return
    raw = item.payload
    if dump:
        raw = _with_dump(payload, dump, reading) or raw
        payload = parse_object(raw, "the event")
    kind = word(payload.get("type"), 64).lower()
    if kind in _NOT_ERRORS:
        reading.tallies["skipped", kind] += 1
        return
    sent = Sent(
        received_at=arrival.received_at,
        event_id=first.event_id or event_id(payload.get("event_id")) or made_id(item.payload),
        header=first,
        client=arrival.client,
        ip=arrival.ip,
    )
    reading.events.append(Read(error_event(payload, sent), raw))


def _with_dump(payload: dict[str, Any], dump: bytes, reading: Reading) -> bytes:
    """The event with what the dump says; b"" where that is none."""
    try:
        return minidump_event.joined(payload, Dump(dump).event(), dump).json
    except Unreadable as error:
        reading.rejected.append(Rejected(str(error)))
        return b""
