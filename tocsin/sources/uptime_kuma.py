"""Uptime Kuma: its webhook as JSON, as a form or as GET; its FlashDuty sender, whose key may be a
whole address; and its Keep sender, which adds a path of its own to the address it is given.

Down is Critical unless its sender says otherwise. Without a heartbeat it is a test, or a notice
that a certificate runs out: neither says that anything recovered. It never repeats what was
refused.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from tocsin.domain.integration import Integration
from tocsin.domain.plugin import UPTIME_KUMA
from tocsin.domain.report import Remark
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import form, payload
from tocsin.sources.answer import accepted, query_key, refused
from tocsin.sources.door import Door, Kept, Knock, Report
from tocsin.sources.source import Unreadable, listing, mapping, parse_json, tags, text, word

_KINDS: Final = ("heartbeat", "monitor", "msg", "event_status")
_DOWN, _UP, _MAINTENANCE = "0", "1", "3"
_DIGITS: Final = re.compile(r"\d+")


def _key(knock: Knock) -> str:
    return query_key(knock) or knock.headers.get("x-api-key", "")


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    found = _unwrapped(form.sent(knock))
    if not any(name in found for name in _KINDS):
        raise InvalidParameter("the body has neither heartbeat nor msg; send Uptime Kuma's own")
    return form.meta(knock)


def _read(kept: Kept, integration: Integration) -> list[Report]:
    found = _unwrapped(form.kept(kept))
    if "event_status" in found:
        return [_flashduty(found, kept.received_at)]
    heartbeat, monitor = _object(found.get("heartbeat")), _object(found.get("monitor"))
    if not heartbeat:
        return [_notice(text(found.get("msg")), kept.received_at)]
    status = word(heartbeat.get("status"))
    alert_key = payload.key(monitor.get("id") or heartbeat.get("monitorID"))
    happened_at = payload.happened(heartbeat.get("time"), kept.received_at)
    if status == _MAINTENANCE:
        return [Remark(alert_key, happened_at, text="under maintenance")]
    if status not in (_DOWN, _UP):
        return []
    return [
        payload.event(
            alert_key,
            EventStatus.OK if status == _UP else EventStatus.CRITICAL,
            text(monitor.get("name")) or text(found.get("msg")),
            happened_at,
            description=text(heartbeat.get("msg")) or text(found.get("msg")),
            labels=payload.labels(_of_monitor(monitor), _tags(monitor)),
        )
    ]


def _unwrapped(found: dict[str, Any]) -> dict[str, Any]:
    """What a form holds in its only field `data`."""
    return _object(found["data"]) if isinstance(found.get("data"), str) else found


def _object(value: Any) -> dict[str, Any]:
    """An object, or one that a text spells; else an empty one."""
    if not isinstance(value, str):
        return mapping(value)
    try:
        return mapping(parse_json(value.encode()))
    except Unreadable:
        return {}


def _notice(said: str, received_at: int) -> Report:
    """A test, or a certificate or domain that runs out: the days left change, the notice does not."""
    is_test = "testing" in said.lower()
    status = EventStatus.INFO if is_test else EventStatus.WARNING
    return payload.event(payload.key("notice", _DIGITS.sub("#", said)), status, said, received_at)


def _of_monitor(monitor: Mapping[str, Any]) -> dict[str, Any]:
    names = {"monitor": "name", "type": "type", "hostname": "hostname", "port": "port"}
    url = word(monitor.get("url"))
    return {
        **{name: monitor.get(theirs) for name, theirs in names.items()},
        "url": "" if url == "https://" else url,
    }


def _tags(monitor: Mapping[str, Any]) -> dict[str, str]:
    pairs = (mapping(each) for each in listing(monitor.get("tags")))
    return tags([[each.get("name"), each.get("value") or "true"] for each in pairs])


def _flashduty(found: Mapping[str, Any], received_at: int) -> Report:
    """As its FlashDuty sender has it: a title without the monitor's name, which stands in the
    description."""
    said = text(found.get("event_status"))
    known = said in list(EventStatus)
    return payload.event(
        payload.key(found.get("alert_key")),
        EventStatus(said) if known else EventStatus.WARNING,
        text(found.get("description")) or text(found.get("title")),
        received_at,
        labels=payload.labels(mapping(found.get("labels"))),
    )


SETUP: Final = """\
# Settings > Notifications > Setup: type Webhook, POST, JSON, with this URL. Or type FlashDuty with it
# as the integration key. Its PagerDuty, Grafana OnCall and GoAlert types work with URL and a key of
# an integration of that kind.
URL/event/push/alert/uptime-kuma?integration_key=KEY
"""

DOORS: Final = tuple(
    Door(
        plugin=UPTIME_KUMA,
        path=path,
        key=_key,
        check=_check,
        read=_read,
        accepted=accepted,
        refused=refused,
        setup=SETUP,
        methods=("POST", "GET", "PUT"),
    )
    for path in ("/event/push/alert/uptime-kuma", "/alerts/event/uptimekuma")
)
