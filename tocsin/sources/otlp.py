"""What OpenTelemetry's exporters send, as errors: log records and span events that tell of an
exception.

The same exception is told twice while the convention moves from span events to logs, and again by
every span it passes through: within a trace one type thrown at one place is one error. (Where no
stack says the place the message does; an SDK may word it differently in the two.)
"""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.domain.error_event import Door, ErrorEvent, Frame, Thrown
from tocsin.domain.stack.parsing import told
from tocsin.domain.trace_log import TraceLog
from tocsin.sources.otlp_wire import Encoding, Sent, Signal, attributes, brief, records
from tocsin.sources.sentry_extra import line, plain_trace
from tocsin.sources.source import (
    MESSAGE_LENGTH_MAX,
    TAG_LENGTH_MAX,
    TAGS_MAX,
    Read,
    Reading,
    Rejected,
    Unreadable,
    count,
    excerpt,
    happened_at,
    listing,
    made_id,
    mapping,
    text,
    without_addresses,
    word,
)

EXCEPTION: Final = "exception"
ERRORS_MAX: Final = 1_000
LINES_MAX: Final = 1_000
_TOLD: Final = (
    *("traceId", "spanId", "parentSpanId", "name", "kind", "eventName"),
    *("severityNumber", "severityText", "timeUnixNano", "observedTimeUnixNano"),
)
_PLATFORMS: Final = {
    "nodejs": "javascript",
    "webjs": "javascript",
    "dotnet": "csharp",
    "swift": "cocoa",
    "cpp": "native",
}
_JVM: Final = frozenset({"kotlin", "scala", "android"})
_NANOSECONDS_MAX: Final = 2**63
_LEVELS: Final = ((21, "fatal"), (17, "error"), (13, "warning"), (9, "info"), (1, "debug"))


class _Told(Struct, frozen=True):
    """An exception that a record tells of; `at` in ms, `severity` 0 where none is said."""

    sent: Sent
    named: dict[str, Any]
    at: int
    severity: int = 0
    body: str = ""
    span: str = ""


def read(
    body: bytes, signal: Signal, encoding: Encoding, received_at: int, *, no_ip: bool = False
) -> Reading:
    """All that an expanded body holds, with `no_ip` without addresses; damage keeps what came
    before it and is listed as rejected."""
    reading = Reading()
    try:
        for each in records(body, signal, encoding):
            sent = _without_addresses(each) if no_ip else each
            if sent.record is None:
                reading.rejected.append(Rejected(f"one of the {signal} is too large"))
                continue
            found = list(_of_log(sent) if signal is Signal.LOGS else _of_span(sent))
            if len(reading.events) + len(found) > ERRORS_MAX:
                raise Unreadable(f"a request may hold {ERRORS_MAX} exceptions, the rest is left")
            reading.events.extend(_error(one, received_at) for one in found)
            is_log = signal is Signal.LOGS and len(reading.logs) < LINES_MAX
            if is_log and (said := _line(sent, received_at)):
                reading.logs.append(said)
            if signal is Signal.TRACES or not found:
                reading.tallies["item", "log" if signal is Signal.LOGS else "span"] += 1
    except Unreadable as error:
        reading.rejected.append(Rejected(str(error), excerpt(body)))
    except RecursionError:
        reading.rejected.append(Rejected("its attributes nest too deeply", excerpt(body)))
    return reading


def _without_addresses(sent: Sent) -> Sent:
    record = sent.record
    if record is not None:
        events = [_unaddressed(mapping(one)) for one in listing(record.get("events"))]
        record = {**_unaddressed(record), "events": events}
    return Sent(without_addresses(sent.resource), sent.scope, record)


def _unaddressed(part: dict[str, Any]) -> dict[str, Any]:
    """A record or an event of a span without the attributes that hold an address."""
    pairs = map(mapping, listing(part.get("attributes")))
    kept = [one for one in pairs if without_addresses({word(one.get("key")): None})]
    return {**part, "attributes": kept}


def _of_log(sent: Sent) -> Iterator[_Told]:
    record = mapping(sent.record)
    named = attributes(record.get("attributes"))
    is_error = any(f"{EXCEPTION}.{part}" in named for part in ("type", "message", "stacktrace"))
    if is_error or record.get("eventName") == EXCEPTION:
        at = _ms(record.get("timeUnixNano")) or _ms(record.get("observedTimeUnixNano"))
        severity = _severity(record.get("severityNumber"))
        yield _Told(sent, named, at, severity, text(_body(record), MESSAGE_LENGTH_MAX))


def _line(sent: Sent, received_at: int) -> TraceLog | None:
    """A log record as a line of its trace; None outside of traces."""
    record = mapping(sent.record)
    trace_id = plain_trace(record.get("traceId"))
    if not trace_id:
        return None
    at = happened_at(_ms(record.get("timeUnixNano")), 0, received_at)
    severity = _severity(record.get("severityNumber"))
    level = next((name for least, name in _LEVELS if severity >= least), "")
    return line(trace_id, at, level, _body(record), attributes(record.get("attributes")))


