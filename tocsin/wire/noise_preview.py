"""What previews of rules answer."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.severity import EventStatus
from tocsin.domain.trace import Step
from tocsin.engine.noise_preview import EXAMPLES_MAX, Example, Preview
from tocsin.kernel.units import seconds
from tocsin.wire.incident import ObjectId
from tocsin.wire.scalars import Seconds


class HiddenExample(Struct, frozen=True):
    """Something that the rule would hide, and why; `incident_id` is empty where it has none."""

    alert_id: ObjectId
    alert_key: str
    title: str
    event_status: EventStatus
    event_time: Seconds
    labels: dict[str, str]
    incident_id: str
    step: Annotated[Step, Meta(description="The decision, as a trace would show it.")]

    @classmethod
    def of(cls, example: Example) -> "HiddenExample":
        return cls(
            alert_id=example.alert_id,
            alert_key=example.alert_key,
            title=example.title,
            event_status=example.status,
            event_time=seconds(example.at),
            labels=example.labels,
            incident_id=example.incident_id,
            step=example.step,
        )


class RulePreview(Struct, frozen=True):
    """What a rule would have hidden since `since`, and what of that which fires it hides now.

    Lists hold the newest 20. `since` is later than seven days ago where there was too much to
    look at. An incident is hidden if all that fires of it is.
    """

    since: Seconds
    event_total: int
    hidden_event_total: int
    hidden_events: list[HiddenExample]
    active_alert_total: int
    hidden_alert_total: int
    hidden_alerts: list[HiddenExample]
    hidden_incident_total: int
    hidden_incident_ids: list[ObjectId]

    @classmethod
    def of(cls, preview: Preview) -> "RulePreview":
        return cls(
            since=seconds(preview.since),
            event_total=preview.event_count,
            hidden_event_total=len(preview.hidden_events),
            hidden_events=_examples(preview.hidden_events),
            active_alert_total=preview.alert_count,
            hidden_alert_total=len(preview.hidden_alerts),
            hidden_alerts=_examples(preview.hidden_alerts),
            hidden_incident_total=len(preview.incident_ids),
            hidden_incident_ids=preview.incident_ids[:EXAMPLES_MAX],
        )


def _examples(found: list[Example]) -> list[HiddenExample]:
    return [HiddenExample.of(one) for one in found[:EXAMPLES_MAX]]
