"""What is reported of an alert to webhooks."""

from typing import Final

from msgspec import UNSET, Struct, UnsetType

from tocsin.domain.alert_feed import AlertEntry, AlertEntryType
from tocsin.domain.alert_view import AlertInfo
from tocsin.domain.incident_view import PersonShort

REPORTED: Final = (
    AlertEntryType.NEW,
    AlertEntryType.UPDATE,
    AlertEntryType.MERGE,
    AlertEntryType.CLOSE,
)


class AlertWebhookEvent(Struct, frozen=True):
    """The body of an alert webhook; `event_time` in ms, `person` only where one acted.

    `event_id` is the same over every try, so that a receiver can tell a repeat.
    """

    event_time: int
    event_type: AlertEntryType
    event_id: str
    alert: AlertInfo
    person: PersonShort | UnsetType = UNSET


def is_reported(entry: AlertEntry) -> bool:
    """Whether webhooks hear of an entry on an alert's log; of a closing only by hand."""
    by_hand = entry.type is not AlertEntryType.CLOSE or entry.creator_id != 0
    return entry.type in REPORTED and by_hand
