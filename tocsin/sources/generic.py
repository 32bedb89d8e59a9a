"""Anything that can send JSON, a form or a query: read by the integration's mapping, and where that
says nothing, by the names fields usually have."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.event_mapping import EventMapping, Unmapped, alone, is_yes, listed, said
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import GENERIC
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import form, generic_guess, payload
from tocsin.sources.answer import accepted, address_or_header_key, refused
from tocsin.sources.door import Door, Kept, Knock, Report
from tocsin.sources.severity_words import WORDS
from tocsin.sources.source import Rejected

EVENTS_MAX: Final = 500
_NO_MAPPING: Final = EventMapping()
_MILLISECONDS_FROM: Final = 100_000_000_000


class Problem(Struct, frozen=True):
    """Why an event, the one at `position` of the request, could not be read.

    `field` is what was to be read, `line` a line of its template or 0.
    """

    position: int
    field: str
    line: int
    message: str
    excerpt: str


def events(kept: Kept, mapping: EventMapping | None) -> Iterator[AlertEvent | Problem]:
    """The events of a request one by one, or why one could not be read.

    Raises InvalidParameter for a request that holds no JSON, form or query, or too many events.
    """
    body = _body(kept)
    wanted = mapping or _NO_MAPPING
    try:
        found = _listed(body, wanted)
    except Unmapped as problem:
        yield _problem(0, problem, body)
        return
    for position, each in enumerate(found):
        try:
            yield _event(wanted, each, body, kept.received_at)
        except Unmapped as problem:
            yield _problem(position, problem, alone(body, wanted.events, each))


def _listed(body: Any, mapping: EventMapping) -> list[Any]:
    found = listed(body, mapping.events) if mapping.events else generic_guess.listed(body)
    if len(found) > EVENTS_MAX:
        raise InvalidParameter(
            "a request must hold at most {maximum} events, not {count}",
            maximum=EVENTS_MAX,
            count=len(found),
        )
    return found


def _problem(position: int, problem: Unmapped, body: Any) -> Problem:
    excerpt = msgspec.json.encode(body).decode("utf-8", "replace")
    return Problem(position, problem.field, problem.line, problem.what, excerpt)


def _body(kept: Kept) -> Any:
    if kept.body.lstrip()[:1] == b"[":
        return payload.json_value(kept.body)
    return generic_guess.unwrapped(form.kept(kept))


def _event(mapping: EventMapping, event: Any, body: Any, received_at: int) -> AlertEvent:
    mapped = said(mapping, event, body, received_at)
    guess = generic_guess.Guess(event)
    title = mapped.get("title") or guess.title
    severity = mapped.get("severity", "")
    status = _status(mapping, severity) if severity else guess.status
    if "resolved" in mapped and is_yes(mapped["resolved"]):
        status = EventStatus.OK
    elif "resolved" in mapped and status is EventStatus.OK:
        status = EventStatus.WARNING
    named = {
        name.removeprefix("labels."): text
        for name, text in mapped.items()
        if name.startswith("labels.")
    }
    return payload.event(
        payload.key(mapped.get("alert_key") or guess.alert_key or title or event),
        status,
        title,
        _happened(mapped.get("event_time") or guess.event_time, received_at),
        description=mapped.get("description") or guess.description,
        labels=payload.labels(named, {} if mapping.labels else guess.labels),
    )


def _status(mapping: EventMapping, word: str) -> EventStatus:
    table = {name.lower(): status for name, status in mapping.severities.items()}
    return table.get(word.lower()) or generic_guess.STATES.get(
        word.lower(), WORDS.get(word.lower(), EventStatus.WARNING)
    )


def _happened(said_at: Any, received_at: int) -> int:
    """A moment as senders write it; numbers with eleven digits and more are milliseconds."""
    try:
        number = float(said_at)
    except (TypeError, ValueError):
        return payload.happened(said_at, received_at)
    is_milliseconds = abs(number) >= _MILLISECONDS_FROM
    return payload.happened(number / 1000 if is_milliseconds else number, received_at)


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    meta = form.meta(knock)
    body = _body(Kept(knock.body, meta, received_at=0))
    if not body:
        raise InvalidParameter("the request says nothing; send JSON, a form or a query")
    with suppress(Unmapped):
        # What a mapping cannot read is listed for people to mend it; too much is for the sender.
        _listed(body, integration.settings.mapping or _NO_MAPPING)
    return meta


def _read(kept: Kept, integration: Integration) -> list[Report]:
    return [
        Rejected(_reason(each), each.excerpt) if isinstance(each, Problem) else each
        for each in events(kept, integration.settings.mapping)
    ]


def _reason(problem: Problem) -> str:
    place = f"{problem.field}, line {problem.line}" if problem.line else problem.field
    return f"event {problem.position}, {place}: {problem.message}"


DOORS: Final = (
    Door(
        plugin=GENERIC,
        path="/event/push/alert/generic",
        key=address_or_header_key,
        check=_check,
        read=_read,
        accepted=accepted,
        refused=refused,
        methods=("POST", "PUT", "GET"),
    ),
)
