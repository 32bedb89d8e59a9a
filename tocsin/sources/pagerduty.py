"""PagerDuty's Events API, version 2 and 1, as any sender that can be given another host speaks it.

Its clients try again on 429 and 5xx, and show what 400 says. Severities: critical is Critical,
error and warning are Warning, info is Info. An acknowledgement stops nobody's alert, it says that
somebody there took care.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent, Image
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import PAGERDUTY
from tocsin.domain.report import Acknowledgement
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import EntityTooLarge, Failure, InvalidParameter, TooFrequent, Unavailable
from tocsin.sources import payload, push, severity_words
from tocsin.sources.answer import json_reply, query_key
from tocsin.sources.door import Door, Kept, Knock, Reply, Report
from tocsin.sources.source import listing, mapping, text, word

ACTIONS: Final = ("trigger", "acknowledge", "resolve")
LINKS_MAX: Final = 20
_SEVERITIES: Final = {
    "critical": EventStatus.CRITICAL,
    "error": EventStatus.WARNING,
    "warning": EventStatus.WARNING,
    "info": EventStatus.INFO,
}


def key(knock: Knock) -> str:
    """The key in the address, in a header, or in the body under either version's name."""
    given = query_key(knock) or knock.headers.get("x-routing-key", "")
    if given or not knock.body:
        return given
    found = payload.json_object(knock.body)
    return word(found.get("routing_key")) or word(found.get("service_key"))


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    found = payload.json_object(knock.body)
    first = "event_action" not in found and "event_type" in found
    action = word(found.get("event_type" if first else "event_action"))
    if action not in ACTIONS:
        raise InvalidParameter(
            "{field} must be trigger, acknowledge or resolve, not {value}",
            field="event_type" if first else "event_action",
            value=action,
        )
    field = "incident_key" if first else "dedup_key"
    alert_key = push.key(word(found.get(field)), field)
    if action == "trigger":
        said = found if first else mapping(found.get("payload"))
        payload.required(said, "description" if first else "summary")
    elif not alert_key:
        raise InvalidParameter("{field} is required", field=field)
    return {"alert_key": alert_key or knock.fresh(), "version": "1" if first else "2"}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    found = payload.json_object(kept.body)
    if kept.meta["version"] == "1":
        return [_first_version(found, kept)]
    said = mapping(found.get("payload"))
    happened_at = payload.happened(said.get("timestamp"), kept.received_at)
    action = word(found.get("event_action"))
    if action == "acknowledge":
        return [_acknowledged(found, kept, happened_at)]
    event = payload.event(
        kept.meta["alert_key"],
        EventStatus.OK
        if action == "resolve"
        else _SEVERITIES.get(word(said.get("severity")).lower(), EventStatus.WARNING),
        text(said.get("summary")),
        happened_at,
        description=_described(said.get("custom_details"), found.get("links"), "text"),
        labels=payload.labels(
            {name: said.get(name) for name in ("source", "component", "group", "class")},
            _of_client(found),
            _flat(said.get("custom_details")),
        ),
    )
    return [_with_images(event, listing(found.get("images")))]


def _first_version(found: Mapping[str, Any], kept: Kept) -> Report:
    action = word(found.get("event_type"))
    if action == "acknowledge":
        return _acknowledged(found, kept, kept.received_at)
    details = found.get("details")
    status = severity_words.of_word(mapping(details).get("severity"))
    contexts = [mapping(each) for each in listing(found.get("contexts"))]
    event = payload.event(
        kept.meta["alert_key"],
        EventStatus.OK if action == "resolve" else status,
        text(found.get("description")),
        kept.received_at,
        description=_described(details, contexts, "text"),
        labels=payload.labels(_of_client(found), _flat(details)),
    )
    return _with_images(event, contexts)


def _acknowledged(found: Mapping[str, Any], kept: Kept, happened_at: int) -> Acknowledgement:
    note = text(mapping(found.get("payload")).get("summary")) or text(found.get("description"))
    return Acknowledgement(
        kept.meta["alert_key"], happened_at, by=text(found.get("client"), 100), note=note[:500]
    )


def _of_client(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"client": found.get("client"), "client_url": found.get("client_url")}


def _flat(details: Any) -> dict[str, Any]:
    """Details that are one short line each, as labels; longer ones belong in the description."""
    return {
        name: value
        for name, value in mapping(details).items()
        if (said := word(value)) and len(said) <= 200 and "\n" not in said
    }


def _described(details: Any, links: Any, name: str) -> str:
    told = mapping(details)
    details_told = (f"{name}: {said}" for name, value in told.items() if (said := text(value)))
    found = [mapping(each) for each in listing(links)[:LINKS_MAX]]
    links_told = (
        f"{text(each.get(name))}: {text(each.get('href'))}" for each in found if each.get("href")
    )
    return payload.lines("" if told else details, *details_told, *links_told)


def _with_images(event: AlertEvent, sent: list[Any]) -> AlertEvent:
    found = (mapping(each) for each in sent[:LINKS_MAX])
    images = tuple(
        Image(word(each.get("src")), word(each.get("href"), 256), word(each.get("alt"), 128))
        for each in found
        if word(each.get("src"), 257).startswith("http") and len(word(each.get("src"), 257)) <= 256
    )
    return replace(event, images=images)


def _accepted(knock: Knock, meta: Mapping[str, str], request_id: str) -> Reply:
    yes = {"status": "success", "message": "Event processed"}
    if meta["version"] == "1":
        return json_reply(200, {**yes, "incident_key": meta["alert_key"]})
    return json_reply(202, {**yes, "dedup_key": meta["alert_key"]})


def refused(knock: Knock, failure: Failure, request_id: str) -> Reply:
    """A no as PagerDuty says it: 429 and 503 are tried again, 400 is not."""
    said = {"errors": [str(failure)]}
    if isinstance(failure, TooFrequent):
        told = {"status": "throttle exceeded", "message": "Too many events; retry later"}
        return json_reply(429, told | said)
    if isinstance(failure, Unavailable):
        told = {"status": "unavailable", "message": "The event was not stored; retry later"}
        return json_reply(503, told | said)
    status = 400 if isinstance(failure, EntityTooLarge) else failure.status
    if failure.template.startswith("the body is not"):
        told = {"status": "Unrecognized object", "message": "Event object format is unrecognized"}
    else:
        told = {"status": "invalid event", "message": "Event object is invalid"}
    return json_reply(status, told | said)


SETUP: Final = """\
# Python: pip install pagerduty
import pagerduty
client = pagerduty.EventsApiV2Client("KEY", base_url="URL")
client.trigger("Disk is full", "db1", dedup_key="disk")

# alertmanager.yml
receivers:
  - name: tocsin
    pagerduty_configs:
      - {url: "URL/v2/enqueue", routing_key: "KEY"}
"""

DOORS: Final = tuple(
    Door(
        plugin=PAGERDUTY,
        path=path,
        key=key,
        check=_check,
        read=_read,
        accepted=_accepted,
        refused=refused,
        setup=SETUP,
    )
    for path in (
        "/event/push/alert/pagerduty",
        "/v2/enqueue",
        "/generic/2010-04-15/create_event.json",
    )
)
