"""Our own alert push, the one any script can write: `POST /event/push/alert/standard`."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from tocsin.domain import title_rule
from tocsin.domain.alert_event import AlertEvent, Image
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import STANDARD_ALERT
from tocsin.domain.severity import EventStatus
from tocsin.kernel.content_type import require_json
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import push
from tocsin.sources.answer import enveloped, query_key, refused
from tocsin.sources.door import Door, Kept, Knock, Reply, Report

IMAGE_ALT_MAX: Final = 128
IMAGE_LINK_MAX: Final = 256
_IMAGE_SOURCES: Final = ("http://", "https://", "img_")


class SentImage(Struct):
    """A picture as it is sent; one without a usable `src` is left out."""

    alt: str | None = None
    src: str | None = None
    href: str | None = None


class Push(Struct):
    """The body of the door. Widespread senders write `title` where we document `title_rule`."""

    title_rule: str | None = None
    title: str | None = None
    event_status: str | None = None
    alert_key: str | None = None
    event_time: int | None = None
    description: str | None = None
    labels: dict[str, str | None] | None = None
    images: list[SentImage] | None = None


class Told(Struct, frozen=True):
    """What an alert's sender is told: the key that merges or recovers it later."""

    alert_key: str


def check(body: bytes) -> str:
    """Refuse at the door what can never become an event; the alert key, "" where none was sent.

    Raises InvalidParameter. An `Ok` needs a key, as nothing else says what recovered.
    """
    sent = push.read(body, Push)
    _event(sent, alert_key="", received_at=0)
    return push.key(sent.alert_key, "alert_key")


def parse(body: bytes, alert_key: str, received_at: int) -> AlertEvent:
    """The event in a body that passed `check`; `alert_key` is the one the sender was told."""
    return _event(push.read(body, Push), alert_key, received_at)


def _event(sent: Push, alert_key: str, received_at: int) -> AlertEvent:
    rule = push.required(
        push.text(sent.title_rule or sent.title, title_rule.LENGTH_MAX), "title_rule"
    )
    status = _status(sent)
    labels = push.labels(sent.labels)
    return AlertEvent(
        alert_key=alert_key,
        status=status,
        title=title_rule.render(rule, labels),
        title_rule=rule,
        description=push.text(sent.description, push.DESCRIPTION_MAX),
        happened_at=push.instant(sent.event_time, received_at),
        labels=labels,
        images=tuple(image for one in sent.images or () if (image := _image(one))),
    )


def _status(sent: Push) -> EventStatus:
    try:
        status = EventStatus(push.required(sent.event_status or "", "event_status"))
    except ValueError:
        raise InvalidParameter(
            "event_status must be Critical, Warning, Info or Ok, not {value}",
            field="event_status",
            value=sent.event_status,
        ) from None
    if status is EventStatus.OK:
        push.required(push.key(sent.alert_key, "alert_key"), "alert_key")
    return status


def _image(sent: SentImage) -> Image | None:
    source = sent.src or ""
    if len(source) > IMAGE_LINK_MAX or not source.startswith(_IMAGE_SOURCES):
        return None
    return Image(
        src=push.text(source, IMAGE_LINK_MAX),
        href=push.text(sent.href, IMAGE_LINK_MAX),
        alt=push.text(sent.alt, IMAGE_ALT_MAX),
    )


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    require_json(knock.headers.get("content-type", ""), knock.body)
    return {"alert_key": check(knock.body) or knock.fresh()}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    return [parse(kept.body, kept.meta["alert_key"], kept.received_at)]


def _accepted(knock: Knock, meta: Mapping[str, str], request_id: str) -> Reply:
    return enveloped(Told(meta["alert_key"]), request_id)


SETUP: Final = """\
curl -sS 'URL/event/push/alert/standard?integration_key=KEY' -H 'Content-Type: application/json' \\
  -d '{"title": "Disk is full", "event_status": "Critical", "alert_key": "disk"}'
"""

DOORS: Final = (
    Door(
        plugin=STANDARD_ALERT,
        path="/event/push/alert/standard",
        key=query_key,
        check=_check,
        read=_read,
        accepted=_accepted,
        refused=refused,
        setup=SETUP,
    ),
)
