"""Zabbix, through the media type we ship (docs/senders/zabbix-media-type.yaml).

Severities: Disaster and High are Critical, Average and Warning are Warning, the rest is Info. An
event keeps its id when it recovers; what people do in Zabbix becomes an acknowledgement or a
remark. Zabbix tries a failed script again, three times unless set otherwise.
"""

from collections.abc import Mapping
from typing import Any, Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import ZABBIX
from tocsin.domain.report import Acknowledgement, Remark
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload
from tocsin.sources.answer import accepted, address_or_header_key, refused
from tocsin.sources.door import Door, Kept, Knock, Report
from tocsin.sources.source import Unreadable, parse_json, tags, text, word

_STATUSES: Final = {
    "5": EventStatus.CRITICAL,
    "4": EventStatus.CRITICAL,
    "3": EventStatus.WARNING,
    "2": EventStatus.WARNING,
}
_LABELS: Final = {
    "host": "host_name",
    "host_ip": "host_ip",
    "trigger_id": "trigger_id",
    "event_id": "event_id",
    "zabbix_url": "zabbix_url",
}


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    found = payload.json_object(knock.body)
    event_id = word(found.get("event_id"))
    if not (event_id.isascii() and event_id.isdigit()):
        raise InvalidParameter(
            "event_id must be the number that Zabbix puts for {macro}, not {value}",
            macro="{EVENT.ID}",
            value=event_id,
            field="event_id",
        )
    return {}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    found = payload.json_object(kept.body)
    alert_key = payload.key(found.get("event_id"))
    if _said(found, "update_status") == "1":
        return [_update(found, alert_key, kept.received_at)]
    recovered = _said(found, "event_value") == "0"
    status = _STATUSES.get(_said(found, "event_severity"), EventStatus.INFO)
    return [
        payload.event(
            alert_key,
            EventStatus.OK if recovered else status,
            _said(found, "event_name"),
            kept.received_at,
            description=payload.lines(_said(found, "opdata"), _said(found, "description")),
            labels=payload.labels(
                {name: _said(found, theirs) for name, theirs in _LABELS.items()}, _tags(found)
            ),
        )
    ]


def _update(found: Mapping[str, Any], alert_key: str, at: int) -> Report:
    """What somebody did to the problem in Zabbix."""
    action, note = _said(found, "update_action"), _said(found, "update_message")
    by = _said(found, "update_user")[:100]
    if "acknowledged" in action and "unacknowledged" not in action:
        return Acknowledgement(alert_key, at, by=by, note=note[:500])
    said = " — ".join(part for part in (action, note) if part)
    return Remark(alert_key, at, text=said[:2_000] or "updated in Zabbix", by=by)


def _said(found: Mapping[str, Any], name: str) -> str:
    """A member; nothing for a macro that Zabbix could not replace."""
    said = text(found.get(name)).strip()
    return "" if said == "*UNKNOWN*" or (said.startswith("{") and said.endswith("}")) else said


def _tags(found: Mapping[str, Any]) -> dict[str, Any]:
    """Zabbix's tags, a text of JSON: [{"tag": …, "value": …}]."""
    try:
        listed = parse_json(word(found.get("tags")).encode())
    except Unreadable:
        return {}
    pairs = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return tags([[each.get("tag"), each.get("value") or "true"] for each in pairs])


SETUP: Final = """\
# Alerts > Media types > Import: docs/senders/zabbix-media-type.yaml
# Users > Media > Add: type Tocsin, and as "Send to":
URL/event/push/alert/zabbix?integration_key=KEY
"""

DOORS: Final = (
    Door(
        plugin=ZABBIX,
        path="/event/push/alert/zabbix",
        key=address_or_header_key,
        check=_check,
        read=_read,
        accepted=accepted,
        refused=refused,
        setup=SETUP,
    ),
)
