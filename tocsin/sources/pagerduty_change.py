"""PagerDuty's change events: something was done, with no more states than that."""

from collections.abc import Mapping
from typing import Final

from tocsin.domain.change import ChangeEvent, ChangeStatus
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import PAGERDUTY
from tocsin.sources import pagerduty, payload
from tocsin.sources.answer import json_reply
from tocsin.sources.door import Door, Kept, Knock, Reply, Report
from tocsin.sources.push import DESCRIPTION_MAX
from tocsin.sources.source import listing, mapping, text, word

TITLE_MAX: Final = 512
LINK_MAX: Final = 2048


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    payload.required(mapping(payload.json_object(knock.body).get("payload")), "summary")
    return {"change_key": knock.fresh()}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    found = payload.json_object(kept.body)
    said = mapping(found.get("payload"))
    details = mapping(said.get("custom_details"))
    links = [mapping(each) for each in listing(found.get("links"))]
    return [
        ChangeEvent(
            change_key=kept.meta["change_key"],
            status=ChangeStatus.DONE,
            title=text(said.get("summary"), TITLE_MAX),
            happened_at=payload.happened(said.get("timestamp"), kept.received_at),
            description=payload.lines(
                *(f"{name}: {told}" for name, value in details.items() if (told := text(value)))
            )[:DESCRIPTION_MAX],
            link=next((word(each.get("href"), LINK_MAX) for each in links), ""),
            labels=payload.labels({"source": said.get("source")}, details),
        )
    ]


def _accepted(knock: Knock, meta: Mapping[str, str], request_id: str) -> Reply:
    return json_reply(202, {"status": "success", "message": "Change event processed"})


SETUP: Final = """\
curl -sS URL/v2/change/enqueue -H 'Content-Type: application/json' \\
  -d '{"routing_key": "KEY", "payload": {"summary": "Deploy 7"}}'
"""

DOORS: Final = (
    Door(
        plugin=PAGERDUTY,
        path="/v2/change/enqueue",
        key=pagerduty.key,
        check=_check,
        read=_read,
        accepted=_accepted,
        refused=pagerduty.refused,
        setup=SETUP,
    ),
)
