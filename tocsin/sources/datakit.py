"""What DataKit, and TrueWatch's SDKs themselves, write: RUM, logs and spans as points."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

from tocsin.domain.error_event import Door, ErrorEvent, Thrown
from tocsin.domain.rum import RumEvent, RumKind
from tocsin.domain.stack.parsing import told
from tocsin.sources.point import Form, Point, points
from tocsin.sources.sentry_extra import line, plain_trace
from tocsin.sources.source import (
    MESSAGE_LENGTH_MAX,
    TAG_LENGTH_MAX,
    TAGS_MAX,
    Read,
    Reading,
    Rejected,
    RumRead,
    Unreadable,
    count,
    excerpt,
    happened_at,
    made_id,
    text,
    without_addresses,
    word,
)

NAME_LENGTH_MAX: Final = 200
ERRORS_MAX: Final = 1_000
DAMAGED_MAX: Final = 100
LINES_MAX: Final = 1_000
_MEASUREMENTS: Final = frozenset(RumKind)
CRASHES: Final = frozenset({"java_crash", "native_crash", "ios_crash"})
NO_STACK: Final = "No stack, consider using an instance of Error"
"""What the browser's SDK sends in place of a stack, the same for every error without one."""
_FAILED: Final = frozenset({"error", "critical"})
_LEVELS: Final = {
    "e": "error",
    "err": "error",
    "f": "fatal",
    "emerg": "fatal",
    "alert": "fatal",
    "c": "fatal",
    "critical": "fatal",
    "w": "warning",
    "warn": "warning",
    "i": "info",
    "notice": "info",
    "d": "debug",
    "trace": "debug",
}
_LANGUAGES: Final = {
    "web": "javascript",
    "miniapp": "javascript",
    "android": "java",
    "ios": "cocoa",
}
_TOLD: Final = ("error_message", "error_stack", "error_causes", "error_handling_stack", "message")
_DURATION_NS_MAX: Final = 10**15


class Category(StrEnum):
    """What a request tells of."""

    RUM = "rum"
    LOGGING = "logging"
    TRACING = "tracing"


def read(
    body: bytes,
    category: Category,
    form: Form,
    precision: str,
    received_at: int,
    *,
    no_ip: bool = False,
) -> Reading:
    """All that an expanded body holds, with `no_ip` without addresses; a damaged point costs only
    itself."""
    reading = Reading()
    try:
        for point in points(body, form, precision):
            if not isinstance(point, Unreadable):
                values = without_addresses(point.values) if no_ip else point.values
                _READERS[category](Point(point.name, values, point.at), received_at, reading)
            elif len(reading.rejected) < DAMAGED_MAX:
                reading.rejected.append(Rejected(str(point), excerpt(body)))
            if len(reading.events) > ERRORS_MAX:
                raise Unreadable(f"a request may hold {ERRORS_MAX} errors, the rest is left")
    except Unreadable as error:
        reading.rejected.append(Rejected(str(error), excerpt(body)))
    except RecursionError:
        reading.rejected.append(Rejected("its values nest too deeply", excerpt(body)))
    return reading


def _read_rum(point: Point, received_at: int, reading: Reading) -> None:
    if point.name == "telemetry":
        return
    if point.name not in _MEASUREMENTS:
        reading.tallies["item", "unknown"] += 1
        return
    kind = RumKind(point.name)
    raw = _raw(point)
    event = _rum_event(point, kind, received_at, raw)
    if kind is RumKind.VIEW and not event.event_id:
        return
    reading.rum.append(RumRead(event, raw))
    if kind is RumKind.ERROR:
        reading.events.append(Read(_error(point, Door.RUM, received_at, raw), raw))
    else:
        reading.tallies["item", kind] += 1


def _read_log(point: Point, received_at: int, reading: Reading) -> None:
    values = _with_exception(point.values)
    if values.get("error_type") or values.get("error_stack"):
        raw = _raw(point)
        named = Point(point.name, values, point.at)
        reading.events.append(Read(_error(named, Door.DATAKIT, received_at, raw), raw))
        return
    reading.tallies["item", "log"] += 1
    trace_id = plain_trace(values.get("trace_id"))
    if trace_id and len(reading.logs) < LINES_MAX:
        at = happened_at(point.at, 0, received_at)
        rest = {name: value for name, value in values.items() if name not in _TOLD}
        said = word(values.get("status"), 16)
        reading.logs.append(line(trace_id, at, said, values.get("message"), rest))


def _read_span(point: Point, received_at: int, reading: Reading) -> None:
    values = _with_exception(point.values)
    has_failed = word(values.get("status")).lower() in _FAILED
    if has_failed and values.get("error_type"):
        raw = _raw(point)
        named = Point(point.name, values, point.at)
        reading.events.append(Read(_error(named, Door.DATAKIT, received_at, raw), raw))
    reading.tallies["item", "span"] += 1


_READERS: Final = {
    Category.RUM: _read_rum,
    Category.LOGGING: _read_log,
    Category.TRACING: _read_span,
}


