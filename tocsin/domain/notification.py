"""The mail that tells a person about an incident."""

from html import escape
from typing import Final

from msgspec import Struct

from tocsin.domain.incident import Cause
from tocsin.domain.incident_view import IncidentView
from tocsin.domain.severity import EventStatus

_PREFIX: Final = {
    Cause.CREATED: "",
    Cause.ASSIGNED: "",
    Cause.ADDED: "",
    Cause.REOPENED: "[REOPENED] ",
    Cause.WOKEN: "[REFIRE] ",
    Cause.STORM: "[STORM] ",
    Cause.UNMUTED: "[REFIRE] ",
}
_LEAD: Final = {
    Cause.CREATED: "A new incident is assigned to you.",
    Cause.ASSIGNED: "An incident is assigned to you.",
    Cause.ADDED: "You were added to an incident.",
    Cause.REOPENED: "An incident that was yours is open again.",
    Cause.WOKEN: "An incident that was snoozed needs attention again.",
    Cause.STORM: "An incident that is yours has grown into a storm of alerts.",
    Cause.UNMUTED: "An incident was quiet while its alert was flapping, and is still open.",
}
_COLOUR: Final = {
    EventStatus.CRITICAL: "#C80000",
    EventStatus.WARNING: "#FA7D00",
    EventStatus.INFO: "#FABE00",
    EventStatus.OK: "#008800",
}


class Letter(Struct, frozen=True):
    """A mail's words, in both forms."""

    subject: str
    text: str
    html: str


def write(incident: IncidentView, cause: Cause) -> Letter:
    """What to tell somebody about the incident; its own words are escaped in the HTML."""
    subject = f"{_PREFIX[cause]}[{incident.incident_severity}] #{incident.num} {incident.title}"
    facts = _facts(incident)
    return Letter(subject, _text(incident, cause, facts), _html(incident, cause, facts))


def _facts(incident: IncidentView) -> list[tuple[str, str]]:
    facts = [
        ("Incident", f"#{incident.num} {incident.title}"),
        ("Severity", str(incident.incident_severity)),
        ("Progress", str(incident.progress)),
        ("Channel", incident.channel_name),
        ("Responders", ", ".join(r.person_name or str(r.person_id) for r in incident.responders)),
        ("Description", incident.description),
    ]
    labels = [(f"label {name}", value) for name, value in sorted(incident.labels.items())]
    return [(name, value) for name, value in (*facts, *labels) if value]


def _text(incident: IncidentView, cause: Cause, facts: list[tuple[str, str]]) -> str:
    lines = [_LEAD[cause], ""]
    lines += [f"{name}: {value}" for name, value in facts]
    lines += ["", f"Open: {incident.detail_url}"]
    lines += [f"Acknowledge: {incident.detail_url}?ack=1", ""]
    return "\n".join(lines)


def _html(incident: IncidentView, cause: Cause, facts: list[tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><th align="left" valign="top">{escape(name)}</th>'
        f'<td style="white-space:pre-wrap">{escape(value)}</td></tr>'
        for name, value in facts
    )
    url = escape(incident.detail_url)
    colour = _COLOUR[incident.incident_severity]
    return (
        f'<div style="border-left:4px solid {colour};padding-left:12px">'
        f"<p>{escape(_LEAD[cause])}</p>"
        f'<table cellpadding="4">{rows}</table>'
        f'<p><a href="{url}">Open the incident</a> · <a href="{url}?ack=1">Acknowledge</a></p>'
        "</div>"
    )
