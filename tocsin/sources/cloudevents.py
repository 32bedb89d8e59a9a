"""CloudEvents 1.0 over HTTP: binary, structured and batched, with the web-hook handshake.

CloudEvents say what happened, not how bad it is: the extensions `severity` (or the standard's
`severitytext`) and `alertkey` tell, else the type's last word does. Rules of the integration
(`settings.status_rules`) have the last word on either.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import CLOUDEVENTS
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload
from tocsin.sources.answer import accepted, address_or_header_key, refused
from tocsin.sources.door import JSON, Door, Kept, Knock, Reply, Report, no_probe
from tocsin.sources.source import instant, mapping, parse_json, text, word

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
EVENTS_MAX: Final = 1_000

BY_WORD: Final = {
    "fatal": EventStatus.CRITICAL,
    "critical": EventStatus.CRITICAL,
    "emergency": EventStatus.CRITICAL,
    "error": EventStatus.WARNING,
    "warning": EventStatus.WARNING,
    "warn": EventStatus.WARNING,
    "info": EventStatus.INFO,
    "debug": EventStatus.INFO,
    "trace": EventStatus.INFO,
    "ok": EventStatus.OK,
    "resolved": EventStatus.OK,
    "recovered": EventStatus.OK,
    "cleared": EventStatus.OK,
    "closed": EventStatus.OK,
}
"""What a severity, or the last word of a type, says."""

_REQUIRED: Final = ("id", "source", "specversion", "type")
_STATED: Final = (*_REQUIRED, "data", "data_base64", "datacontenttype", "dataschema", "time")
_TITLES: Final = ("title", "summary", "message")
_HEADER: Final = "ce-"
_META_MAX: Final = 60


def check(knock: Knock, integration: Integration) -> dict[str, str]:
    """Refuse what is no CloudEvent 1.0, and any batch that holds something else."""
    meta = {"mode": _mode(knock.headers)}
    if meta["mode"] == "binary":
        named = [name for name in knock.headers if name.startswith(_HEADER)][:_META_MAX]
        meta |= {name: knock.headers[name] for name in named}
        meta["content-type"] = knock.headers.get("content-type", "")
    events = _events(knock.body, meta)
    if len(events) > EVENTS_MAX:
        raise InvalidParameter(
            "a batch may hold {maximum} events, not {count}", maximum=EVENTS_MAX, count=len(events)
        )
    for place, event in enumerate(events):
        _require(event, f"[{place}]." if meta["mode"] == "batch" else "")
    return meta


def read(kept: Kept, integration: Integration) -> list[Report]:
    """Each event of the request."""
    return [_alert(event, kept.received_at) for event in _events(kept.body, kept.meta)]


def probe(knock: Knock) -> Reply | None:
    """The handshake of a sender that asks whether it may send, before it does."""
    origin = knock.headers.get("webhook-request-origin", "")
    if knock.method != "OPTIONS" or not origin:
        return no_probe(knock)
    rate = knock.headers.get("webhook-request-rate", "*")
    return Reply(200, headers={"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": rate})


def _require(event: Mapping[str, Any], place: str) -> None:
    for name in _REQUIRED:
        if not text(event.get(name)).strip():
            raise InvalidParameter("{field} is required", field=place + name)
    if word(event["specversion"]) != "1.0":
        raise InvalidParameter(
            "{field} must be {expected}, not {value}",
            field=f"{place}specversion",
            expected="1.0",
            value=word(event["specversion"]),
        )


def _mode(headers: Mapping[str, str]) -> str:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return {STRUCTURED: "structured", BATCH: "batch"}.get(kind, "binary")


def _events(body: bytes, meta: Mapping[str, str]) -> list[dict[str, Any]]:
    if meta["mode"] == "structured":
        return [payload.json_object(body)]
    if meta["mode"] == "binary":
        return [_binary(body, meta)]
    found = payload.json_value(body)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InvalidParameter("a batch must be a JSON array of events")
    return found


def _binary(body: bytes, meta: Mapping[str, str]) -> dict[str, Any]:
    event: dict[str, Any] = {
        name.removeprefix(_HEADER): unquote(value)
        for name, value in meta.items()
        if name.startswith(_HEADER)
    }
    kind = meta.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON or kind.endswith("+json"):
        event["data"] = _data(body)
    else:
        event["data"] = payload.plain(body)
    return event


def _data(body: bytes) -> Any:
    try:
        return parse_json(body)
    except ValueError:
        return payload.plain(body)


def _alert(event: dict[str, Any], received_at: int) -> AlertEvent:
    data = event.get("data")
    inside = mapping(data)
    kind, source, subject = (word(event.get(name)) for name in ("type", "source", "subject"))
    told = next((said for name in _TITLES if (said := word(inside.get(name)))), "")
    described = (
        data if isinstance(data, str) else msgspec.json.encode(data).decode() if data else ""
    )
    return payload.event(
        payload.key(event.get("alertkey")) or payload.key(source, subject, _stem(kind)),
        _status(event, kind),
        told or " ".join(filter(None, (kind, subject))),
        instant(event.get("time")) or received_at,
        description=described,
        labels=payload.labels(
            {"type": kind, "source": source, "subject": subject},
            {name: said for name, said in event.items() if name not in _STATED},
            {name: said for name, said in inside.items() if not isinstance(said, dict | list)},
        ),
        message_id=payload.key(source, event.get("id")),
    )


def _stem(kind: str) -> str:
    """A type without its last word, which says how things stand: `disk.full` and `disk.ok` are
    about one thing."""
    return kind.rpartition(".")[0] or kind


def _status(event: Mapping[str, Any], kind: str) -> EventStatus:
    said = text(event.get("severity") or event.get("severitytext"), 64).lower()
    return BY_WORD.get(said) or BY_WORD.get(kind.rpartition(".")[2].lower()) or EventStatus.WARNING


SETUP: Final = """\
curl -sS 'URL/event/push/alert/cloudevents?integration_key=KEY' \\
  -H 'ce-specversion: 1.0' -H 'ce-id: 1' -H 'ce-source: /acme/db' -H 'ce-subject: db1' \\
  -H 'ce-type: com.acme.disk.full' -H 'ce-severity: critical' \\
  -H 'Content-Type: application/json' -d '{"summary": "Disk is full", "free": 3}'
# and when it is over, with the same source, subject and beginning of the type:
#   -H 'ce-type: com.acme.disk.ok'
"""

DOORS: Final = (
    Door(
        plugin=CLOUDEVENTS,
        path="/event/push/alert/cloudevents",
        key=address_or_header_key,
        check=check,
        read=read,
        accepted=accepted,
        refused=refused,
        probe=probe,
        setup=SETUP,
    ),
)
