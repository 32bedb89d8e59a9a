"""An integration's part of an event's way, a batch at a time.

    enrichment → alert pipeline → route

Enrichment may ask services and so runs with no transaction open. The rest reads what is stored,
in one read transaction, event by event in their order.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import event_template
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.alert_pipeline import process
from tocsin.domain.enrichment import Enriching, Found, Question, enrich
from tocsin.domain.routing import decide
from tocsin.domain.severity import EventStatus
from tocsin.domain.subject import of_event
from tocsin.domain.trace import Given, Outcome, Passed, Stage, Step
from tocsin.engine.alert_arrival import Arrival
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.mapping_lookup import Asked, InTransaction, Lookups, OfBatch
from tocsin.engine.pipeline_source import PipelineSources
from tocsin.engine.routing import Channels
from tocsin.engine.sender import Sender
from tocsin.store.database import Database, Tx


class Told(Struct, frozen=True):
    """What an integration says about an alert, when (ms) it was received, by which echo the same
    would be recognised, and by which door's path it came; both empty where there is none."""

    sender: Sender
    given: Given
    received_at: int
    echo: str = ""
    door: str = ""


def pass_through(
    database: Database, reports: Sequence[Told], inquiries: Inquiries
) -> list[Arrival]:
    """Take reports through their integrations: what comes out, where it goes, and why."""
    if not reports:
        return []
    passed = _enriched(reports, OfBatch(database, inquiries))
    with database.read() as tx:
        return _Batch(tx, reports, passed).arrivals()


def rehearse(tx: Tx, report: Told) -> Arrival:
    """What would come of a report now, as far as tables and rules decide; no service is asked."""
    return go_through(tx, [report])[0]


def go_through(tx: Tx, reports: Sequence[Told]) -> list[Arrival]:
    """As `pass_through`, in a transaction: no service is asked."""
    return _Batch(tx, reports, _enriched(reports, InTransaction(tx))).arrivals()


def _enriched(reports: Sequence[Told], lookups: Lookups) -> list[Passed]:
    """What enrichment makes of each report's event. All events go forward together: whatever
    they need to know next is asked at once."""
    passed: list[Passed] = [Passed(None)] * len(reports)
    waiting: dict[int, tuple[Enriching, Question]] = {}
    for place, report in enumerate(reports):
        if isinstance(report.given, AlertEvent):
            integration = report.sender.integration
            event = event_template.titled(report.given, integration, report.received_at)
            rules = report.sender.enrichment
            way = enrich(rules, event, integration.id, report.received_at)
            _forward(way, None, place, waiting, passed)
    while waiting:
        turn = list(waiting.items())
        waiting.clear()
        asked = [Asked(reports[place].sender.integration, one) for place, (_, one) in turn]
        for (place, (way, _)), found in zip(turn, lookups.answers(asked), strict=True):
            _forward(way, found, place, waiting, passed)
    return passed


class _Batch:
    """Reports on the second part of their way, in a read transaction."""

    def __init__(self, tx: Tx, reports: Sequence[Told], passed: Sequence[Passed]) -> None:
        self._tx = tx
        self._reports = reports
        self._passed = passed
        self._sources: dict[int, PipelineSources] = {}
        self._channels: dict[tuple[int, int], Channels] = {}

    def arrivals(self) -> list[Arrival]:
        pairs = zip(self._reports, self._passed, strict=True)
        return [self._arrival(report, passed) for report, passed in pairs]

    def _arrival(self, report: Told, enriched: Passed) -> Arrival:
        sender = report.sender
        by = {"path": report.door} if report.door else {}
        door = Step(Stage.DOOR, "accepted", detail={"integration": sender.integration.name, **by})
        arrival = Arrival(
            sender.integration, report.given, report.received_at, steps=(door,), only=sender.named
        )
        if enriched.event is None:
            return arrival
        piped = self._piped(sender, enriched.event)
        steps = [door, *enriched.steps, *piped.steps]
        if piped.event is None:
            return arrival.ended(Outcome.DROPPED, steps)
        if piped.event.status is EventStatus.OK:
            # A recovery goes wherever its alert is open, whatever routes have become since.
            return arrival.goes_on(piped.event, (), steps)
        channel_ids, why = self._routed(sender, piped.event)
        steps += why
        if not channel_ids:
            return arrival.ended(Outcome.UNROUTED, steps)
        goes_on = arrival.goes_on(piped.event, channel_ids, steps)
        # A title may be made of the hour; then the same words say something else next time.
        return replace(goes_on, echo=report.echo) if piped.event == report.given else goes_on

    def _piped(self, sender: Sender, event: AlertEvent) -> Passed:
        if sender.pipeline is None:
            return Passed(event)
        around = self._around(sender)
        passed = process(sender.pipeline.rules, event, around)
        if passed.event and sender.pipeline.inhibits:
            around.learn(passed.event)
        return passed

    def _around(self, sender: Sender) -> PipelineSources:
        integration = sender.integration
        if integration.id not in self._sources:
            pairs = zip(self._reports, self._passed, strict=True)
            mine = [
                passed.event
                for report, passed in pairs
                if passed.event and report.sender.integration.id == integration.id
            ]
            self._sources[integration.id] = PipelineSources(self._tx, integration, mine)
        return self._sources[integration.id]

    def _routed(
        self, sender: Sender, event: AlertEvent
    ) -> tuple[tuple[int, ...], tuple[Step, ...]]:
        """The channels that take an event, and why these."""
        if sender.route is None:
            found = sender.open_channels
            detail = {"channel_ids": ",".join(map(str, found))} if found else {}
            verdict = "set" if found else "no_enabled_channel"
            return found, (Step(Stage.ROUTE, verdict, detail=detail),)
        route = sender.route
        channels = self._known(route.account_id, route.updated_by)
        subject = of_event(event, sender.integration.id)
        routed = decide(route.cases, route.default, subject, channels)
        found = tuple(one for one in routed.channel_ids if channels.receives(one))
        if routed.channel_ids and not found:
            return (), (*routed.steps, Step(Stage.ROUTE, "no_enabled_channel"))
        return found, routed.steps

    def _known(self, account_id: int, member_id: int) -> Channels:
        key = (account_id, member_id)
        if key not in self._channels:
            self._channels[key] = Channels(self._tx, account_id, member_id)
        return self._channels[key]


def _forward(
    way: Enriching,
    found: Found | None,
    place: int,
    waiting: dict[int, tuple[Enriching, Question]],
    passed: list[Passed],
) -> None:
    """Let one event go forward: to its next question, or to the end of its rules."""
    try:
        waiting[place] = (way, next(way) if found is None else way.send(found))
    except StopIteration as end:
        passed[place] = end.value
