"""An error event of the Flashcat (Datadog family) SDKs as our error event."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from msgspec import Struct

from tocsin.domain.error_event import Door, ErrorEvent, Thrown
from tocsin.sources.rum_stack import Build
from tocsin.sources.source import (
    MESSAGE_LENGTH_MAX,
    TAG_LENGTH_MAX,
    TAGS_MAX,
    count,
    happened_at,
    listing,
    mapping,
    text,
    word,
)

CAUSES_MAX: Final = 10
CONTEXT_DEPTH_MAX: Final = 3
_PLATFORMS: Final = {
    "browser": "javascript",
    "react-native": "javascript",
    "android": "java",
    "ios": "cocoa",
    "flutter": "dart",
}
_HEX: Final = frozenset("0123456789abcdef")


class Batch(Struct, frozen=True):
    """What a request's query says of all its events; instants in ms, 0 and '' are unknown."""

    received_at: int
    sent_at: int = 0
    env: str = ""
    service: str = ""
    version: str = ""
    sdk: str = ""
    user_agent: str = ""


def error_event(line: dict[str, Any], batch: Batch, made_id: str) -> ErrorEvent:
    """Our error event of one decoded line; total, whatever types its parts have."""
    error = mapping(line.get("error"))
    view = mapping(line.get("view"))
    session = mapping(line.get("session"))
    user = mapping(line.get("usr"))
    fingerprint = word(error.get("fingerprint"))
    is_crash = error.get("is_crash") is True
    own = _named(line.get("ddtags"))
    kind = word(error.get("source_type"), 64) or word(line.get("source"), 64) or "browser"
    return ErrorEvent(
        event_id=plain_id(error.get("id")) or made_id,
        door=Door.RUM,
        received_at=batch.received_at,
        occurred_at=happened_at(count(line.get("date"), 10**14), batch.sent_at, batch.received_at),
        platform=_PLATFORMS.get(kind, kind),
        level="fatal" if is_crash else "error",
        message=text(error.get("message"), MESSAGE_LENGTH_MAX),
        exceptions=_chain(error, Build.of(line, error, _PLATFORMS.get(kind, kind))),
        fingerprint=(fingerprint,) if fingerprint else (),
        service=word(line.get("service"), 256) or own.get("service", "") or batch.service,
        env=own.get("env", "") or batch.env,
        version=word(line.get("version"), 256) or own.get("version", "") or batch.version,
        session_id=word(session.get("id"), 64),
        user_id=word(user.get("id"), 256) or word(user.get("anonymous_id"), 256),
        user_email=word(user.get("email"), 256),
        url=word(view.get("url")),
        user_agent=batch.user_agent,
        os_name=word(mapping(line.get("os")).get("name"), 64),
        device_type=word(mapping(line.get("device")).get("type"), 32),
        transaction=word(view.get("name"), 256),
        is_crash=is_crash,
        error_source=word(error.get("source"), 32),
        resource_status=count(mapping(error.get("resource")).get("status_code"), 999),
        sdk=batch.sdk,
        tags=_labels(line, error),
    )


def ddtags(value: str) -> dict[str, str]:
    """`name:value,…` as a mapping; a value may hold further colons."""
    pairs = (pair.partition(":") for pair in value[:8192].split(","))
    return {name.strip(): item[:TAG_LENGTH_MAX] for name, mark, item in pairs if mark and name}


def _named(value: Any) -> dict[str, str]:
    return ddtags(text(value, 8192)) if isinstance(value, str) else {}


def _chain(error: dict[str, Any], build: Build) -> tuple[Thrown, ...]:
    """The innermost cause first, what was reported last."""
    causes = [mapping(one) for one in listing(error.get("causes"))[:CAUSES_MAX]]
    handled = error.get("handling") != "unhandled"
    return tuple(_thrown(one, handled, build) for one in (*reversed(causes), error) if one)


def _thrown(one: dict[str, Any], handled: bool, build: Build) -> Thrown:
    stack = one.get("stack")
    return Thrown(
        type=word(one.get("type"), 256),
        value=text(one.get("message"), MESSAGE_LENGTH_MAX),
        frames=build.frames(stack) if isinstance(stack, str) else (),
        handled=handled,
    )


def _flat(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    """What an object holds by its dotted path, down to so many names."""
    for name, item in mapping(value).items():
        place = f"{path}.{name}" if path else str(name)
        if not isinstance(item, dict):
            yield place, item
        elif depth > 1:
            yield from _flat(item, place, depth - 1)


def _labels(line: dict[str, Any], error: dict[str, Any]) -> dict[str, str]:
    """The plain values of the context a page added, those inside others by their path, and how a
    content policy was applied."""
    found = islice(_flat(line.get("context"), "", CONTEXT_DEPTH_MAX), TAGS_MAX)
    plain = {text(name, TAG_LENGTH_MAX): word(item, TAG_LENGTH_MAX) for name, item in found}
    plain["csp.disposition"] = word(mapping(error.get("csp")).get("disposition"), 32)
    return {name: item for name, item in plain.items() if name and item}


def plain_id(value: Any) -> str:
    """A UUID without its dashes; '' for anything else."""
    plain = value.replace("-", "").lower() if isinstance(value, str) and len(value) <= 36 else ""
    return plain if len(plain) == 32 and _HEX.issuperset(plain) else ""
