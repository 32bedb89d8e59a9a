"""What people who met an error say of it."""

from msgspec import Struct


class Feedback(Struct, frozen=True):
    """A person's words about the error of an event; `received_at` in ms.

    `digest` is the first grouping hash of that error, "" until its event is known.
    """

    feedback_id: str
    event_id: str
    received_at: int
    name: str = ""
    email: str = ""
    message: str = ""
    url: str = ""
    digest: str = ""
