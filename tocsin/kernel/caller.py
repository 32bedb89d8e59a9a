"""Who is calling."""

from msgspec import Struct


class Caller(Struct, frozen=True):
    """A member at the other end of a key or a session, with everything they may do.

    `lifts_calendar_limit`: they said that an account is to have more calendars than is usual.
    `session_id` is the session they call by, `agent` what their program calls itself.
    """

    account_id: int
    member_id: int
    member_name: str
    permissions: frozenset[str] = frozenset()
    team_ids: frozenset[int] = frozenset()
    is_admin: bool = False
    key_id: str = ""
    ip: str = ""
    locale: str = "en"
    lifts_calendar_limit: bool = False
    session_id: str = ""
    agent: str = ""
