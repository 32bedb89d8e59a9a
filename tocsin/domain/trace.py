"""A decision trace: what was decided about one event, step by step, and why.

Every step is a value, so that people read it, tests compare it, and the same functions that made
it answer what would happen instead.
"""

from enum import StrEnum

from msgspec import Struct, field


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
