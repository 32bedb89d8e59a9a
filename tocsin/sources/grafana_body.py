"""What Grafana sends: groups of alerts, or in versions before 9 one rule's state at a time."""

from collections.abc import Mapping
from typing import Any, Final

from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import alert_group, payload
from tocsin.sources.door import Report
from tocsin.sources.source import listing, mapping, text, word

_STATES: Final = {
    "alerting": EventStatus.WARNING,
    "no_data": EventStatus.CRITICAL,
    "ok": EventStatus.OK,
}
_SAYING_NOTHING: Final = ("paused", "pending", "unknown")


def is_legacy(found: Mapping[str, Any]) -> bool:
    """Whether this is what Grafana sent before its alerting was unified."""
    return "ruleId" in found or "evalMatches" in found


def check(body: bytes) -> None:
    """Refuse what neither Grafana ever sent; InvalidParameter."""
    found = payload.json_object(body)
    if not is_legacy(found):
        alert_group.check(body)
    elif word(found.get("state")) not in (*_STATES, *_SAYING_NOTHING):
        raise InvalidParameter(
            "state must be alerting, no_data, ok, paused or pending, not {value}",
            value=text(found.get("state")),
            field="state",
        )


def read(body: bytes, received_at: int) -> list[Report]:
    """What either Grafana says."""
    found = payload.json_object(body)
    if not is_legacy(found):
        return alert_group.read(found, received_at)
    status = _STATES.get(word(found.get("state")))
    return [_legacy(found, status, received_at)] if status else []


def _legacy(found: Mapping[str, Any], status: EventStatus, received_at: int) -> Report:
    matches = [mapping(each) for each in listing(found.get("evalMatches"))]
    values = (f"{text(each.get('metric'))}: {text(each.get('value'))}" for each in matches)
    return payload.event(
        payload.key(found.get("orgId"), found.get("ruleId")),
        status,
        text(found.get("ruleName")) or text(found.get("title")),
        received_at,
        description=payload.lines(found.get("message"), *values),
        labels=payload.labels(
            mapping(found.get("tags")),
            {
                "rule_url": found.get("ruleUrl"),
                "image_url": found.get("imageUrl"),
                "rule_id": found.get("ruleId"),
                "dashboard_id": found.get("dashboardId"),
                "panel_id": found.get("panelId"),
            },
        ),
    )
