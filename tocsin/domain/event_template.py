"""Text made of an alert event by a Go template: titles, descriptions and labels."""

import re
from typing import Final

from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.go_template.failure import TemplateError
from tocsin.domain.go_template.values import Record, Texts
from tocsin.domain.integration import Integration
from tocsin.domain.title_rule import LENGTH_MAX, MISSING, TEMPLATE_MARK
from tocsin.domain.user_template import rendered

_LABEL: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ACTION: Final = "{{"


def titled(event: AlertEvent, integration: Integration, now: int) -> AlertEvent:
    """The event with the title that its rule gives, where that is a Go template.

    A rule that fails shows as it was sent: it never holds an alert back.
    """
    rule = event.title_rule
    if not rule.startswith(TEMPLATE_MARK) or _ACTION not in rule:
        return event
    title = filled(rule, event, integration, now).strip() or rule
    return replace(event, title=title[:LENGTH_MAX])


def filled(text: str, event: AlertEvent, integration: Integration, now: int) -> str:
    """A text that may begin with `[TPL]`, with what the event says put into it.

    `{{…}}` is a Go template over the event; a label it doesn't have is empty. `${label}` is a
    label's value, `<no value>` where there is none. A template that fails is left as it stands;
    `now` is in ms. Text without the mark is itself.
    """
    if not text.startswith(TEMPLATE_MARK):
        return text
    plain = text.removeprefix(TEMPLATE_MARK)
    try:
        plain = rendered(plain, _record(event, integration), now)
    except TemplateError:
        return text
    return _LABEL.sub(lambda found: event.labels.get(found[1], MISSING), plain)


def composed(template: str, event: AlertEvent, now: int) -> str:
    """What a template makes of `.title`, `.description` and `.labels.x` of an event.

    A label that is missing is empty; `now` is in ms. Raises TemplateError.
    """
    data = {
        "title": event.title,
        "description": event.description,
        "labels": Texts(event.labels),
    }
    return rendered(template, data, now)


def _record(event: AlertEvent, integration: Integration) -> Record:
    return Record(
        "AlertEvent",
        {
            "Title": event.title,
            "Description": event.description,
            "EventSeverity": str(event.status),
            "EventStatus": str(event.status),
            "AlertKey": event.alert_key,
            "TitleRule": event.title_rule,
            "IntegrationType": integration.plugin_type,
            "IntegrationName": integration.name,
            "Labels": Texts(event.labels),
        },
    )