def _with_exception(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with OpenTelemetry's names of an exception read as TrueWatch's."""
    names = {"type": "type", "message": "message", "stacktrace": "stack"}
    told = {
        f"error_{own}": values[f"exception_{name}"]
        for name, own in names.items()
        if values.get(f"exception_{name}")
    }
    return {**told, **values}


def _error(point: Point, door: Door, received_at: int, raw: bytes) -> ErrorEvent:
    """The error event of one point; total, whatever types its values have."""
    values = point.values
    kind = word(values.get("error_type"), NAME_LENGTH_MAX)
    message = text(values.get("error_message"), MESSAGE_LENGTH_MAX)
    message = message or text(values.get("message"), MESSAGE_LENGTH_MAX)
    stack = word(values.get("error_stack"), 512 * 1024)
    platform = _platform(values) if door is Door.RUM else ""
    thrown, platform = told("" if stack.strip() == NO_STACK else stack, platform, kind, message)
    is_crash = kind in CRASHES
    status = word(values.get("status"), 16).lower()
    level = _LEVELS.get(
        status, status if status in ("fatal", "error", "warning", "info") else "error"
    )
    return ErrorEvent(
        event_id=_id(values, raw),
        door=door,
        received_at=received_at,
        occurred_at=happened_at(point.at, 0, received_at),
        platform=platform,
        level="fatal" if is_crash else level,
        message=message,
        exceptions=thrown or (Thrown(type=kind, value=message),),
        service=word(values.get("service"), NAME_LENGTH_MAX),
        env=word(values.get("env"), NAME_LENGTH_MAX),
        version=word(values.get("version"), NAME_LENGTH_MAX),
        session_id=word(values.get("session_id"), 64),
        user_id=word(values.get("userid"), 256),
        url=word(values.get("view_url")),
        transaction=word(values.get("view_name")) or word(values.get("resource")),
        is_crash=is_crash,
        error_source=word(values.get("error_source"), 32) if door is Door.RUM else "",
        sdk=_sdk(values),
        trace_id=plain_trace(values.get("trace_id")),
        tags=_tags(values),
    )


def _id(values: dict[str, Any], raw: bytes) -> str:
    return word(values.get("error_id"), 64).replace("-", "").lower() or made_id(raw)


def _rum_event(point: Point, kind: RumKind, received_at: int, raw: bytes) -> RumEvent:
    values = point.values
    spent = count(values.get("time_spent"), _DURATION_NS_MAX)
    names = {
        RumKind.VIEW: ("view_name", "view_path"),
        RumKind.ACTION: ("action_name",),
        RumKind.RESOURCE: ("resource_url",),
        RumKind.ERROR: ("error_message",),
    }
    name = next((said for each in names.get(kind, ()) if (said := word(values.get(each)))), "")
    is_view = kind is RumKind.VIEW
    own_id = word(values.get("view_id" if is_view else f"{kind}_id"), 64).replace("-", "")
    return RumEvent(
        kind=kind,
        event_id=own_id if is_view or own_id else made_id(raw),
        occurred_at=happened_at(point.at, 0, received_at),
        received_at=received_at,
        session_id=word(values.get("session_id"), 64),
        session_type=word(values.get("session_type"), 32),
        view_id=word(values.get("view_id"), 64).replace("-", ""),
        user_id=word(values.get("userid"), 256),
        user_name=word(values.get("user_name"), 256),
        user_email=word(values.get("user_email"), 256),
        service=word(values.get("service"), NAME_LENGTH_MAX),
        env=word(values.get("env"), NAME_LENGTH_MAX),
        version=word(values.get("version"), NAME_LENGTH_MAX),
        url=word(values.get("view_url")),
        name=name,
        type=word(values.get(f"{kind}_type"), NAME_LENGTH_MAX),
        status=count(values.get("resource_status"), 999),
        duration_ns=spent or count(values.get("duration"), _DURATION_NS_MAX),
        # A view says no version of itself; the longer it has lasted, the newer it is.
        document_version=1 + spent // 1_000_000 if is_view else 1,
        is_crash=word(values.get("error_type")) in CRASHES,
    )


def _platform(values: dict[str, Any]) -> str:
    sdk = word(values.get("sdk_name"), 64).lower()
    return next((known for part, known in _LANGUAGES.items() if part in sdk), "")


def _sdk(values: dict[str, Any]) -> str:
    name, version = word(values.get("sdk_name"), 64), word(values.get("sdk_version"), 32)
    return f"{name}/{version}" if name and version else name or "datakit"


def _tags(values: dict[str, Any]) -> dict[str, str]:
    plain = {
        name[:TAG_LENGTH_MAX]: word(value, TAG_LENGTH_MAX)
        for name, value in values.items()
        if name not in _TOLD
    }
    return dict([(name, value) for name, value in plain.items() if value][:TAGS_MAX])


def _raw(point: Point) -> bytes:
    return msgspec.json.encode(point)
