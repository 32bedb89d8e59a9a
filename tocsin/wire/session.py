"""What every way in answers."""

from msgspec import Struct

from tocsin.engine.session import Opened, Visitor
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Entered, Rate
from tocsin.kernel.units import seconds
from tocsin.store.database import Database
from tocsin.wire.scalars import MemberId, Seconds

TAG = "Platform/Sessions"
RATE = Rate(60, 5)
"""Of everything that may be called without a key, counted by address."""


class NewSession(Struct, frozen=True):
    """Who came in; `expires_at` is when the session ends at the latest."""

    member_id: MemberId
    expires_at: Seconds


def visitor(caller: Caller) -> Visitor:
    """Where a caller without a key comes from."""
    return Visitor(caller.ip, caller.agent, caller.session_id)


def entered(database: Database, opened: Opened) -> Entered[NewSession]:
    """A session as an answer that sets its cookie."""
    told = NewSession(opened.caller.member_id, seconds(opened.expires_at))
    life_s = told.expires_at - seconds(database.clock.now())
    return Entered(told, opened.caller, opened.secret, life_s)
