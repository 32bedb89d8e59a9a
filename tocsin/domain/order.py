"""What a sender asks to be done with an alert, and what came of it: some senders ask later."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from tocsin.domain.severity import Severity

REQUEST_ID: Final = "request_id"
"""The entry in the meta of a push by which its sender asks what came of it."""


class Verb(StrEnum):
    """What is asked for."""

    CREATE = "Create"
    CLOSE = "Close"
    DELETE = "Delete"
    ACKNOWLEDGE = "Acknowledge"
    UNACKNOWLEDGE = "UnAcknowledge"
    ADD_NOTE = "AddNote"
    SNOOZE = "Snooze"
    ASSIGN = "AssignOwnership"
    ADD_RESPONDER = "AddResponder"
    ESCALATE = "EscalateToNext"
    ADD_TAGS = "AddTags"
    REMOVE_TAGS = "RemoveTags"
    ADD_DETAILS = "AddDetails"
    REMOVE_DETAILS = "RemoveDetails"
    SET_MESSAGE = "UpdateMessage"
    SET_DESCRIPTION = "UpdateDescription"
    SET_PRIORITY = "UpdatePriority"


class Target(Struct, frozen=True):
    """Which alert: the one of a key, or else of an id: its own or that of the request behind it."""

    key: str = ""
    id: str = ""


class Party(Struct, frozen=True):
    """Somebody by kind (`user`, `team` …) and by whatever they are known as."""

    kind: str
    name: str


class Order(Struct, frozen=True):
    """One thing to be done; instants are ms. What the verb does not need stays empty.

    `by` is who asks in the sender's world, `text` a new message or description, `labels` and
    `tags` what to set, or by name what to take away; `until` is when a snooze ends. `door` is the
    path it came by.
    """

    request_id: str
    verb: Verb
    target: Target
    happened_at: int
    by: str = ""
    note: str = ""
    text: str = ""
    severity: Severity | None = None
    labels: dict[str, str] = {}
    tags: tuple[str, ...] = ()
    until: int = 0
    party: Party | None = None
    door: str = ""


class Settled(Struct, frozen=True):
    """What came of an order; `processed_at` is in ms, `alert_id` empty where there is none."""

    request_id: str
    account_id: int
    integration_id: int
    verb: Verb
    alert_key: str
    alert_id: str
    is_success: bool
    status: str
    processed_at: int


TAGS: Final = "tags"
"""The label that holds tags, with commas between them."""


def tags_of(labels: dict[str, str]) -> tuple[str, ...]:
    """The tags among labels."""
    return tuple(filter(None, labels.get(TAGS, "").split(",")))


def relabelled(labels: dict[str, str], order: Order) -> dict[str, str]:
    """Labels after an order that sets some or takes some away."""
    match order.verb:
        case Verb.ADD_TAGS:
            return {**labels, TAGS: ",".join(dict.fromkeys((*tags_of(labels), *order.tags)))}
        case Verb.REMOVE_TAGS:
            left = ",".join(tag for tag in tags_of(labels) if tag not in order.tags)
            return {**{name: value for name, value in labels.items() if name != TAGS},
                    **({TAGS: left} if left else {})}  # fmt: skip
        case Verb.REMOVE_DETAILS:
            return {name: value for name, value in labels.items() if name not in order.labels}
        case _:
            return {**labels, **order.labels}
