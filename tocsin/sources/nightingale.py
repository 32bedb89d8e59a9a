"""Nightingale: its current events, one a request as its callback sends them, or an array.

Severities 1, 2 and 3 are Critical, Warning and Info. It takes a 5xx for success and tries again
only where the connection broke. To choose channels it asks `/channel/list-by-integration` with the
key alone.
"""

from typing import Any, Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import NIGHTINGALE
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload
from tocsin.sources.answer import accepted, address_or_header_key, refused
from tocsin.sources.door import Door, Kept, Knock, Report
from tocsin.sources.source import Rejected, listing, mapping, tags, text, word

BODY_BYTES_MAX: Final = 4 * 1024 * 1024
_STATUSES: Final = {
    "1": EventStatus.CRITICAL,
    "2": EventStatus.WARNING,
    "3": EventStatus.INFO,
}
_LABELS: Final = (
    *("rule_name", "rule_id", "cluster", "group_name", "target_ident", "trigger_value"),
    *("prom_ql", "cate", "rule_prod", "runbook_url"),
)


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    found = _events(knock.body)
    if found and not any(word(mapping(each).get("hash")) for each in found):
        raise InvalidParameter("{field} is required", field="hash")
    return {}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    return [_report(each, kept.received_at) for each in _events(kept.body)]


def _events(body: bytes) -> list[Any]:
    found = payload.json_value(body)
    if not isinstance(found, dict | list):
        raise InvalidParameter("the body is neither a JSON object nor an array of them")
    return found if isinstance(found, list) else [found]


def _report(sent: Any, received_at: int) -> Report:
    found = mapping(sent)
    if not word(found.get("hash")):
        return Rejected("an event of the array has no hash", text(sent, 1_000))
    recovered = found.get("is_recovered") is True
    status = _STATUSES.get(word(found.get("severity")), EventStatus.WARNING)
    said_at = found.get("last_eval_time") if recovered else found.get("first_trigger_time")
    notes = mapping(found.get("annotations"))
    return payload.event(
        payload.key(found.get("hash")),
        EventStatus.OK if recovered else status,
        text(found.get("rule_name")),
        payload.happened(said_at or found.get("trigger_time"), received_at),
        description=payload.lines(
            found.get("rule_note"), *(f"{name}: {text(value)}" for name, value in notes.items())
        ),
        labels=payload.labels(_tags(found), {name: found.get(name) for name in _LABELS}),
    )


def _tags(found: dict[str, Any]) -> dict[str, Any]:
    """Tags as a map, or in older versions as a list of `name=value`."""
    pairs = (text(each).partition("=") for each in listing(found.get("tags")))
    return mapping(found.get("tags_map")) or tags([[name, value] for name, _, value in pairs])


SETUP: Final = """\
# A notification medium of the kind FlashDuty, or a callback, with this address; for one channel of a
# shared integration add &channel_id=<its id>
URL/event/push/alert/n9e?integration_key=KEY
"""

DOORS: Final = (
    Door(
        plugin=NIGHTINGALE,
        path="/event/push/alert/n9e",
        key=address_or_header_key,
        check=_check,
        read=_read,
        accepted=accepted,
        refused=refused,
        setup=SETUP,
        body_bytes_max=BODY_BYTES_MAX,
    ),
)
