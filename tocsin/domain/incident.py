"""The incident: something that needs a person, from its first alert until it is over.

This file holds its state and the shape of decisions. What may happen to one is beside it:
`incident_progress` (acknowledge … reopen), `incident_people` (who has it), `incident_edit`
(texts, fields, merging) and `incident_alert` (what its alerts do to it).

Invariants every decision keeps: Processing exactly when somebody acknowledged; Closed exactly
when `close_time` is set; nothing closed is snoozed or muted.
"""

from enum import StrEnum
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.channel import GroupMethod
from tocsin.domain.escalation import Robot
from tocsin.domain.escalation_audience import Reached
from tocsin.domain.feed import Entry, IncidentShort
from tocsin.domain.severity import EventStatus, Severity
from tocsin.kernel.errors import BadRequest

NO_RULE: Final = "0" * 24
EMAIL: Final = "email"


class Progress(StrEnum):
    """How far people have come with it."""

    TRIGGERED = "Triggered"
    PROCESSING = "Processing"
    CLOSED = "Closed"


class Frequency(StrEnum):
    """Whether its like was seen in the channel lately."""

    FREQUENT = "frequent"
    RARE = "rare"


class AssignType(StrEnum):
    """How somebody came to have an incident; empty while nobody has."""

    NOBODY = ""
    ASSIGN = "assign"
    REASSIGN = "reassign"
    ESCALATE = "escalate"
    REOPEN = "reopen"


class Overridable(StrEnum):
    """What a person may set by hand, after which alerts and merges leave it alone."""

    TITLE = "title"
    SEVERITY = "severity"
    DESCRIPTION = "description"
    IMPACT = "impact"
    ROOT_CAUSE = "root_cause"
    RESOLUTION = "resolution"


class Assignment(Struct, frozen=True):
    """The latest handing-over. `emails` are people without a login. Instants are ms."""

    person_ids: tuple[int, ...] = ()
    emails: tuple[str, ...] = ()
    escalate_rule_id: str = NO_RULE
    escalate_rule_name: str = ""
    layer_idx: int = 0
    type: AssignType = AssignType.NOBODY
    assigned_at: int = 0
    id: str = ""


class Responder(Struct, frozen=True):
    """Somebody on it; `acknowledged_at` is 0 until they say so. Instants are ms."""

    person_id: int
    assigned_at: int
    acknowledged_at: int = 0


class Cause(StrEnum):
    """Why people are told about an incident."""

    CREATED = "created"
    ASSIGNED = "assigned"
    ADDED = "added"
    REOPENED = "reopened"
    WOKEN = "woken"
    STORM = "storm"
    UNMUTED = "unmuted"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    RAISED = "raised"
    RELEASED = "released"
    NOTICED = "noticed"
    UNREACHED = "unreached"


class Next(StrEnum):
    """What an escalation does when its timer comes due: nothing; choose a rule; tell its level
    from the beginning; wait one step and then do so; or repeat and move on as the rule says."""

    NOTHING = ""
    CHOOSE = "choose"
    ENTER = "enter"
    WAIT = "wait"
    GO_ON = "go_on"


class Stuck(StrEnum):
    """Why nobody is told any more of an incident that waits for an answer: its rule reaches
    nobody, or nobody whom it reached answered."""

    NO = ""
    UNREACHED = "unreached"
    UNANSWERED = "unanswered"


class Escalation(Struct, frozen=True):
    """How far a rule has come with an incident.

    `rule_id` is empty until one takes it; `entered_at` (ms) is when its present level was told,
    `repeats` how often since; one that `is_forced` goes on although somebody acknowledged.
    `cause` is why the level is told next.
    """

    next: Next = Next.NOTHING
    rule_id: str = ""
    layer_idx: int = 0
    entered_at: int = 0
    repeats: int = 0
    is_forced: bool = False
    cause: Cause = Cause.CREATED


