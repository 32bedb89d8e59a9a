"""What the doors of monitoring systems share: foreign JSON in, events within our limits out.

`push` refuses what breaks our own format's rules; here a sender's own format is made to fit, as
nobody there could mend it.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.severity import EventStatus
from tocsin.domain.title_rule import LENGTH_MAX as TITLE_MAX
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources.push import (
    DESCRIPTION_MAX,
    KEY_MAX,
    LABEL_KEY_MAX,
    LABEL_VALUE_MAX,
    LABELS_MAX,
)
from tocsin.sources.source import Unreadable, clean, happened_at, instant, parse_json, text

UNTITLED: Final = "Untitled alert"
REMEMBERED_MAX: Final = 1_024

_FOREIGN: Final = re.compile(r"[^A-Za-z0-9_]+")


def json_value(body: bytes) -> Any:
    """The JSON value in `body`; InvalidParameter where there is none."""
    try:
        return parse_json(body)
    except Unreadable:
        raise InvalidParameter("the body is not valid JSON") from None


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; InvalidParameter where there is none."""
    found = json_value(body)
    if not isinstance(found, dict):
        raise InvalidParameter("the body is not a JSON object")
    return found


def plain(body: bytes) -> str:
    """A body that is text, with nothing in it that a database refuses."""
    return clean(body.decode("utf-8", "replace")).strip()


def required(found: Mapping[str, Any], *names: str) -> None:
    """Raise InvalidParameter that names the first of these members that is missing or empty."""
    for name in names:
        if not text(found.get(name)).strip():
            raise InvalidParameter("{field} is required", field=name)


def key(*parts: Any) -> str:
    """One key out of what identifies an alert over there; a hash stands for one too long."""
    joined = "/".join(said for part in parts if (said := text(part, DESCRIPTION_MAX).strip()))
    if len(joined) <= KEY_MAX:
        return joined
    return hashlib.sha256(joined.encode()).hexdigest()


def labels(*found: Mapping[str, Any]) -> dict[str, str]:
    """Labels of anything with names: empty values go, odd names are spelled with `_`, and there
    are no more than are allowed. What comes first wins."""
    made: dict[str, str] = {}
    for one in found:
        for name, value in one.items():
            said = text(value, LABEL_VALUE_MAX).strip()
            if said and len(made) < LABELS_MAX:
                made.setdefault(label_name(name), said)
    made.pop("", None)
    return made


@lru_cache(REMEMBERED_MAX)
def label_name(name: str) -> str:
    """A name as Prometheus would have it."""
    spelled = _FOREIGN.sub("_", name)[:LABEL_KEY_MAX]
    return f"_{spelled}"[:LABEL_KEY_MAX] if spelled[:1].isdigit() else spelled


def event(
    alert_key: str,
    status: EventStatus,
    title: str,
    happened_at: int,
    *,
    description: str = "",
    labels: Mapping[str, str] | None = None,
    message_id: str = "",
) -> AlertEvent:
    """An event whose texts are cut to our limits; a title is never empty."""
    shown = " ".join(title.split())[:TITLE_MAX] or UNTITLED
    return AlertEvent(
        alert_key=alert_key,
        status=status,
        title=shown,
        title_rule=shown,
        happened_at=happened_at,
        description=description.strip()[:DESCRIPTION_MAX],
        labels=dict(labels or {}),
        message_id=message_id,
    )


def happened(said: Any, received_at: int) -> int:
    """When something happened, in ms: what a sender says in RFC 3339 or epoch seconds, unless
    that is nonsense; else the moment it was received."""
    return happened_at(instant(said), 0, received_at)


def lines(*parts: Any) -> str:
    """The parts that say anything, one a line."""
    return "\n".join(said for part in parts if (said := text(part, DESCRIPTION_MAX).strip()))
