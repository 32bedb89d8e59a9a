"""How an integration reads events out of any JSON: a Go template for each thing an event says."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, TypeAlias

from msgspec import Meta, Struct

from tocsin.domain.go_template.failure import TemplateError
from tocsin.domain.go_template.functions import Library
from tocsin.domain.go_template.printing import NO_VALUE
from tocsin.domain.severity import EventStatus
from tocsin.domain.user_template import check as check_template
from tocsin.domain.user_template import rendered
from tocsin.kernel.errors import InvalidParameter

TEMPLATE_LENGTH_MAX: Final = 2000
LABELS_MAX: Final = 50
WORDS_MAX: Final = 100
PATH_LENGTH_MAX: Final = 200
BODY: Final = "body"
"""The function by which a template sees the whole request, where it holds many events."""

_NO: Final = frozenset(("", "false", "0", "no"))
_LABEL_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")

Template: TypeAlias = Annotated[
    str,
    Meta(
        description="Go template over one event of the request; `body` is the whole request. "
        "What is missing is empty.",
        max_length=TEMPLATE_LENGTH_MAX,
    ),
]


class EventMapping(Struct, frozen=True, omit_defaults=True):
    """What is not mapped, or comes out empty, is guessed from the usual names of fields."""

    events: Annotated[
        str,
        Meta(
            description="Where the list of events is, as `data.alerts`. Empty: the request is one "
            "event, or a list of them.",
            max_length=PATH_LENGTH_MAX,
        ),
    ] = ""
    title: Template = ""
    description: Template = ""
    severity: Template = ""
    severities: Annotated[
        dict[str, EventStatus],
        Meta(
            description="What the words that `severity` gives mean, whatever their case: Critical, "
            "Warning, Info or Ok. Usual words need no entry.",
            max_length=WORDS_MAX,
        ),
    ] = {}
    resolved: Annotated[
        str,
        Meta(
            description="Go template; the event is a recovery unless it gives nothing, `false`, "
            "`0` or `no`.",
            max_length=TEMPLATE_LENGTH_MAX,
        ),
    ] = ""
    alert_key: Template = ""
    event_time: Annotated[
        str,
        Meta(
            description="Go template that gives RFC 3339, or seconds or milliseconds since 1970.",
            max_length=TEMPLATE_LENGTH_MAX,
        ),
    ] = ""
    labels: Annotated[
        dict[str, Template],
        Meta(description="Templates by the name of the label.", max_length=LABELS_MAX),
    ] = {}


class Unmapped(ValueError):
    """One thing could not be read out of an event: which, and what is wrong in its template."""

    def __init__(self, field: str, line: int, what: str) -> None:
        super().__init__(f"{field}, line {line}: {what}" if line else f"{field}: {what}")
        self.field = field
        self.line = line
        self.what = what


def check(mapping: EventMapping) -> None:
    """Raise InvalidParameter for what is no template, or no name of a label."""
    for field, template in _templates(mapping):
        check_template(template, field, (BODY,))
    for name in mapping.labels:
        if not _LABEL_NAME.fullmatch(name):
            raise InvalidParameter(
                "label {name} must start with a letter or _, go on with letters, digits and _, "
                "and have at most {maximum} characters",
                name=name,
                maximum=128,
            )


def said(mapping: EventMapping, event: object, body: object, now: int) -> dict[str, str]:
    """What each template gives for an event of a request, labels as `labels.<name>`.

    `now` is in ms. Raises Unmapped for the first template that fails.
    """
    more = _whole(body)
    found: dict[str, str] = {}
    for field, template in _templates(mapping):
        try:
            text = rendered(template, event, now, more)
        except TemplateError as error:
            raise Unmapped(field, error.line, error.what) from None
        found[field] = text.replace(NO_VALUE, "").strip()
    return found


def is_yes(text: str) -> bool:
    """Whether what a condition gave means that it holds."""
    return text.lower() not in _NO


def listed(body: object, path: str) -> list[object]:
    """The events at a path of a request; one event is a list of one. Raises Unmapped."""
    found = body
    for step in filter(None, path.split(".")):
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            raise Unmapped("events", 0, f"there is nothing at {path}")
    return found if isinstance(found, list) else [found]


def alone(body: Any, path: str, event: object) -> Any:
    """The request as it would be with one event only."""
    step, _, rest = path.partition(".")
    if isinstance(body, Mapping) and step in body:
        return {**body, step: alone(body[step], rest, event)}
    if isinstance(body, list) and step:
        return [alone(each, rest, event) for each in body[int(step) : int(step) + 1]]
    return [event] if isinstance(body, list) else event


def _templates(mapping: EventMapping) -> Iterator[tuple[str, str]]:
    for field in ("title", "description", "severity", "resolved", "alert_key", "event_time"):
        if template := getattr(mapping, field):
            yield field, template
    for name, template in mapping.labels.items():
        yield f"labels.{name}", template


def _whole(body: object) -> Library:
    library = Library()

    @library.add(BODY, "{{body.team}}", "web", light=True)
    def whole() -> object:
        """The whole request."""
        return body

    return library
