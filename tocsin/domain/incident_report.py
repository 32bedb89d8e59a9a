"""What senders say of an incident through its alerts: that somebody there has it, or a remark."""

from typing import Final

from msgspec.structs import replace

from tocsin.domain.feed import CommentDetail, Entry, EntryType
from tocsin.domain.incident import Decision, Incident, Progress, unchanged
from tocsin.domain.incident_progress import acknowledge
from tocsin.domain.report import Acknowledgement, Remark
from tocsin.kernel.text import cut

SYSTEM: Final = 0
COMMENT_LENGTH_MAX: Final = 1024


def acknowledged(incident: Incident, given: Acknowledgement, sender: str, at: int) -> Decision:
    """Somebody took it in hand where the alert comes from. The timeline says who; the system
    acknowledges in their place, once, as whoever it was need not be a member here."""
    if incident.progress is Progress.CLOSED:
        return unchanged(incident, "it was closed before")
    decision = acknowledge(incident, SYSTEM, at)
    if not decision.entries:
        return decision
    who = f"{given.by} acknowledged it" if given.by else "It was acknowledged"
    said = comment(f"{who} in {sender}" + (f": {given.note}" if given.note else ""))
    entries = (said, *decision.entries)
    return replace(decision, reason=f"{sender} said that somebody has it", entries=entries)


def remarked(incident: Incident, given: Remark, sender: str) -> Decision:
    """Somebody said something where the alert comes from."""
    who = f"{given.by}, {sender}" if given.by else sender
    entry = comment(f"{cut(given.text, COMMENT_LENGTH_MAX - len(who) - 3)} ({who})")
    return Decision(incident, f"{sender} passed on a remark", (entry,))


def comment(text: str) -> Entry:
    """An entry by the system that holds a text, cut."""
    detail = CommentDetail(cut(text, COMMENT_LENGTH_MAX))
    return Entry(EntryType.COMMENT, detail, SYSTEM)
