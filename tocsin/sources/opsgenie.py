"""Opsgenie's alert API, as Alertmanager, its SDKs and scripts speak it: what they tell and ask for.

A priority decides the severity: P1 is Critical, P2 and P3 are Warning, P4 and P5 Info; without
one, a detail named severity, priority or level does. Tags, details, entity and source become
labels. An alert belongs to its alias: while it is open, a create adds to it. Close, acknowledge,
note, snooze and the like act on the alert and its incident, whose timeline says who asked for it;
deleting an alert closes it. What came of a request is told by `/v2/alerts/requests/{id}` for a
week. A key reads and changes what its own integration opened.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from tocsin.domain.integration import Integration
from tocsin.domain.order import REQUEST_ID, TAGS
from tocsin.domain.plugin import OPSGENIE
from tocsin.domain.report import Remark
from tocsin.domain.severity import EventStatus, Severity
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import opsgenie_order, payload, severity_words
from tocsin.sources.door import Door, Kept, Knock, Reply, Report
from tocsin.sources.opsgenie_answer import TAKEN, key, refused, reply
from tocsin.sources.opsgenie_order import NOTE_MAX, PRIORITIES, PRIORITY, members, parties, tags
from tocsin.sources.source import listing, mapping, text, word

ALIAS_MAX: Final = 512
PRIORITY_OF: Final = {Severity.CRITICAL: "P1", Severity.WARNING: "P3", Severity.INFO: "P5"}
"""What stands for a severity where nobody named a priority."""


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    """Refuse what Opsgenie would; what the address says is kept beside the body."""
    if "identifier" not in knock.segments:
        said = members(knock.body)
        payload.required(said, "message")
        _alias(said)
        return {REQUEST_ID: knock.fresh()}
    return opsgenie_order.check(knock)


def _alias(said: Mapping[str, Any]) -> str:
    alias = word(said.get("alias"), ALIAS_MAX + 1).strip()
    if len(alias) > ALIAS_MAX:
        raise InvalidParameter(
            "{field} must have at most {maximum} characters, not {count}",
            field="alias",
            maximum=ALIAS_MAX,
            count=len(word(said.get("alias"), NOTE_MAX)),
        )
    return alias


def _read(kept: Kept, integration: Integration) -> list[Report]:
    return [opsgenie_order.read(kept)] if "verb" in kept.meta else _created(kept)


def _created(kept: Kept) -> list[Report]:
    said = members(kept.body)
    alias = _alias(said)
    alert_key = payload.key(alias) or kept.meta[REQUEST_ID]
    details = mapping(said.get("details"))
    status = _status(said.get(PRIORITY), details)
    own = {
        PRIORITY: _priority(said.get(PRIORITY), status),
        TAGS: ",".join(tags(said.get("tags"))),
        **{name: said.get(name) for name in ("entity", "source", "user")},
        "alias": alias if alias != alert_key else "",
        "actions": ",".join(word(one) for one in listing(said.get("actions"))[:10]),
        "responders": ",".join(parties(said.get("responders"))),
    }
    event = payload.event(
        alert_key,
        status,
        text(said.get("message")),
        kept.received_at,
        description=text(said.get("description"), NOTE_MAX),
        labels=payload.labels(own, details),
    )
    note = text(said.get("note"), NOTE_MAX).strip()
    by = text(said.get("user"), 100)
    return [event, *([Remark(alert_key, kept.received_at, note, by)] if note else [])]


def _status(priority: Any, details: Mapping[str, Any]) -> EventStatus:
    named = word(priority).strip()
    if named:
        return PRIORITIES.get(named.upper()) or _firing(severity_words.of_word(named))
    return _firing(severity_words.of_labels(details))


def _firing(status: EventStatus) -> EventStatus:
    """A create opens an alert, whatever its details call it."""
    return EventStatus.INFO if status is EventStatus.OK else status


def _priority(said: Any, status: EventStatus) -> str:
    named = word(said).strip().upper()
    return named if named in PRIORITIES else PRIORITY_OF[Severity(status)]


def _accepted(knock: Knock, meta: Mapping[str, str], request_id: str) -> Reply:
    return reply(202, {"result": TAKEN}, meta[REQUEST_ID])


SETUP: Final = """\
# alertmanager.yml
receivers:
  - name: tocsin
    opsgenie_configs:
      - {api_url: "URL/", api_key: "KEY", send_resolved: true}

# Python: pip install opsgenie-sdk
import opsgenie_sdk
settings = opsgenie_sdk.Configuration()
settings.host, settings.api_key["Authorization"] = "URL", "KEY"
alerts = opsgenie_sdk.AlertApi(opsgenie_sdk.ApiClient(settings))
alerts.create_alert({"message": "Disk is full", "alias": "disk", "priority": "P1"})
"""

_DOOR: Final = Door(
    plugin=OPSGENIE,
    path="/v2/alerts",
    key=key,
    check=_check,
    read=_read,
    accepted=_accepted,
    refused=refused,
    setup=SETUP,
)

DOORS: Final = (
    _DOOR,
    replace(_DOOR, path="/event/push/alert/opsgenie"),
    replace(_DOOR, path="/v2/alerts/{identifier}", methods=("DELETE",)),
    replace(_DOOR, path="/v2/alerts/{identifier}/{action}", methods=("POST", "PUT", "DELETE")),
)
