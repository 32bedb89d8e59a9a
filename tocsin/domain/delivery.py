"""A message that is owed, and what became of it."""

from enum import StrEnum

from msgspec import Struct


class DeliveryStatus(StrEnum):
    """Where a delivery stands. Pending ones are tried until they are sent or given up."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class Delivery(Struct, frozen=True):
    """One message to one target by one method; `ref` names what it is about (an incident's id).

    `attempts` counts claims, `failures` the tries that reported one; `due_at` is the next try, or
    while a try is under way the end of its lease. `claimed` says that a try was begun and its
    outcome is not known. `may_repeat` says that an earlier try may have arrived. What has a
    `receiver` is sent to it in order for each `ref`.
    """

    id: str
    account_id: int
    method: str
    target: str
    payload: bytes
    ref: str
    status: DeliveryStatus
    owed_at: int
    due_at: int
    attempts: int = 0
    failures: int = 0
    claimed: bool = False
    may_repeat: bool = False
    last_error: str = ""
    answer: str = ""
    settled_at: int = 0
    receiver: str = ""
