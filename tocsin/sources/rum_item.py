"""A line of the Flashcat (Datadog family) SDKs as an event of its session."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from tocsin.domain.rum import RumEvent, RumKind
from tocsin.sources.rum_event import Batch, ddtags, plain_id
from tocsin.sources.source import count, happened_at, mapping, text, word

NAME_LENGTH_MAX: Final = 200
TITLE_LENGTH_MAX: Final = 1024
DURATION_NS_MAX: Final = 10**15
DATE_MS_MAX: Final = 10**14

_Named = tuple[str, str, int, int]
"""What it was called, its type, its duration (ns), its status."""


def item(line: dict[str, Any], kind: RumKind, batch: Batch, made_id: str) -> RumEvent | None:
    """The event of one decoded line; None for a view without an id, which is nobody's."""
    session, view, user = (mapping(line.get(name)) for name in ("session", "view", "usr"))
    named = _own(line.get("ddtags"))
    view_id = word(view.get("id"), 64)
    if kind is RumKind.VIEW and not view_id:
        return None
    own = mapping(line.get(kind))
    name, type_, duration_ns, status = _NAMERS[kind](own)
    return RumEvent(
        kind=kind,
        event_id=view_id
        if kind is RumKind.VIEW
        else plain_id(own.get("id")) or word(own.get("id"), 64) or made_id,
        occurred_at=happened_at(
            count(line.get("date"), DATE_MS_MAX), batch.sent_at, batch.received_at
        ),
        received_at=batch.received_at,
        session_id=word(session.get("id"), 64),
        session_type=word(session.get("type"), 32),
        view_id=view_id,
        user_id=word(user.get("id"), 256) or word(user.get("anonymous_id"), 256),
        user_name=word(user.get("name"), 256),
        user_email=word(user.get("email"), 256),
        service=word(line.get("service"), NAME_LENGTH_MAX)
        or named.get("service", "")
        or batch.service,
        env=named.get("env", "") or batch.env,
        version=word(line.get("version"), NAME_LENGTH_MAX)
        or named.get("version", "")
        or batch.version,
        url=word(view.get("url")),
        name=name,
        type=type_,
        status=status,
        duration_ns=duration_ns,
        document_version=_version(line),
        is_crash=own.get("is_crash") is True,
        has_replay=session.get("has_replay") is True,
    )


def _own(value: Any) -> dict[str, str]:
    return ddtags(value) if isinstance(value, str) else {}


def _version(line: dict[str, Any]) -> int:
    return count(mapping(line.get("_dd")).get("document_version")) or 1


def _view(own: dict[str, Any]) -> _Named:
    name = word(own.get("name")) or _path(word(own.get("url")))
    return name, word(own.get("loading_type"), NAME_LENGTH_MAX), _ns(own.get("time_spent")), 0


def _action(own: dict[str, Any]) -> _Named:
    name = text(mapping(own.get("target")).get("name"), TITLE_LENGTH_MAX)
    return name, word(own.get("type"), NAME_LENGTH_MAX), _ns(own.get("loading_time")), 0


def _resource(own: dict[str, Any]) -> _Named:
    status = count(own.get("status_code"), 999)
    return *_kind_of(own, "url"), _ns(own.get("duration")), status


def _long_task(own: dict[str, Any]) -> _Named:
    kind = word(own.get("entry_type"), NAME_LENGTH_MAX)
    return kind, kind, _ns(own.get("duration")), 0


def _vital(own: dict[str, Any]) -> _Named:
    return *_kind_of(own, "name"), _ns(own.get("duration")), 0


def _error(own: dict[str, Any]) -> _Named:
    status = count(mapping(own.get("resource")).get("status_code"), 999)
    return *_kind_of(own, "message"), 0, status


def _kind_of(own: dict[str, Any], name: str) -> tuple[str, str]:
    return text(own.get(name), TITLE_LENGTH_MAX), word(own.get("type"), NAME_LENGTH_MAX)


def _ns(value: Any) -> int:
    return count(value, DURATION_NS_MAX)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path or url
    except ValueError:
        return url


_NAMERS: Final[dict[RumKind, Callable[[dict[str, Any]], _Named]]] = {
    RumKind.VIEW: _view,
    RumKind.ACTION: _action,
    RumKind.RESOURCE: _resource,
    RumKind.LONG_TASK: _long_task,
    RumKind.VITAL: _vital,
    RumKind.ERROR: _error,
}
