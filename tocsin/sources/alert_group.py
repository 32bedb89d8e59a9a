"""Groups of alerts in the shape that Alertmanager's webhook made common.

Each alert has a status of its own: a group mixes both, and one that was cut short (its
`truncatedAlerts`) says nothing of the alerts left out, least of all that they recovered.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload, severity_words
from tocsin.sources.door import Report
from tocsin.sources.source import Rejected, listing, mapping, text, word

GROUP_BYTES_MAX: Final = 4 * 1024 * 1024
_TITLES: Final = ("summary", "title", "message")
_DESCRIPTIONS: Final = ("description", "message")
_LINKS: Final = {
    "generator_url": "generatorURL",
    "dashboard_url": "dashboardURL",
    "panel_url": "panelURL",
    "image_url": "imageURL",
}


def check(body: bytes) -> dict[str, Any]:
    """The group in a body; InvalidParameter for what is none."""
    found = payload.json_object(body)
    if not isinstance(found.get("alerts"), list):
        raise InvalidParameter("{field} is required", field="alerts")
    return found


def read(group: Mapping[str, Any], received_at: int) -> list[Report]:
    """A report for each alert of a group, in its order."""
    whole = text(group.get("status"))
    return [_report(alert, whole, received_at) for alert in listing(group.get("alerts"))]


def _report(sent: Any, whole: str, received_at: int) -> Report:
    alert = mapping(sent)
    labels = mapping(alert.get("labels"))
    if not labels and not word(alert.get("fingerprint")):
        return Rejected("an alert of the group has no labels", text(sent, 1_000))
    notes = mapping(alert.get("annotations"))
    recovered = (word(alert.get("status")) or whole).lower() in ("resolved", "ok")
    title = _first(notes, _TITLES) or text(labels.get("alertname"))
    description = _first(notes, _DESCRIPTIONS)
    said_at = alert.get("endsAt") if recovered else alert.get("startsAt")
    return payload.event(
        payload.key(alert.get("fingerprint")) or _fingerprint(labels),
        EventStatus.OK if recovered else severity_words.of_labels(labels),
        title,
        payload.happened(said_at, received_at),
        description="" if description == title else description,
        labels=payload.labels(labels, _links(alert, notes)),
    )


def _links(alert: Mapping[str, Any], notes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: alert.get(theirs) for name, theirs in _LINKS.items()},
        "runbook_url": notes.get("runbook_url"),
    }


def _first(found: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((said for name in names if (said := text(found.get(name)).strip())), "")


def _fingerprint(labels: Mapping[str, Any]) -> str:
    """The same for the same labels, for senders that leave theirs out."""
    pairs = sorted((name, text(value)) for name, value in labels.items())
    return hashlib.blake2b(repr(pairs).encode(), digest_size=8).hexdigest()
