"""What rules of an integration would make of its events, asked before they are set."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.severity import EventStatus
from tocsin.domain.trace import Outcome
from tocsin.engine import rule_rehearsal as engine
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.routing import Wish as Route
from tocsin.engine.rule_rehearsal import Tried, Wish
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store.database import Tx
from tocsin.wire.alert_pipeline import WireRule as PipelineRule
from tocsin.wire.enrichment import WireRule as EnrichmentRule
from tocsin.wire.routing import RouteWish
from tocsin.wire.scalars import Seconds
from tocsin.wire.trace import GivenView, StepView, given_view, step_view

TAG: Final = "Integrations"
EXAMPLES_MAX: Final = 20


class RehearseRules(Struct, frozen=True):
    """Rules that are not sent, or null, are those that are set."""

    integration_id: int
    enrichment_rules: tuple[EnrichmentRule, ...] | None = None
    pipeline_rules: tuple[PipelineRule, ...] | None = None
    route: RouteWish | None = None


class Made(Struct, frozen=True):
    """What rules make of an event. Where its way ends with `outcome`, the rest is empty."""

    outcome: Annotated[str, Meta(description="dropped or unrouted; empty where it goes on.")]
    title: str
    description: str
    event_status: EventStatus | None
    labels: dict[str, str]
    channel_ids: Annotated[
        list[int], Meta(description="Where it goes; a recovery goes wherever its alert is open.")
    ]
    steps: list[StepView]


class RehearsedEvent(Struct, frozen=True):
    """An event as it came, what becomes of it as rules are set, and with the rules on trial."""

    trace_id: str
    received_at: Seconds
    given: GivenView
    is_changed: bool
    before: Made
    after: Made


class Rehearsal(Struct, frozen=True):
    """Counts are of the latest 200 events since `since`; of them are shown 20, those that the
    rules change first, the newest first."""

    since: Seconds
    event_total: int
    changed_total: int
    dropped_total: Annotated[int, Meta(description="Events that the rules on trial would drop.")]
    unrouted_total: Annotated[int, Meta(description="Events that would find no channel.")]
    items: list[RehearsedEvent]


@operation("/datasource/rules/preview", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: RehearseRules) -> Rehearsal:
    """Show what rules would make of what an integration sent in the last seven days.

    Enrichment, the alert pipeline and the route are tried together, in their order, with any of
    them as it is set or as it is sent here. Mapping services are not asked. What fired in the
    stretch explains other alerts as if it fired now.
    """
    wish = Wish(request.enrichment_rules, request.pipeline_rules, _route(request.route))
    found = engine.rehearse(tx, caller, request.integration_id, wish)
    first = sorted(found.tried, key=lambda one: not one.changes)
    return Rehearsal(
        since=seconds(found.since),
        event_total=len(found.tried),
        changed_total=sum(one.changes for one in found.tried),
        dropped_total=_ended(found.tried, Outcome.DROPPED),
        unrouted_total=_ended(found.tried, Outcome.UNROUTED),
        items=[_shown(one) for one in first[:EXAMPLES_MAX]],
    )


def _route(wish: RouteWish | None) -> Route | None:
    if wish is None:
        return None
    return Route(tuple(one.case for one in wish.cases), (), wish.default)


def _ended(tried: list[Tried], outcome: Outcome) -> int:
    return sum(one.after.outcome is outcome for one in tried)


def _shown(one: Tried) -> RehearsedEvent:
    return RehearsedEvent(
        trace_id=one.trace.id,
        received_at=seconds(one.trace.received_at),
        given=given_view(one.trace.given),
        is_changed=one.changes,
        before=_made(one.before),
        after=_made(one.after),
    )


def _made(arrival: Arrival) -> Made:
    event = arrival.event
    return Made(
        outcome=str(arrival.outcome or ""),
        title=event.title if event else "",
        description=event.description if event else "",
        event_status=event.status if event else None,
        labels=event.labels if event else {},
        channel_ids=list(arrival.channel_ids),
        steps=[step_view(one) for one in arrival.steps],
    )
