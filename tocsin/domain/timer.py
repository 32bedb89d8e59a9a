"""Something that is to happen at an instant."""

from msgspec import Struct


class Timer(Struct, frozen=True):
    """The one timer of its kind that a subject (an incident's id, say) has.

    `failures` counts the times in a row that acting on it failed; `due_at` was then moved,
    and `failing_since` is when it was first due.
    """

    account_id: int
    kind: str
    subject: str
    due_at: int
    failures: int
    last_error: str
    failing_since: int = 0
