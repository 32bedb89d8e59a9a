"""Our own change push: `POST /event/push/change/standard`."""

from typing import Final

from msgspec import Struct

from tocsin.domain.change import ChangeEvent, ChangeStatus
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import STANDARD_CHANGE
from tocsin.kernel.content_type import require_json
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import push
from tocsin.sources.answer import accepted, query_key, refused
from tocsin.sources.door import Door, Kept, Knock, Report

TITLE_MAX: Final = 512
LINK_MAX: Final = 2048


class Push(Struct):
    """The body of the door."""

    change_status: str | None = None
    change_key: str | None = None
    title: str | None = None
    event_time: int | None = None
    description: str | None = None
    link: str | None = None
    labels: dict[str, str | None] | None = None


def check(body: bytes) -> str:
    """Refuse at the door what can never become an event; the change key. InvalidParameter."""
    return parse(body, received_at=0).change_key


def parse(body: bytes, received_at: int) -> ChangeEvent:
    """The event in a body; raises InvalidParameter where `check` would."""
    sent = push.read(body, Push)
    return ChangeEvent(
        change_key=push.required(push.key(sent.change_key, "change_key"), "change_key"),
        status=_status(sent.change_status),
        title=push.required(push.text(sent.title, TITLE_MAX), "title"),
        happened_at=push.instant(sent.event_time, received_at),
        description=push.text(sent.description, push.DESCRIPTION_MAX),
        link=push.text(sent.link, LINK_MAX),
        labels=push.labels(sent.labels),
    )


def _status(value: str | None) -> ChangeStatus:
    try:
        return ChangeStatus(push.required(value or "", "change_status"))
    except ValueError:
        raise InvalidParameter(
            "change_status must be Planned, Ready, Processing, Canceled or Done, not {value}",
            field="change_status",
            value=value,
        ) from None


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    require_json(knock.headers.get("content-type", ""), knock.body)
    check(knock.body)
    return {}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    return [parse(kept.body, kept.received_at)]


SETUP: Final = """\
curl -sS 'URL/event/push/change/standard?integration_key=KEY' -H 'Content-Type: application/json' \\
  -d '{"title": "Deploy 7", "change_status": "Done", "change_key": "deploy-7"}'
"""

DOORS: Final = (
    Door(
        plugin=STANDARD_CHANGE,
        path="/event/push/change/standard",
        key=query_key,
        check=_check,
        read=_read,
        accepted=accepted,
        refused=refused,
        setup=SETUP,
    ),
)
