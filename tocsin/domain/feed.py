"""The timeline of an incident: what may stand on it, and the details each kind carries.

A detail is kept exactly as clients read it, so instants inside one are in seconds. An entry's
own time is the instant of the transaction that wrote it.
"""

from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct, field

from tocsin.domain.severity import EventStatus


class EntryType(StrEnum):
    """Kinds of timeline entries; `i_` concerns the incident, `a_` an alert of it."""

    NEW = "i_new"
    ASSIGN = "i_assign"
    ADD_RESPONDER = "i_a_rspd"
    NOTIFY = "i_notify"
    STORM = "i_storm"
    SNOOZE = "i_snooze"
    WAKE = "i_wake"
    ACK = "i_ack"
    UNACK = "i_unack"
    COMMENT = "i_comm"
    RESOLVE = "i_rslv"
    REOPEN = "i_reopen"
    MERGE = "i_merge"
    RESET_TITLE = "i_r_title"
    RESET_DESCRIPTION = "i_r_desc"
    RESET_IMPACT = "i_r_impact"
    RESET_ROOT_CAUSE = "i_r_rc"
    RESET_RESOLUTION = "i_r_rsltn"
    RESET_SEVERITY = "i_r_severity"
    RESET_FIELD = "i_r_field"
    MUTED_BY_FLAPPING = "i_m_flapping"
    MUTE_REPLY = "i_m_reply"
    CUSTOM_ACTION = "i_custom"
    WAR_ROOM_CREATE = "i_wr_create"
    WAR_ROOM_DELETE = "i_wr_delete"
    AUTO_REFRESH = "i_auto_refresh"
    ALERT_MERGE = "a_merge"


class ClosedFrom(StrEnum):
    """What closed an incident."""

    VOICE = "voice"
    CONSOLE = "console"
    CARD = "card"
    WEB_CARD = "wcard"
    EVENT = "event"
    EXPIRED = "expired"
    TIMEOUT = "autorslv"
    AUTO_REFRESH = "autorefresh"
    ESCALATION = "escalation"


class IncidentShort(Struct, frozen=True):
    """An incident as others mention it."""

    incident_id: str
    title: str
    progress: str


class NewDetail(Struct, frozen=True):
    """An incident began."""

    severity: EventStatus
    title: str
    reporter_email: str = ""


class AssignDetail(Struct, frozen=True):
    """Who has it now, and by which way; `assigned_at` is in seconds."""

    person_ids: tuple[int, ...]
    escalate_rule_id: str
    layer_idx: int
    type: str
    emails: tuple[str, ...]
    escalate_rule_name: str
    assigned_at: int
    id: str
    to: tuple[int, ...]


class StormDetail(Struct, frozen=True):
    """So many alerts by now."""

    threshold: int


class FlappingDetail(Struct, frozen=True):
    """Its alert changed so often in so many minutes that nobody is told for so many."""

    max_changes: int
    in_mins: int
    mute_mins: int


class AddResponderDetail(Struct, frozen=True):
    """People who joined."""

    to: tuple[int, ...]


class NotifyPerson(Struct, frozen=True, omit_defaults=True):
    """One person a message went to; `failed_reason` only where it did not arrive."""

    person_id: int
    failed_reason: str = ""


class NotifyRobot(Struct, frozen=True, omit_defaults=True):
    """A group chat that a robot tells; `token` is only what may be shown of it."""

    token: str
    alias: str = ""
    failed_reason: str = ""


class NotifyChat(Struct, frozen=True, omit_defaults=True):
    """A group chat that an app tells, by the integration of the app."""

    data_source_id: int
    chat_id: str
    failed_reason: str = ""


class Outcome(StrEnum):
    """What became of a message, as far as it is known."""

    UNKNOWN = ""
    PENDING = "pending"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"


class NotifyDetail(Struct, frozen=True):
    """A message is under way; `by` is the method it travels by, `rid` names its delivery.

    `emails` are recipients without a login, `robots` and `chats` group chats. `may_repeat` says
    that it may arrive twice. `failed_reason` says why nobody is told at all, why a message did not
    arrive, or why its last try failed. `outcome` is known where a timeline is read.
    """

    rid: str
    fire_type: str
    layer_idx: int
    by: str
    persons: tuple[NotifyPerson, ...]
    emails: tuple[str, ...] = ()
    may_repeat: bool = False
    escalate_rule_id: str = ""
    escalate_rule_name: str = ""
    failed_reason: str = ""
    robots: tuple[NotifyRobot, ...] = ()
    chats: tuple[NotifyChat, ...] = ()
    outcome: Outcome = Outcome.UNKNOWN


class SnoozeDetail(Struct, frozen=True):
    """Quiet for so many minutes."""

    minutes: int


class WakeDetail(Struct, frozen=True):
    """The quiet ended; it had been meant to last until `snoozed_before`, in seconds."""

    snoozed_before: int = field(name="snoozedBefore")


class ProgressDetail(Struct, frozen=True):
    """Acknowledged, or no longer: the progress that follows."""

    progress: str


class CommentDetail(Struct, frozen=True):
    """A remark."""

    comment: str
    mute_reply: bool = False


class ResolveDetail(Struct, frozen=True):
    """Closed, and by what."""

    source: ClosedFrom = field(name="from")


class ReopenDetail(Struct, frozen=True):
    """Open again, and why."""

    reason: str


class MergeDetail(Struct, frozen=True):
    """Incidents folded into `target_incident`; written on the target and on every source."""

    comment: str
    source_incidents: tuple[IncidentShort, ...]
    target_incident: IncidentShort
    owner_id: int
    title: str
    remove_source_incidents: bool
    source_responders: tuple[int, ...]


class AlertShort(Struct, frozen=True):
    """An alert as others mention it."""

    alert_id: str
    title: str


class AlertMergeDetail(Struct, frozen=True):
    """Alerts moved into `target_incident`; written on it and on every incident they left."""

    comment: str
    alerts: tuple[AlertShort, ...]
    source_incidents: tuple[IncidentShort, ...]
    target_incident: IncidentShort
    owner_id: int
    title: str


class CustomActionDetail(Struct, frozen=True):
    """A custom action was run."""

    integration_id: int
    integration_name: str


class ResetTextDetail(Struct, frozen=True):
    """A text was edited."""

    before: str = field(name="from")
    to: str


class ResetSeverityDetail(Struct, frozen=True):
    """The severity changed."""

    before: EventStatus = field(name="from")
    to: EventStatus


class ResetFieldDetail(Struct, frozen=True):
    """A custom field changed; values are JSON of the field's type, null for none."""

    field_name: str
    before: Any = field(name="from")
    to: Any


Detail: TypeAlias = (
    NewDetail
    | AssignDetail
    | StormDetail
    | FlappingDetail
    | AddResponderDetail
    | NotifyDetail
    | SnoozeDetail
    | WakeDetail
    | ProgressDetail
    | CommentDetail
    | ResolveDetail
    | ReopenDetail
    | MergeDetail
    | AlertMergeDetail
    | CustomActionDetail
    | ResetTextDetail
    | ResetSeverityDetail
    | ResetFieldDetail
)


class Entry(Struct, frozen=True):
    """One thing to put on a timeline. `creator_id` 0 is the system."""

    type: EntryType
    detail: Detail
    creator_id: int = 0
