"""What a sender can tell us besides that something fires, recovers or changes."""

from msgspec import Struct


class Acknowledgement(Struct, frozen=True, tag="acknowledgement"):
    """Somebody took care of an alert, in the sender's own world; `happened_at` is in ms."""

    alert_key: str
    happened_at: int
    by: str = ""
    note: str = ""


class Remark(Struct, frozen=True, tag="remark"):
    """Somebody said something about an alert there; it belongs on the incident's timeline."""

    alert_key: str
    happened_at: int
    text: str
    by: str = ""


class Errand(Struct, frozen=True):
    """Something the sender asks us to do, once, by a method of delivery: a subscription confirmed,
    say. Heard again under its `message_id` within a day it is a repeat."""

    method: str
    target: str
    payload: bytes
    message_id: str