def _of_span(sent: Sent) -> Iterator[_Told]:
    record = mapping(sent.record)
    of_span = brief(attributes(record.get("attributes")))
    for event in map(mapping, listing(record.get("events"))):
        if event.get("name") == EXCEPTION:
            named = of_span | attributes(event.get("attributes"))
            yield _Told(sent, named, _ms(event.get("timeUnixNano")), span=word(record.get("name")))


def _error(one: _Told, received_at: int) -> Read:
    """The error event of one exception; total, whatever types its parts have."""
    resource, named, record = one.sent.resource, one.named, mapping(one.sent.record)
    kind = word(named.get("exception.type"))
    value = text(named.get("exception.message"), MESSAGE_LENGTH_MAX)
    chain, platform = _thrown(resource, named, kind, value)
    raw = _raw(one)
    trace_id = plain_trace(record.get("traceId"))
    level = next((name for least, name in _LEVELS if one.severity >= least), "error")
    event = ErrorEvent(
        event_id=_id(trace_id, chain) or made_id(raw),
        door=Door.OTLP,
        received_at=received_at,
        occurred_at=happened_at(one.at, 0, received_at),
        platform=platform,
        level=level,
        message=one.body or value,
        exceptions=chain,
        service=word(resource.get("service.name"), 200),
        env=_first(resource, "deployment.environment.name", "deployment.environment"),
        version=word(resource.get("service.version"), 200),
        session_id=_first(named, "session.id"),
        user_id=_first(named, "user.id", "enduser.id"),
        url=_first(named, "url.full", "http.url"),
        transaction=one.span or _first(named, "http.route"),
        is_crash=level == "fatal",
        sdk=_sdk(resource),
        trace_id=trace_id,
        tags=_tags({**resource, **named}, one.sent.scope),
    )
    return Read(event, raw)


def _thrown(
    resource: dict[str, Any], named: dict[str, Any], kind: str, value: str
) -> tuple[tuple[Thrown, ...], str]:
    language = word(resource.get("telemetry.sdk.language"), 32).lower()
    platform = "java" if language in _JVM else _PLATFORMS.get(language, language)
    stack = named.get("exception.stacktrace")
    chain, platform = told(stack if isinstance(stack, str) else "", platform, kind, value)
    if not any(thrown.frames for thrown in chain):
        frame = Frame(
            function=_first(named, "code.function.name", "code.function"),
            filename=_first(named, "code.file.path", "code.filepath"),
            line=count(named.get("code.line.number")) or count(named.get("code.lineno")),
        )
        if frame.function or frame.filename:
            chain = (Thrown(type=kind, value=value, frames=(frame,)),)
    escaped = (
        word(named.get("exception.escaped")) == "true" or named.get("exception.escaped") is True
    )
    if escaped and chain:
        last = chain[-1]
        chain = (*chain[:-1], Thrown(last.type, last.value, last.frames, handled=False))
    return chain, platform


def _raw(one: _Told) -> bytes:
    whole = {"resource": one.sent.resource, "scope": one.sent.scope, "attributes": one.named}
    record = mapping(one.sent.record)
    said = {name: word(record[name], 256) for name in _TOLD if name in record}
    return msgspec.json.encode({**whole, "record": said, "body": one.body, "at": one.at})


def _id(trace_id: str, chain: tuple[Thrown, ...]) -> str:
    """One id for one exception of a trace, "" outside of traces."""
    if not trace_id or not chain:
        return ""
    thrown = chain[-1]
    last = thrown.frames[-1] if thrown.frames else None
    place = f"{last.function}:{last.filename}:{last.line}" if last else thrown.value
    said = "\x00".join(("otlp", trace_id, thrown.type, place))
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _body(record: dict[str, Any]) -> Any:
    return attributes([{"key": "body", "value": record.get("body")}]).get("body")


def _severity(value: Any) -> int:
    """A severity as a number, or as protobuf's JSON names it: SEVERITY_NUMBER_ERROR2."""
    if isinstance(value, str) and not value.isdigit():
        name = value.removeprefix("SEVERITY_NUMBER_").rstrip("234")
        starts = {"FATAL": 21, "ERROR": 17, "WARN": 13, "INFO": 9, "DEBUG": 5, "TRACE": 1}
        return starts.get(name, 0)
    return count(value, 24)


def _ms(value: Any) -> int:
    return count(value, _NANOSECONDS_MAX) // 1_000_000


def _first(named: dict[str, Any], *names: str) -> str:
    return next((found for name in names if (found := word(named.get(name), 200))), "")


def _sdk(resource: dict[str, Any]) -> str:
    name = _first(resource, "telemetry.sdk.name") or "opentelemetry"
    parts = (name, _first(resource, "telemetry.sdk.language"))
    version = _first(resource, "telemetry.sdk.version")
    return f"{'.'.join(part for part in parts if part)}/{version}"[:96]


def _tags(named: dict[str, Any], scope: str) -> dict[str, str]:
    plain = {
        name[:TAG_LENGTH_MAX]: text(value, TAG_LENGTH_MAX)
        for name, value in {"logger": scope, **named}.items()
        if not name.startswith(f"{EXCEPTION}.")
    }
    return dict([(name, value) for name, value in plain.items() if value][:TAGS_MAX])
