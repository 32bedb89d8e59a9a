"""Rules of an integration before they are set: what they would make of what it really sent."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.alert_pipeline import Rule as PipelineRule
from tocsin.domain.enrichment import Rule as EnrichmentRule
from tocsin.domain.integration import Integration
from tocsin.domain.trace import Trace
from tocsin.engine import alert_pipeline, passage, routing
from tocsin.engine import enrichment as engine_enrichment
from tocsin.engine import integration as engine_integration
from tocsin.engine import trace as engine_trace
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.passage import Told
from tocsin.engine.sender import Sender, load
from tocsin.kernel.caller import Caller
from tocsin.kernel.paging import Window
from tocsin.kernel.units import DAY
from tocsin.store.database import Tx
from tocsin.store.trace import Wanted

LOOKBACK_MS: Final = 7 * DAY
EVENTS_MAX: Final = 200


class Wish(Struct, frozen=True):
    """The rules to try; None leaves those that are set."""

    enrichment: tuple[EnrichmentRule, ...] | None = None
    pipeline: tuple[PipelineRule, ...] | None = None
    route: routing.Wish | None = None


class Tried(Struct, frozen=True):
    """An event that came, with what the rules that are set make of it now, and those on trial."""

    trace: Trace
    before: Arrival
    after: Arrival

    @property
    def changes(self) -> bool:
        """Whether the rules on trial make something else of it."""
        return _result(self.before) != _result(self.after)


class Rehearsal(Struct, frozen=True):
    """The events looked at, the newest first; all there are since `since` (ms)."""

    since: int
    tried: list[Tried]


def rehearse(tx: Tx, caller: Caller, integration_id: int, wish: Wish) -> Rehearsal:
    """What rules would make of what an integration sent in the last seven days, the latest 200
    events. No service is asked, and nothing is kept.

    Raises as setting the rules does.
    """
    integration = engine_integration.readable(tx, caller, integration_id)
    now = load(tx, caller.account_id, integration_id, 0)
    if now is None:
        return Rehearsal(tx.now - LOOKBACK_MS, [])
    then = _with(tx, caller, integration, now, wish)
    since, traces = _sent(tx, caller, integration_id)
    before, after = _through(tx, now, traces), _through(tx, then, traces)
    tried = [Tried(*one) for one in zip(traces, before, after, strict=True)]
    return Rehearsal(since, tried[::-1])


def _with(tx: Tx, caller: Caller, integration: Integration, now: Sender, wish: Wish) -> Sender:
    """The sender as it would be with these rules."""
    then = now
    if wish.enrichment is not None:
        engine_enrichment.require_sound(tx, caller.account_id, wish.enrichment, lock=False)
        then = replace(then, enrichment=wish.enrichment)
    if wish.pipeline is not None:
        drafted = alert_pipeline.drafted(tx, caller, integration, wish.pipeline, now.pipeline)
        then = replace(then, pipeline=drafted)
    if wish.route is not None:
        routing.require_routed(integration)
        then = replace(then, route=routing.drafted(tx, caller, integration, wish.route, now.route))
    return then


def _sent(tx: Tx, caller: Caller, integration_id: int) -> tuple[int, list[Trace]]:
    """What came, each event once, the oldest first, and since when (ms) that is all."""
    since = tx.now - LOOKBACK_MS
    wanted = Wanted(span=(since, tx.now), integration_ids=(integration_id,))
    found = engine_trace.search(tx, caller, wanted, Window(0, EVENTS_MAX), None)
    if len(found) > EVENTS_MAX:
        since = found[-1].last_received_at
    # An event that went to several channels has a trace in each.
    once = {
        (one.alert_key, one.received_at, one.given.happened_at): one
        for one in found[:EVENTS_MAX]
        if isinstance(one.given, AlertEvent)
    }
    return since, sorted(once.values(), key=lambda one: (one.received_at, one.id))


def _through(tx: Tx, sender: Sender, traces: Sequence[Trace]) -> list[Arrival]:
    return passage.go_through(tx, [Told(sender, one.given, one.received_at) for one in traces])


def _result(arrival: Arrival) -> tuple[object, ...]:
    return arrival.event, arrival.channel_ids, arrival.outcome
