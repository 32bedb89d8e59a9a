"""How bad a sender's events are, where its own words for it do not fit: rules of an integration.

They are asked before anything else looks at an event, so that they can also say what recovers.
"""

from typing import Annotated

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.filter import Group, holds
from tocsin.domain.severity import EventStatus
from tocsin.domain.subject import of_event


class StatusRule(Struct, frozen=True):
    """Events that meet every condition have this status, whatever the sender says."""

    conditions: Annotated[
        Group, Meta(description="All must hold, as `labels.type` of a CloudEvent, or `title`.")
    ] = field(name="if")
    status: EventStatus


def judged(rules: tuple[StatusRule, ...], event: AlertEvent, integration_id: int) -> AlertEvent:
    """The event with the status that the first rule that holds gives it, or as it was."""
    if not rules:
        return event
    subject = of_event(event, integration_id)
    for rule in rules:
        if holds(rule.conditions, subject):
            return replace(event, status=rule.status)
    return event
