"""Addresses of a Grafana OnCall install, so that its senders may stay as they are.

Whatever the type in the address says, the body tells what it is: a group of alerts, the older
Grafana's state, or the formatted webhook's fields, of which any may be missing. Without an
`alert_uid` the title says what is one alert, less the word for its state.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import ONCALL
from tocsin.domain.severity import EventStatus
from tocsin.sources import alert_group, grafana_body, payload, severity_words
from tocsin.sources.answer import query_key, refused_for_later, segment_key
from tocsin.sources.door import Door, Kept, Knock, Reply, Report
from tocsin.sources.source import text, word
from tocsin.sources.stateless_title import without_state

_RECOVERED: Final = ("ok", "resolved", "recovered", "up")
_TITLES: Final = ("title", "summary", "name", "subject")
_SHOWN: Final = {*_TITLES, "message", "state", "image_url", "alert_uid"}


def _key(knock: Knock) -> str:
    return segment_key(knock) or query_key(knock)


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    found = payload.json_object(knock.body)
    if "alerts" in found or grafana_body.is_legacy(found):
        grafana_body.check(knock.body)
    return {"type": knock.segments.get("type", "")[:50]}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    found = payload.json_object(kept.body)
    if "alerts" in found or grafana_body.is_legacy(found):
        return grafana_body.read(kept.body, kept.received_at)
    return [_formatted(found, kept)]


def _formatted(found: Mapping[str, Any], kept: Kept) -> Report:
    title = next((said for name in _TITLES if (said := text(found.get(name)).strip())), "")
    message = text(found.get("message"))
    recovered = word(found.get("state")).lower() in _RECOVERED
    # Without any name, what says the same is the same.
    alert_key = payload.key(found.get("alert_uid")) or payload.key(without_state(title))
    others = {name: word(value) for name, value in found.items() if name not in _SHOWN}
    return payload.event(
        alert_key or hashlib.sha256(kept.body).hexdigest(),
        EventStatus.OK if recovered else severity_words.of_word(found.get("severity")),
        title or message,
        kept.received_at,
        description=message if title else "",
        labels=payload.labels(others, {"oncall_type": kept.meta.get("type")}),
    )


def _accepted(knock: Knock, meta: Mapping[str, str], request_id: str) -> Reply:
    return Reply(200, b"Ok.", "text/plain; charset=utf-8")


SETUP: Final = """\
# Replace the host of the install's addresses, and the key:
URL/integrations/v1/formatted_webhook/KEY/
"""

DOORS: Final = tuple(
    Door(
        plugin=ONCALL,
        path=path,
        key=_key,
        check=_check,
        read=_read,
        accepted=_accepted,
        refused=refused_for_later,
        setup=SETUP,
        body_bytes_max=alert_group.GROUP_BYTES_MAX,
    )
    for path in ("/event/push/alert/oncall", "/integrations/v1/{type}/{key}/")
)
