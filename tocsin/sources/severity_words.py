"""The words senders have for how bad a thing is, as our severities. Tables, so that people can
read and extend them."""

from collections.abc import Mapping
from typing import Any, Final

from tocsin.domain.severity import EventStatus
from tocsin.sources.source import word

SEVERITY_LABELS: Final = ("severity", "priority", "level")
"""Labels that may say it; the first one present decides."""

WORDS: Final[Mapping[str, EventStatus]] = {
    **dict.fromkeys(("critical", "crit", "page", "error", "fatal"), EventStatus.CRITICAL),
    **dict.fromkeys(("emergency", "disaster", "p1", "sev1"), EventStatus.CRITICAL),
    **dict.fromkeys(("warning", "warn", "major", "p2", "p3", "sev2"), EventStatus.WARNING),
    **dict.fromkeys(("info", "information", "none", "p4", "p5"), EventStatus.INFO),
    **dict.fromkeys(("acknowledged", "unknown", "unk"), EventStatus.INFO),
    "ok": EventStatus.OK,
}


def of_word(said: Any, default: EventStatus = EventStatus.WARNING) -> EventStatus:
    """What a sender's word means; `default` for one we don't know or none."""
    return WORDS.get(word(said).strip().lower(), default)


def of_labels(labels: Mapping[str, Any], default: EventStatus = EventStatus.WARNING) -> EventStatus:
    """What the first of the labels that say how bad it is means."""
    said = next((labels[name] for name in SEVERITY_LABELS if word(labels.get(name))), "")
    return of_word(said, default)
