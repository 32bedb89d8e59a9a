"""An incident as a Markdown document, for a ticket or a review afterwards."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from tocsin.domain.feed import EntryType
from tocsin.domain.incident import Incident
from tocsin.kernel.units import seconds

_SAID: Final = {
    EntryType.NEW: "Opened",
    EntryType.ASSIGN: "Assigned to {people}",
    EntryType.ADD_RESPONDER: "Joined by {people}",
    EntryType.NOTIFY: "Told {people} by {by}: {outcome}",
    EntryType.STORM: "Storm of alerts",
    EntryType.SNOOZE: "Snoozed for {minutes} min",
    EntryType.WAKE: "Woken",
    EntryType.ACK: "Acknowledged",
    EntryType.UNACK: "Acknowledgement taken back",
    EntryType.COMMENT: "Comment: {comment}",
    EntryType.RESOLVE: "Resolved",
    EntryType.REOPEN: "Opened again: {reason}",
    EntryType.MERGE: "Merged",
    EntryType.RESET_TITLE: "Title: {to}",
    EntryType.RESET_DESCRIPTION: "Description changed",
    EntryType.RESET_IMPACT: "Impact changed",
    EntryType.RESET_ROOT_CAUSE: "Root cause changed",
    EntryType.RESET_RESOLUTION: "Resolution changed",
    EntryType.RESET_SEVERITY: "Severity: {to}",
    EntryType.RESET_FIELD: "Field changed",
    EntryType.ALERT_MERGE: "Alerts moved",
}
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()>#+!|~])")
_TEXTS: Final = ("description", "impact", "root_cause", "resolution")


class Moment(Struct, frozen=True):
    """An entry of the timeline; `detail` is as clients read it, `at` in ms."""

    type: str
    at: int
    creator_id: int
    detail: dict[str, Any]
    reason: str


class Export(Struct, frozen=True):
    """What the document is made of; `people` are names by id, `base_url` is the server's."""

    incident: Incident
    channel_name: str
    people: dict[int, str]
    moments: Sequence[Moment]
    time_zone: str
    base_url: str


def to_markdown(of: Export) -> str:
    """The whole document. What people and senders wrote stays text: none of it is Markdown."""
    return "\n".join(_lines(of)) + "\n"


def plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return escaped.replace("&", "&amp;").replace("<", "&lt;")


def _lines(of: Export) -> Iterator[str]:
    one, zone = of.incident, ZoneInfo(of.time_zone)
    yield f"# {plain(one.title)}"
    yield ""
    yield f"<{of.base_url}/incident/{one.incident_id}>"
    yield ""
    yield "| | |\n|---|---|"
    yield f"| Number | {one.num} |"
    yield f"| Severity | {one.severity} |"
    yield f"| Progress | {one.progress} |"
    if of.channel_name:
        yield f"| Channel | {plain(of.channel_name)} |"
    for name, at in (("Began", one.start_time), ("Acknowledged", one.ack_time)):
        yield f"| {name} | {_time(at, zone)} |"
    yield f"| Closed | {_time(one.close_time, zone)} |"
    yield f"| Alerts | {one.alert_cnt} |"
    for person in one.responders:
        yield f"| Responder | {_name(of, person.person_id)} |"
    for key, value in sorted(one.labels.items()):
        yield f"| `{plain(key)}` | {plain(value)} |"
    for field in _TEXTS:
        if text := getattr(one, field):
            yield f"\n## {field.replace('_', ' ').capitalize()}\n"
            yield "\n".join(plain(line) for line in text.splitlines())
    yield f"\n## Timeline ({of.time_zone})\n"
    for moment in of.moments:
        yield f"- {_time(moment.at, zone)} — {_told(of, moment)}"


def _told(of: Export, moment: Moment) -> str:
    detail = moment.detail
    ids = detail.get("to") or detail.get("persons") or detail.get("person_ids") or []
    named = [one["person_id"] if isinstance(one, dict) else one for one in ids] if ids else []
    values = {
        "people": ", ".join(_name(of, one) for one in named if isinstance(one, int)) or "nobody",
        "by": plain(str(detail.get("by", ""))),
        "outcome": plain(str(detail.get("outcome") or "unknown")),
        "minutes": detail.get("minutes", ""),
        "comment": plain(str(detail.get("comment", ""))),
        "reason": plain(str(detail.get("reason", ""))),
        "to": plain(str(detail.get("to", ""))),
    }
    known = moment.type in _SAID
    words = _SAID[EntryType(moment.type)].format(**values) if known else plain(moment.type)
    by = f" by {_name(of, moment.creator_id)}" if moment.creator_id else ""
    why = f" ({plain(moment.reason)})" if moment.reason else ""
    return f"{words}{by}{why}"


def _name(of: Export, person_id: int) -> str:
    return plain(of.people.get(person_id, str(person_id)))


def _time(at: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(seconds(at), zone):%Y-%m-%d %H:%M:%S}" if at else "—"
