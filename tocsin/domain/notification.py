"""The words of a mail about an incident for those who see no HTML."""

from typing import Final

from msgspec import Struct

from tocsin.domain.incident import Cause
from tocsin.domain.incident_view import IncidentView

_PREFIX: Final = {
    Cause.CREATED: "",
    Cause.ASSIGNED: "",
    Cause.ADDED: "",
    Cause.REOPENED: "[REOPENED] ",
    Cause.WOKEN: "[REFIRE] ",
    Cause.STORM: "[STORM] ",
    Cause.UNMUTED: "[REFIRE] ",
    Cause.ESCALATED: "[ESCALATE] ",
    Cause.REPEATED: "[REFIRE] ",
    Cause.RAISED: "[RAISED] ",
    Cause.RELEASED: "[REFIRE] ",
    Cause.NOTICED: "",
    Cause.UNREACHED: "[NOBODY TOLD] ",
}
_LEAD: Final = {
    Cause.CREATED: "A new incident is assigned to you.",
    Cause.ASSIGNED: "An incident is assigned to you.",
    Cause.ADDED: "You were added to an incident.",
    Cause.REOPENED: "An incident that was yours is open again.",
    Cause.WOKEN: "An incident that was snoozed needs attention again.",
    Cause.STORM: "An incident that is yours has grown into a storm of alerts.",
    Cause.UNMUTED: "An incident was quiet while its alert was flapping, and is still open.",
    Cause.ESCALATED: "An incident has come up to you: whoever was told before did not answer.",
    Cause.REPEATED: "An incident that is yours still waits for an answer.",
    Cause.RAISED: "An incident has become worse.",
    Cause.RELEASED: "Nobody has an incident in hand any more.",
    Cause.NOTICED: "An incident began.",
    Cause.UNREACHED: "Nobody could be told of an incident: its escalation rule reaches nobody.",
}


class Letter(Struct, frozen=True):
    """A mail's words without their looks."""

    subject: str
    text: str


def write(incident: IncidentView, cause: Cause, ack_url: str = "") -> Letter:
    """What to tell somebody about the incident in plain words; `ack_url` acknowledges it."""
    subject = f"{_PREFIX[cause]}[{incident.incident_severity}] #{incident.num} {incident.title}"
    facts = _facts(incident)
    return Letter(subject, _text(incident, cause, facts, ack_url))


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


def _text(incident: IncidentView, cause: Cause, facts: list[tuple[str, str]], ack_url: str) -> str:
    lines = [_LEAD[cause], ""]
    lines += [f"{name}: {value}" for name, value in facts]
    lines += ["", f"Open: {incident.detail_url}"]
    lines += [f"Acknowledge: {ack_url or incident.detail_url + '?ack=1'}", ""]
    return "\n".join(lines)
