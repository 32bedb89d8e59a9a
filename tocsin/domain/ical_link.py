"""A secret address under which calendars read shifts."""

from msgspec import Struct


class IcalLink(Struct, frozen=True):
    """To the shifts of a schedule, or of a person; the other id is 0. Of the secret only its hash
    is kept. Instants are ms; `read_at` is when it was last asked for, to the hour, 0 for never."""

    account_id: int
    schedule_id: int
    person_id: int
    hash: str
    created_at: int
    created_by: int
    read_at: int = 0
