"""Datadog monitors, by the webhook template that the docs publish.

A Datadog webhook sends what its template says; TEMPLATE is the one read here. Datadog tries again
after 5xx only, so what others are told with 429 it is told with 503.

Severities: P1 and P2 are Critical, P3 is Warning, P4 and P5 are Info; without a priority the type
counts. Warn and No Data are Warning at most.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import DATADOG
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload
from tocsin.sources.answer import accepted, query_key, refused_for_later
from tocsin.sources.door import Door, Kept, Knock, Report
from tocsin.sources.source import text, word

TEMPLATE: Final = {
    "alert_transition": "$ALERT_TRANSITION",
    "alert_cycle_key": "$ALERT_CYCLE_KEY",
    "alert_id": "$ALERT_ID",
    "aggreg_key": "$AGGREG_KEY",
    "alert_type": "$ALERT_TYPE",
    "alert_priority": "$ALERT_PRIORITY",
    "alert_scope": "$ALERT_SCOPE",
    "alert_status": "$ALERT_STATUS",
    "alert_query": "$ALERT_QUERY",
    "event_title": "$EVENT_TITLE",
    "text_only_msg": "$TEXT_ONLY_MSG",
    "tags": "$TAGS",
    "hostname": "$HOSTNAME",
    "link": "$LINK",
    "date": "$DATE",
    "org_name": "$ORG_NAME",
    "id": "$ID",
}
"""The payload to paste into the webhook's settings in Datadog."""

_RECOVERED: Final = "Recovered"
_MILD: Final = ("Warn", "Re-Warn", "No Data", "Re-No Data")
_LABELS: Final = ("alert_id", "alert_scope", "alert_query", "hostname", "org_name", "link")

BY_PRIORITY: Final = {
    "P1": EventStatus.CRITICAL,
    "P2": EventStatus.CRITICAL,
    "P3": EventStatus.WARNING,
    "P4": EventStatus.INFO,
    "P5": EventStatus.INFO,
}
BY_TYPE: Final = {
    "error": EventStatus.CRITICAL,
    "warning": EventStatus.WARNING,
    "info": EventStatus.INFO,
    "success": EventStatus.OK,
}


def check(knock: Knock, integration: Integration) -> dict[str, str]:
    """Refuse what our template did not write: it names no transition, or nothing to go by."""
    sent = _filled(knock.body)
    if not sent["alert_transition"] and not sent["alert_type"]:
        raise InvalidParameter(
            "alert_transition is required; use the payload that the page on Datadog shows",
            field="alert_transition",
        )
    if not _key(sent):
        raise InvalidParameter(
            "alert_cycle_key is required; use the payload that the page on Datadog shows",
            field="alert_cycle_key",
        )
    return {}


def read(kept: Kept, integration: Integration) -> list[Report]:
    """The transition of a monitor as an event; a cycle of alerting is one alert."""
    sent = _filled(kept.body)
    return [
        payload.event(
            _key(sent),
            _status(sent),
            sent["event_title"] or f"Monitor {sent['alert_id']}",
            _happened_at(sent["date"]) or kept.received_at,
            description=sent["text_only_msg"] or sent["alert_status"],
            labels=payload.labels(
                {name: sent[name] for name in _LABELS},
                {"transition": sent["alert_transition"], "priority": sent["alert_priority"]},
                _tags(sent["tags"]),
            ),
        )
    ]


def _filled(body: bytes) -> dict[str, str]:
    """What the template was filled with; a variable that Datadog left as it is counts as empty."""
    sent: Mapping[str, Any] = payload.json_object(body)
    said = {name: text(sent.get(name), 8192).strip() for name in TEMPLATE}
    return {name: "" if value == TEMPLATE[name] else value for name, value in said.items()}


def _key(sent: Mapping[str, str]) -> str:
    by_monitor = payload.key(sent["alert_id"], sent["alert_scope"]) if sent["alert_id"] else ""
    return payload.key(sent["alert_cycle_key"]) or by_monitor or payload.key(sent["aggreg_key"])


def _status(sent: Mapping[str, str]) -> EventStatus:
    transition = sent["alert_transition"]
    if transition == _RECOVERED or sent["alert_type"] == "success":
        return EventStatus.OK
    by_priority = BY_PRIORITY.get(sent["alert_priority"].upper())
    if transition in _MILD:
        return EventStatus.INFO if by_priority is EventStatus.INFO else EventStatus.WARNING
    return by_priority or BY_TYPE.get(sent["alert_type"], EventStatus.WARNING)


def _happened_at(date: str) -> int:
    """`$DATE` is ms since 1970."""
    return int(date) if date.isascii() and date.isdigit() and 12 <= len(date) <= 13 else 0


def _tags(tags: str) -> dict[str, str]:
    """`env:prod,team:web,urgent` as labels; a tag without a value says yes."""
    found: dict[str, str] = {}
    for tag in tags.split(","):
        name, colon, value = tag.strip().partition(":")
        found.setdefault(word(name), value if colon else "true")
    found.pop("", None)
    return found


SETUP: Final = f"""\
# Integrations > Webhooks > New: a name, this URL, and the payload below
URL/event/push/alert/datadog?integration_key=KEY

{msgspec.json.format(msgspec.json.encode(TEMPLATE), indent=2).decode()}

# then @webhook-<name> in the messages of monitors, "notify on recovery" on
"""

DOORS: Final = (
    Door(
        plugin=DATADOG,
        path="/event/push/alert/datadog",
        key=query_key,
        check=check,
        read=read,
        accepted=accepted,
        refused=refused_for_later,
        setup=SETUP,
    ),
)
