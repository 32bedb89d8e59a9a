"""VictorOps (Splunk On-Call): its generic REST endpoint.

Severities: CRITICAL, WARNING and INFO are ours of the same name, RECOVERY recovers, and
ACKNOWLEDGEMENT says that somebody there took care. Its senders try again on 5xx only.
"""

from collections.abc import Mapping
from typing import Any, Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import VICTOROPS
from tocsin.domain.report import Acknowledgement
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import Failure, InvalidParameter, TooFrequent
from tocsin.sources import payload, push
from tocsin.sources.answer import json_reply, language, query_key, segment_key
from tocsin.sources.door import Door, Kept, Knock, Reply, Report
from tocsin.sources.source import text, word

ACKNOWLEDGED: Final = ("ACKNOWLEDGEMENT", "ACKNOWLEDGED")
_STATUSES: Final = {
    "CRITICAL": EventStatus.CRITICAL,
    "WARNING": EventStatus.WARNING,
    "INFO": EventStatus.INFO,
    "RECOVERY": EventStatus.OK,
    "OK": EventStatus.OK,
}
_ELSEWHERE: Final = {"message_type", "state_message", "entity_display_name", "ack_msg"}
"""Members that are shown, and so are no labels."""


def _key(knock: Knock) -> str:
    return segment_key(knock) or query_key(knock)


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    found = payload.json_object(knock.body)
    kind = _kind(found)
    if kind not in _STATUSES and kind not in ACKNOWLEDGED:
        raise InvalidParameter(
            "message_type must be CRITICAL, WARNING, INFO, ACKNOWLEDGEMENT or RECOVERY, "
            "not {value}",
            value=kind,
            field="message_type",
        )
    entity = push.key(word(found.get("entity_id")), "entity_id")
    if not entity and _STATUSES.get(kind) in (EventStatus.OK, None):
        raise InvalidParameter("{field} is required", field="entity_id")
    routing = knock.segments.get("routing_key", "")
    return {"entity_id": entity or knock.fresh(), **({"routing_key": routing} if routing else {})}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    found = payload.json_object(kept.body)
    entity = kept.meta["entity_id"]
    kind = _kind(found)
    said_at = found.get("timestamp") or found.get("state_start_time")
    happened_at = payload.happened(said_at, kept.received_at)
    if kind in ACKNOWLEDGED:
        by = text(found.get("ack_author"), 100)
        note = text(found.get("ack_msg") or found.get("state_message"), 500)
        return [Acknowledgement(entity, happened_at, by=by, note=note)]
    others = {name: word(value) for name, value in found.items() if name not in _ELSEWHERE}
    return [
        payload.event(
            entity,
            _STATUSES[kind],
            text(found.get("entity_display_name")) or entity,
            happened_at,
            description=text(found.get("state_message")),
            labels=payload.labels({"routing_key": kept.meta.get("routing_key")}, others),
        )
    ]


def _kind(found: Mapping[str, Any]) -> str:
    return word(found.get("message_type")).upper()


def _accepted(knock: Knock, meta: Mapping[str, str], request_id: str) -> Reply:
    return json_reply(200, {"result": "success", "entity_id": meta["entity_id"]})


def _refused(knock: Knock, failure: Failure, request_id: str) -> Reply:
    status = 503 if isinstance(failure, TooFrequent) else failure.status
    return json_reply(status, {"result": "failure", "message": failure.message(language(knock))})


SETUP: Final = """\
# alertmanager.yml
receivers:
  - name: tocsin
    victorops_configs:
      - {api_url: "URL/integrations/generic/20131114/alert/", api_key: "KEY", routing_key: "sre"}
"""

DOORS: Final = tuple(
    Door(
        plugin=VICTOROPS,
        path=path,
        key=_key,
        check=_check,
        read=_read,
        accepted=_accepted,
        refused=_refused,
        setup=SETUP,
    )
    for path in (
        "/event/push/alert/victorops",
        "/integrations/generic/20131114/alert/{key}",
        "/integrations/generic/20131114/alert/{key}/{routing_key}",
    )
)
