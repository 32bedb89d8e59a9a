"""A Sentry event's JSON as our error event; junk in an optional part costs only that part."""

from typing import Any, Final

from msgspec import Struct

from tocsin.domain.error_event import Door, ErrorEvent
from tocsin.domain.user_agent import LENGTH_MAX as USER_AGENT_LENGTH_MAX
from tocsin.sources.sentry_envelope import Header, event_id
from tocsin.sources.sentry_extra import plain_trace
from tocsin.sources.sentry_stack import exceptions, mechanisms, with_debug_ids
from tocsin.sources.source import (
    MESSAGE_LENGTH_MAX,
    happened_at,
    instant,
    listing,
    mapping,
    tags,
    text,
    word,
)

FINGERPRINT_PARTS_MAX: Final = 32
_LEVELS: Final = {
    "fatal": "fatal",
    "critical": "fatal",
    "error": "error",
    "warning": "warning",
    "warn": "warning",
    "info": "info",
    "log": "info",
    "debug": "debug",
}
_DEADLY: Final = frozenset({"excepthook", "minidump", "signalhandler", "onuncaughtexception"})
"""Mechanisms that only see what ends the process."""
_AUTO: Final = "{{auto}}"


class Sent(Struct, frozen=True):
    """What is known of an event beside its JSON: arrival (ms), id, and who sent it (`ip` '' =
    not to be kept)."""

    received_at: int
    event_id: str
    header: Header = Header()
    client: str = ""
    ip: str = ""


def error_event(payload: dict[str, Any], sent: Sent) -> ErrorEvent:
    """Our error event of a decoded payload; total, whatever types its parts have."""
    message, template = _message(payload)
    labels = tags(payload.get("tags"))
    trace = sent.header.trace
    thrown = with_debug_ids(exceptions(payload, message), payload)
    level = _LEVELS.get(word(payload.get("level")).lower(), "error")
    return ErrorEvent(
        event_id=sent.event_id,
        door=Door.SENTRY,
        received_at=sent.received_at,
        occurred_at=happened_at(
            instant(payload.get("timestamp")), instant(sent.header.sent_at), sent.received_at
        ),
        platform=word(payload.get("platform"), 64),
        level=level,
        message=message,
        message_template=template,
        exceptions=thrown,
        fingerprint=_fingerprint(payload),
        service=labels.get("service", ""),
        env=word(payload.get("environment"), 64) or word(trace.get("environment"), 64),
        version=word(payload.get("release"), 256) or word(trace.get("release"), 256),
        dist=word(payload.get("dist"), 64),
        session_id=_session(payload),
        user_id=_user(mapping(payload.get("user")), sent.ip),
        user_email=word(mapping(payload.get("user")).get("email"), 256),
        url=word(mapping(payload.get("request")).get("url")),
        user_agent=_user_agent(payload),
        os_name=word(mapping(mapping(payload.get("contexts")).get("os")).get("name"), 64),
        transaction=word(payload.get("transaction")),
        is_crash=level == "fatal" or _is_deadly(payload),
        logger=word(payload.get("logger"), 256),
        sdk=_sdk(payload) or sent.client,
        trace_id=plain_trace(
            mapping(mapping(payload.get("contexts")).get("trace")).get("trace_id")
        ),
        tags=labels,
    )


def _message(payload: dict[str, Any]) -> tuple[str, str]:
    """(what a person reads, the text before its arguments went in)."""
    for name in ("logentry", "message", "sentry.interfaces.Message"):
        entry = payload.get(name)
        if isinstance(entry, dict):
            template = word(entry.get("message"), MESSAGE_LENGTH_MAX)
            formatted = word(entry.get("formatted"), MESSAGE_LENGTH_MAX)
            if formatted or template:
                return formatted or template, template
        elif entry:
            return text(entry, MESSAGE_LENGTH_MAX), ""
    return "", ""


def _fingerprint(payload: dict[str, Any]) -> tuple[str, ...]:
    parts = payload.get("fingerprint")
    if isinstance(parts, str):
        parts = [parts]
    chosen = tuple(text(part) for part in listing(parts)[:FINGERPRINT_PARTS_MAX])
    if any(chosen):
        return chosen
    checksum = word(payload.get("checksum"))
    return (checksum,) if checksum else ()


def _session(payload: dict[str, Any]) -> str:
    """The browser session's id where the SDK names one."""
    replay = mapping(mapping(payload.get("contexts")).get("replay"))
    return event_id(replay.get("replay_id"))


def _user(user: dict[str, Any], ip: str) -> str:
    for name in ("id", "email", "username"):
        known = word(user.get(name), 256)
        if known:
            return known
    address = word(user.get("ip_address"), 64)
    return ip if address == _AUTO else address if ip else ""


def _is_deadly(payload: dict[str, Any]) -> bool:
    return any(
        one.get("handled") is False and word(one.get("type"), 64).lower() in _DEADLY
        for one in mechanisms(payload)
    )


def _user_agent(payload: dict[str, Any]) -> str:
    """The header of the request that failed, or of the page's browser."""
    headers = mapping(payload.get("request")).get("headers")
    pairs = headers.items() if isinstance(headers, dict) else _pairs(headers)
    for name, value in pairs:
        if isinstance(name, str) and name.lower() == "user-agent":
            return word(value, USER_AGENT_LENGTH_MAX)
    return ""


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    rows = listing(value)
    return [(row[0], row[1]) for row in rows if isinstance(row, list) and len(row) == 2]


def _sdk(payload: dict[str, Any]) -> str:
    sdk = mapping(payload.get("sdk"))
    name, version = word(sdk.get("name"), 64), word(sdk.get("version"), 32)
    return f"{name}/{version}" if name and version else name
