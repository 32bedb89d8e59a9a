"""Decision traces as they are read."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.report import Acknowledgement
from tocsin.domain.trace import Given, Outcome, Stage, Step, Trace
from tocsin.kernel.units import seconds


class GivenView(Struct, frozen=True):
    """What the sender said, before anything of ours changed it; `event_time` in seconds."""

    kind: Annotated[str, Meta(description="event, acknowledgement or remark.")]
    alert_key: str
    event_time: int
    event_status: str = ""
    title: str = ""
    description: str = ""
    labels: dict[str, str] = {}
    by: str = ""
    text: str = ""


class StepView(Struct, frozen=True):
    """One decision; `detail` holds the values it rests on."""

    stage: Stage
    verdict: str
    rule_id: str
    rule_name: str
    detail: dict[str, str]
    text: Annotated[str, Meta(description="All of it in one line, for people.")]


class TraceView(Struct, frozen=True):
    """Why an event became what it became, in one channel; instants in seconds.

    `channel_id` is 0 where its way ended before any channel. An event that became nothing and is
    sent again is counted here: `count` times, last at `last_received_at`.
    """

    trace_id: str
    outcome: Outcome
    integration_id: int
    channel_id: int
    alert_key: str
    alert_id: str
    event_id: str
    incident_id: str
    received_at: int
    last_received_at: int
    count: int
    given: GivenView
    steps: list[StepView]


def view(one: Trace) -> TraceView:
    """A trace on the wire."""
    return TraceView(
        trace_id=one.id,
        outcome=one.outcome,
        integration_id=one.integration_id,
        channel_id=one.channel_id,
        alert_key=one.alert_key,
        alert_id=one.alert_id,
        event_id=one.event_id,
        incident_id=one.incident_id,
        received_at=seconds(one.received_at),
        last_received_at=seconds(one.last_received_at),
        count=one.count,
        given=given_view(one.given),
        steps=[step_view(step) for step in one.steps],
    )


def given_view(given: Given) -> GivenView:
    """What a sender said, on the wire."""
    at = seconds(given.happened_at)
    if isinstance(given, AlertEvent):
        return GivenView(
            kind="event",
            alert_key=given.alert_key,
            event_time=at,
            event_status=given.status,
            title=given.title,
            description=given.description,
            labels=given.labels,
        )
    if isinstance(given, Acknowledgement):
        return GivenView("acknowledgement", given.alert_key, at, by=given.by, text=given.note)
    return GivenView("remark", given.alert_key, at, by=given.by, text=given.text)


def step_view(step: Step) -> StepView:
    """A decision on the wire."""
    rule = f" by {step.rule_name or step.rule_id}" if step.rule_name or step.rule_id else ""
    detail = ", ".join(f"{name} {value}" for name, value in step.detail.items())
    said = f"{step.stage}: {step.verdict.replace('_', ' ')}{rule}"
    return StepView(
        stage=step.stage,
        verdict=step.verdict,
        rule_id=step.rule_id,
        rule_name=step.rule_name,
        detail=step.detail,
        text=f"{said} ({detail})" if detail else said,
    )
