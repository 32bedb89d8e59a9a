"""A minidump with what its sender says beside it, as the JSON of one event in Sentry's words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.sources.minidump import MAGIC, Dump
from tocsin.sources.sentry_envelope import event_id
from tocsin.sources.source import Unreadable, made_id, mapping, parse_object, word

EVENT: Final = "__sentry-event"
BREADCRUMBS: Final = ("__sentry-breadcrumb1", "__sentry-breadcrumb2")
ATTACHED: Final = frozenset({EVENT, *BREADCRUMBS})
"""Files that Sentry's native SDK sends beside a dump, in MessagePack."""
ATTACHED_BYTES_MAX: Final = 512 * 1024
BREADCRUMBS_MAX: Final = 100
FIELDS_MAX: Final = 500
VALUE_LENGTH_MAX: Final = 2_000
DEPTH_MAX: Final = 8
_FIELD: Final = "sentry"
_STEPS: Final = re.compile(r"\[([^\[\]]{1,100})\]")
_TRAILING: Final = re.compile(r"trailing characters \(byte (\d+)\)")
EVENT_BYTES_MAX: Final = 1024 * 1024
_LOOSE: Final = ("threads", "extra", "breadcrumbs", "contexts")
_SAID: Final = frozenset({"level", "exception", "threads", "debug_meta", "platform", "stacktrace"})
"""What the dump knows better."""


class Made(Struct, frozen=True):
    """An event, as JSON."""

    event_id: str
    json: bytes


def made(content: bytes, fields: Sequence[tuple[str, str]], files: Mapping[str, bytes]) -> Made:
    """The event of a dump, of a form's fields and of the files beside it; Unreadable for no dump."""
    crash = Dump(content).event()
    said = _unpacked(files.get(EVENT, b""))
    own = mapping(said[0]) if said else {}
    extra = {}
    for name, value in fields[:FIELDS_MAX]:
        if name == _FIELD:
            own = {**own, **_object(value)}
        elif name.startswith(f"{_FIELD}[") and (steps := _STEPS.findall(name)[:DEPTH_MAX]):
            _put(own, steps, value[:VALUE_LENGTH_MAX])
        else:
            extra[word(name, 100)] = value[:VALUE_LENGTH_MAX]
    crumbs = [one for name in BREADCRUMBS for one in _unpacked(files.get(name, b""))]
    return joined({**own, **_beside(own, extra, crumbs)}, crash, content)


def joined(own: dict[str, Any], crash: dict[str, Any], content: bytes) -> Made:
    """What a sender says of a crash and what the dump does, as one event: without the threads that did
    not crash, and more, where it would become too large."""
    kept = {name: value for name, value in own.items() if name not in _SAID or not crash.get(name)}
    contexts = {**mapping(crash.get("contexts")), **mapping(own.get("contexts"))}
    named = event_id(own.get("event_id")) or made_id(content)
    event = {**kept, **crash, "contexts": contexts, "event_id": named}
    packed = msgspec.json.encode(event)
    for name in _LOOSE:
        if len(packed) <= EVENT_BYTES_MAX:
            break
        event.pop(name, None)
        packed = msgspec.json.encode(event)
    return Made(named, packed)


def is_dump(content: bytes) -> bool:
    """Whether it begins as one does."""
    return content.startswith(MAGIC)


def _beside(own: dict[str, Any], extra: dict[str, str], crumbs: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if extra:
        found["extra"] = {**extra, **mapping(own.get("extra"))}
    if crumbs:
        found["breadcrumbs"] = {"values": crumbs[-BREADCRUMBS_MAX:]}
    return found


def _object(text: str) -> dict[str, Any]:
    try:
        return parse_object(text.encode(), "the field sentry")
    except Unreadable:
        return {}


def _put(into: dict[str, Any], steps: list[str], value: str) -> None:
    """Set what `sentry[a][b]` names."""
    *path, last = steps
    for step in path:
        if not isinstance(into.get(step), dict):
            into[step] = {}
        into = into[step]
    into[last] = value


def _unpacked(content: bytes) -> list[Any]:
    """The objects of a file of MessagePack, one behind another; those before what is damaged."""
    found: list[Any] = []
    while content and len(found) < BREADCRUMBS_MAX:
        end = len(content)
        try:
            msgspec.msgpack.decode(content, type=msgspec.Raw)
        except msgspec.DecodeError as error:
            more = _TRAILING.search(str(error))
            if more is None:
                break
            end = int(more[1])
        try:
            found.append(msgspec.msgpack.decode(content[:end]))
        except (msgspec.DecodeError, RecursionError, ValueError):
            break
        content = content[end:]
    return found
