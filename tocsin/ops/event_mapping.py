"""Trying out how a generic integration would read what is pushed to it, without pushing it."""

from typing import Annotated, Final, Self

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.event_mapping import EventMapping, check
from tocsin.domain.severity import EventStatus
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.units import seconds
from tocsin.sources import generic
from tocsin.sources.door import Kept
from tocsin.store.database import Tx

TAG: Final = "Integrations"
SAMPLE_LENGTH_MAX: Final = 256 * 1024


class PreviewMapping(Struct, frozen=True):
    sample: Annotated[
        str,
        Meta(description="A request's body, as it is pushed.", max_length=SAMPLE_LENGTH_MAX),
    ]
    mapping: EventMapping = EventMapping()
    content_type: Annotated[
        str, Meta(description="For a form: application/x-www-form-urlencoded.", max_length=200)
    ] = ""
    query: Annotated[
        str, Meta(description="What the push address says after `?`.", max_length=16_000)
    ] = ""


class MappedEvent(Struct, frozen=True):
    alert_key: str
    event_status: EventStatus
    event_time: int
    title: str
    description: str
    labels: dict[str, str]

    @classmethod
    def of(cls, event: AlertEvent) -> Self:
        return cls(
            alert_key=event.alert_key,
            event_status=event.status,
            event_time=seconds(event.happened_at),
            title=event.title,
            description=event.description,
            labels=event.labels,
        )


class MappingProblem(Struct, frozen=True):
    position: Annotated[int, Meta(description="Of the event in the request, from 0.")]
    field: str
    line: Annotated[int, Meta(description="Of the field's template, from 1; 0 for none.")]
    message: str


class MappingPreview(Struct, frozen=True):
    items: list[MappedEvent]
    problems: list[MappingProblem]


@operation("/datasource/mapping/preview", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: PreviewMapping) -> MappingPreview:
    """Show the events that a mapping reads out of a sample, and where it fails.

    Nothing is kept. A sample that is neither JSON nor a form is refused, as is a mapping with
    a template that can't be read.
    """
    check(request.mapping)
    meta = {"content_type": request.content_type, "query": request.query}
    kept = Kept(request.sample.encode("utf-8", "replace"), meta, tx.now)
    found = list(generic.events(kept, request.mapping))
    return MappingPreview(
        items=[MappedEvent.of(one) for one in found if isinstance(one, AlertEvent)],
        problems=[
            MappingProblem(one.position, one.field, one.line, one.message)
            for one in found
            if isinstance(one, generic.Problem)
        ],
    )
