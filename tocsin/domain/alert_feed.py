"""The activity log of an alert: what may stand on it, and the details each kind carries."""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from tocsin.domain.feed import CommentDetail, IncidentShort
from tocsin.domain.severity import EventStatus


class AlertEntryType(StrEnum):
    """Kinds of entries on an alert's log."""

    NEW = "a_new"
    UPDATE = "a_update"
    COMMENT = "a_comm"
    CLOSE = "a_close"
    EXPIRE = "a_expire"
    MERGE = "a_merge"
    SILENCED = "a_m_silence"
    INHIBITED = "a_m_inhibit"


class StateDetail(Struct, frozen=True):
    """How bad it is, and how it stands: of a new alert, and after an event changed it."""

    severity: EventStatus
    status: EventStatus


class NothingDetail(Struct, frozen=True):
    """Nothing more to say: the alert was closed by hand, or was not heard of in time."""


class MergedDetail(Struct, frozen=True):
    """The alert was moved to `target_incident`; without `source_incident` it had none."""

    comment: str
    source_incident: IncidentShort | None
    target_incident: IncidentShort


class SilencedDetail(Struct, frozen=True):
    """A silence rule keeps it quiet."""

    rule_id: str
    rule_name: str


class InhibitedDetail(Struct, frozen=True):
    """An inhibition rule keeps it quiet while `source_alert_id` fires."""

    rule_id: str
    rule_name: str
    source_alert_id: str


AlertDetail: TypeAlias = (
    StateDetail | CommentDetail | NothingDetail | MergedDetail | SilencedDetail | InhibitedDetail
)


class AlertEntry(Struct, frozen=True):
    """One thing to put on an alert's log. `creator_id` 0 is the system."""

    type: AlertEntryType
    detail: AlertDetail
    creator_id: int = 0
