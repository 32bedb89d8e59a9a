"""Sentry's webhooks: of its integration platform, signed, and of the older plug-in, unsigned.

Sentry waits one second for an answer and does not try again: the door only verifies and keeps.
Severities: fatal and critical are Critical, error and warning are Warning, info and debug are Info.
"""

import hmac
from hashlib import sha256
from typing import Any, Final

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import SENTRY
from tocsin.domain.report import Remark
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload
from tocsin.sources.answer import accepted, query_key, refused
from tocsin.sources.door import Door, Kept, Knock, Report
from tocsin.sources.source import instant, mapping, tags, text, word

BY_LEVEL: Final = {
    "fatal": EventStatus.CRITICAL,
    "critical": EventStatus.CRITICAL,
    "error": EventStatus.WARNING,
    "warning": EventStatus.WARNING,
    "info": EventStatus.INFO,
    "debug": EventStatus.INFO,
    "resolved": EventStatus.OK,
}
_FIRES: Final = ("created", "unresolved")
_RESOURCES: Final = ("event_alert", "metric_alert", "issue", "error", "comment", "installation")


def check(knock: Knock, integration: Integration) -> dict[str, str]:
    """Refuse what is not signed with the integration's secret, where it has one."""
    if knock.secret:
        expected = hmac.new(knock.secret.encode(), knock.body, sha256).hexdigest()
        found = knock.headers.get("sentry-hook-signature", "")
        if not hmac.compare_digest(expected.encode(), found.encode()):
            raise InvalidParameter(
                "Sentry-Hook-Signature does not fit the body; check the client secret",
                field="Sentry-Hook-Signature",
            )
    sent = payload.json_object(knock.body)
    resource = knock.headers.get("sentry-hook-resource", "")
    if resource in _RESOURCES:
        payload.required(sent, "action", "data")
    elif resource:
        raise InvalidParameter("Sentry-Hook-Resource {value} is not known", value=resource)
    else:
        payload.required(sent, "id", "project")
    return {"resource": resource}


def read(kept: Kept, integration: Integration) -> list[Report]:
    """What the webhook reports: an alert for an issue or a metric, or a remark on it."""
    sent = payload.json_object(kept.body)
    data, action = mapping(sent.get("data")), word(sent.get("action"))
    match kept.meta.get("resource", ""):
        case "event_alert" | "error" as resource:
            event = mapping(data.get("event") or data.get("error"))
            return [_event(event, word(data.get("triggered_rule")), kept, resource)]
        case "metric_alert":
            return [_metric(data, action, kept)]
        case "issue":
            return [_issue(mapping(data.get("issue")), action, _actor(sent), kept)]
        case "comment":
            said = text(data.get("comment"), 2048)
            return [Remark(_issue_key(data.get("issue_id")), kept.received_at, said, _actor(sent))]
        case "":
            return [_plugin(sent, kept)]
    return []


def _actor(sent: dict[str, Any]) -> str:
    return word(mapping(sent.get("actor")).get("name"), 128)


def _issue_key(issue_id: Any) -> str:
    return payload.key("issue", issue_id)


def _event(event: dict[str, Any], rule: str, kept: Kept, resource: str) -> AlertEvent:
    """An event that an alert rule reports, or every error event where these are subscribed to."""
    level = word(event.get("level")).lower()
    return payload.event(
        _issue_key(event.get("issue_id") or event.get("event_id")),
        BY_LEVEL.get(level, EventStatus.WARNING),
        word(event.get("title")),
        instant(event.get("datetime")) or instant(event.get("timestamp")) or kept.received_at,
        description=payload.lines(event.get("culprit"), event.get("web_url")),
        labels=payload.labels(
            {
                "resource": resource,
                "rule": rule,
                "level": level,
                "project": event.get("project"),
                "issue_id": event.get("issue_id"),
                "link": event.get("web_url"),
            },
            tags(event.get("tags")),
        ),
    )


def _metric(data: dict[str, Any], action: str, kept: Kept) -> AlertEvent:
    alert = mapping(data.get("metric_alert"))
    rule = mapping(alert.get("alert_rule"))
    return payload.event(
        payload.key("metric", alert.get("id")),
        BY_LEVEL.get(action, EventStatus.WARNING),
        word(data.get("description_title")) or word(alert.get("title")),
        instant(alert.get("date_closed" if action == "resolved" else "date_started"))
        or kept.received_at,
        description=payload.lines(data.get("description_text"), data.get("web_url")),
        labels=payload.labels(
            {
                "resource": "metric_alert",
                "rule": rule.get("name"),
                "alert_id": alert.get("id"),
                "link": data.get("web_url"),
            }
        ),
    )


def _issue(issue: dict[str, Any], action: str, by: str, kept: Kept) -> Report:
    """A new or reopened issue fires, a resolved one recovers; the rest is worth a remark."""
    key = _issue_key(issue.get("id"))
    if action not in (*_FIRES, "resolved"):
        return Remark(key, kept.received_at, f"{action} in Sentry", by)
    level = word(issue.get("level")).lower()
    status = BY_LEVEL.get(level, EventStatus.WARNING)
    link = word(issue.get("web_url")) or word(issue.get("permalink"))
    return payload.event(
        key,
        EventStatus.OK if action == "resolved" else status,
        word(issue.get("title")),
        kept.received_at,
        description=payload.lines(issue.get("culprit"), link),
        labels=payload.labels(
            {
                "resource": "issue",
                "level": level,
                "project": mapping(issue.get("project")).get("slug"),
                "issue_id": issue.get("id"),
                "short_id": issue.get("shortId"),
                "link": link,
            }
        ),
    )


def _plugin(sent: dict[str, Any], kept: Kept) -> AlertEvent:
    """The older plug-in's report: an issue's id, and the event that set it off."""
    level = word(sent.get("level")).lower()
    event = mapping(sent.get("event"))
    return payload.event(
        _issue_key(sent.get("id")),
        BY_LEVEL.get(level, EventStatus.WARNING),
        word(sent.get("message")) or word(event.get("title")) or word(sent.get("culprit")),
        kept.received_at,
        description=payload.lines(sent.get("culprit"), sent.get("url")),
        labels=payload.labels(
            {
                "resource": "plugin",
                "level": level,
                "project": sent.get("project"),
                "issue_id": sent.get("id"),
                "link": sent.get("url"),
            },
            tags(event.get("tags")),
        ),
    )


SETUP: Final = """\
# Settings > Integrations > Create a New Internal Integration, with this Webhook URL and
# "Alert Rule Action" on; its Client Secret is the signing_secret of the integration here
URL/event/push/alert/sentry?integration_key=KEY
"""

DOORS: Final = (
    Door(
        plugin=SENTRY,
        path="/event/push/alert/sentry",
        key=query_key,
        check=check,
        read=read,
        accepted=accepted,
        refused=refused,
        setup=SETUP,
    ),
)
