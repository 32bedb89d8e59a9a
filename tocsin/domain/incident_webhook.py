"""What is reported of an incident to webhooks."""

from typing import Final

from msgspec import UNSET, Struct, UnsetType

from tocsin.domain.feed import CommentDetail, Entry, EntryType
from tocsin.domain.incident_view import IncidentView, PersonShort

REPORTED: Final = frozenset(
    {
        EntryType.NEW,
        EntryType.ASSIGN,
        EntryType.ADD_RESPONDER,
        EntryType.SNOOZE,
        EntryType.WAKE,
        EntryType.ACK,
        EntryType.UNACK,
        EntryType.STORM,
        EntryType.CUSTOM_ACTION,
        EntryType.RESOLVE,
        EntryType.REOPEN,
        EntryType.MERGE,
        EntryType.COMMENT,
        EntryType.RESET_TITLE,
        EntryType.RESET_DESCRIPTION,
        EntryType.RESET_IMPACT,
        EntryType.RESET_ROOT_CAUSE,
        EntryType.RESET_RESOLUTION,
        EntryType.RESET_SEVERITY,
        EntryType.RESET_FIELD,
    }
)


class WebhookEvent(Struct, frozen=True):
    """The body of an incident webhook; `event_time` in ms, `person` only where one acted.

    `event_id` is the same over every try, so that a receiver can tell a repeat.
    """

    event_time: int
    event_type: EntryType
    event_id: str
    incident: IncidentView
    person: PersonShort | UnsetType = UNSET


def is_reported(entry: Entry) -> bool:
    """Whether webhooks hear of a timeline entry; a remark may ask that they do not."""
    muted = isinstance(entry.detail, CommentDetail) and entry.detail.mute_reply
    return entry.type in REPORTED and not muted
