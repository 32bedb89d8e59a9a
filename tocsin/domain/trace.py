"""A decision trace: what was decided about one event, step by step, and why.

Every step is a value, so that people read it, tests compare it, and the same functions that made
it answer what would happen instead.
"""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct, field

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.report import Acknowledgement, Remark


class Stage(StrEnum):
    """Where on its way a decision about an event was taken, in the order of the way."""

    DOOR = "door"
    ENRICHMENT = "enrichment"
    PIPELINE = "pipeline"
    ROUTE = "route"
    DROP = "drop"
    ALERT = "alert"
    SILENCE = "silence"
    INHIBIT = "inhibit"
    GROUP = "group"
    INCIDENT = "incident"


class Outcome(StrEnum):
    """What became of an event: how its way ended."""

    OPENED = "opened"
    MERGED = "merged"
    UPDATED = "updated"
    REPEATED = "repeated"
    RECOVERED = "recovered"
    MUTED = "muted"
    DROPPED = "dropped"
    UNROUTED = "unrouted"
    NOTHING_TO_RECOVER = "nothing_to_recover"
    ACKNOWLEDGED = "acknowledged"
    REMARKED = "remarked"
    NO_OPEN_ALERT = "no_open_alert"


class Step(Struct, frozen=True, omit_defaults=True):
    """One decision.

    `verdict` says in one word what was decided (`matched`, `passed`, `changed`, `dropped`,
    `muted`, `opened`, `merged` …), `rule_id` and `rule_name` by which rule, `detail` the values
    it rests on.
    """

    stage: Stage
    verdict: str
    rule_id: str = ""
    rule_name: str = ""
    detail: dict[str, str] = field(default_factory=dict)


class Passed(Struct, frozen=True):
    """What a stage made of an event: the event as it goes on, None where its way ends here, and
    the decisions behind that."""

    event: AlertEvent | None
    steps: tuple[Step, ...] = ()


class Muting(Struct, frozen=True):
    """Why an event shall open no incident. One that `discards` is not even kept as an alert."""

    step: Step
    discards: bool = False


Given: TypeAlias = AlertEvent | Acknowledgement | Remark
"""What a sender can say about an alert."""


class Trace(Struct, frozen=True):
    """What was decided about one event in one channel; instants are ms.

    `channel_id` is 0 where its way ended before any channel. `given` is the event as the sender
    gave it, before anything of ours changed it. Where it became nothing, what the sender repeats
    is counted on one row a day instead of being kept again.
    """

    id: str
    account_id: int
    integration_id: int
    channel_id: int
    alert_key: str
    outcome: Outcome
    received_at: int
    last_received_at: int
    given: Given
    steps: tuple[Step, ...]
    alert_id: str = ""
    event_id: str = ""
    incident_id: str = ""
    count: int = 1
