"""An event's JSON without the network address of the person it happened to."""

from typing import Any, Final

import msgspec

from tocsin.sources.source import Unreadable, mapping, parse_object

_USER: Final = frozenset({"ip_address", "geo"})
_ENVIRONMENT: Final = frozenset({"REMOTE_ADDR", "REMOTE_HOST"})
_HEADERS: Final = frozenset(
    {"forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip"}
)


def without_address(raw: bytes) -> bytes:
    """`raw` with user and request addresses taken out; unreadable bytes as they are."""
    try:
        payload = parse_object(raw, "the event")
    except Unreadable:
        return raw
    if "user" in payload:
        payload["user"] = _without(payload["user"], _USER)
    request = mapping(payload.get("request"))
    for part, names in (("env", _ENVIRONMENT), ("headers", _HEADERS)):
        if part in request:
            request[part] = _without(request[part], names)
    return msgspec.json.encode(payload)


def _without(value: Any, names: frozenset[str]) -> Any:
    """An object, or a list of [name, value] pairs, without those names."""
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if not _named(key, names)}
    if isinstance(value, list):
        return [one for one in value if not (isinstance(one, list) and _named(one, names))]
    return value


def _named(key: Any, names: frozenset[str]) -> bool:
    if isinstance(key, list):
        key = key[0] if key else ""
    return isinstance(key, str) and (key in names or key.lower() in names)