class Incident(Struct, frozen=True, kw_only=True):
    """All of an incident. Instants are ms, 0 where it has not happened.

    `merged_at` is when the last alert joined it, `buckets` (MD5) and `grouped_by` what grouping
    knows it by: the first alert's values. `storm` is the highest count of alerts that was warned
    of. While `muted_until` lies ahead, its flapping alert makes no notifications.
    """

    incident_id: str
    account_id: int
    num: str
    title: str
    severity: Severity
    status: EventStatus
    start_time: int
    last_time: int
    created_at: int
    updated_at: int
    channel_id: int = 0
    description: str = ""
    impact: str = ""
    root_cause: str = ""
    resolution: str = ""
    progress: Progress = Progress.TRIGGERED
    end_time: int = 0
    ack_time: int = 0
    close_time: int = 0
    snoozed_before: int = 0
    creator_id: int = 0
    closer_id: int = 0
    owner_id: int = 0
    reporter_email: str = ""
    group_method: GroupMethod = GroupMethod.NONE
    buckets: tuple[str, ...] = ()
    grouped_by: dict[str, str] = {}
    merged_at: int = 0
    storm: int = 0
    is_flapping: bool = False
    muted_until: int = 0
    dedup_key: str = ""
    merge_disabled: bool = False
    ever_muted: bool = False
    frequency: Frequency = Frequency.FREQUENT
    alert_cnt: int = 0
    active_alert_cnt: int = 0
    alert_event_cnt: int = 0
    integration_ids: tuple[int, ...] = ()
    integration_types: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    fields: dict[str, Any] = {}
    assigned_to: Assignment = Assignment()
    responders: tuple[Responder, ...] = ()
    manual_overrides: tuple[Overridable, ...] = ()
    escalation: Escalation = Escalation()
    stuck: Stuck = Stuck.NO


class TimerKind(StrEnum):
    """The timers of an incident; at most one of each is set."""

    SNOOZE = "incident.snooze"
    TIMEOUT = "incident.timeout"
    FLAPPING = "incident.flapping"
    ESCALATE = "escalate"


class Notify(Struct, frozen=True):
    """Tell these people and addresses; people by each of `methods` or, without any, by their own
    preference, addresses by mail."""

    cause: Cause
    person_ids: tuple[int, ...] = ()
    emails: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


class Page(Struct, frozen=True):
    """Have a rule tell people, addresses (by mail) and chats. People are told by `methods` or,
    without any, by their own preference. `layer_idx` is the level the rule is at."""

    cause: Cause
    people: tuple[Reached, ...] = ()
    emails: tuple[str, ...] = ()
    robots: tuple[Robot, ...] = ()
    methods: tuple[str, ...] = ()
    layer_idx: int = 0
    rule_id: str = NO_RULE
    rule_name: str = ""
    template_id: str = ""
    repeats: bool = False


class SetTimer(Struct, frozen=True):
    """Come back at `due_at`, in place of any earlier timer of the kind."""

    kind: TimerKind
    due_at: int


class ClearTimer(Struct, frozen=True):
    """Do not come back."""

    kind: TimerKind


class CloseAlerts(Struct, frozen=True):
    """Its alerts take no more events: a later one with the same key starts afresh."""


Effect: TypeAlias = Notify | Page | SetTimer | ClearTimer | CloseAlerts


class Decision(Struct, frozen=True):
    """What an incident becomes, what its timeline says, what is owed to the world, and why."""

    incident: Incident
    reason: str
    entries: tuple[Entry, ...] = ()
    effects: tuple[Effect, ...] = ()


def unchanged(incident: Incident, reason: str) -> Decision:
    """Nothing happens, and why."""
    return Decision(incident, reason)


def number_of(incident_id: str) -> str:
    """The short label people say aloud; it may repeat."""
    return incident_id[-6:].upper()


def short(incident: Incident) -> IncidentShort:
    """The incident as others mention it."""
    return IncidentShort(incident.incident_id, incident.title, incident.progress)


def required_open(incident: Incident) -> None:
    """BadRequest for a closed incident."""
    if incident.progress is Progress.CLOSED:
        raise BadRequest(
            "incident {incident_id} is closed; reopen it first", incident_id=incident.incident_id
        )


def settle(incident: Incident, responders: tuple[Responder, ...]) -> Incident:
    """An open incident with these responders: their acknowledgements decide its progress."""
    acknowledged = [r.acknowledged_at for r in responders if r.acknowledged_at]
    return replace(
        incident,
        responders=responders,
        progress=Progress.PROCESSING if acknowledged else Progress.TRIGGERED,
        ack_time=(incident.ack_time or min(acknowledged)) if acknowledged else 0,
    )
