"""Secret addresses under which calendars read who is on call."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.ical_link import IcalLink
from tocsin.engine import ical_link as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store.database import Tx

TAG: Final = "On-call/Schedules"
READ: Final = (Permission.SCHEDULES_READ, Permission.SCHEDULES_MANAGE)


class ScheduleId(Struct, frozen=True):
    schedule_id: int


class IcalInfo(Struct, frozen=True):
    """Whether there is an address. It was shown when it was made and is kept as a hash only."""

    is_open: bool
    created_at: Annotated[int, Meta(description="Seconds; 0 without an address.")]
    created_by: int
    read_at: Annotated[
        int, Meta(description="When it was last read, within an hour, in seconds; 0 for never.")
    ]


class IcalUrl(Struct, frozen=True):
    url: Annotated[str, Meta(description="Whoever has it sees the shifts; it is shown once.")]


@operation("/schedule/ical/info", READ, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: ScheduleId) -> IcalInfo:
    """Tell whether calendars can read a schedule's shifts, and when one last did."""
    return _info(engine.of_schedule(tx, caller, request.schedule_id))


@operation("/schedule/ical/rotate", Permission.SCHEDULES_MANAGE, Kind.WRITE, tag=TAG)
def rotate(tx: Tx, caller: Caller, request: ScheduleId) -> IcalUrl:
    """Make a secret address of a schedule's shifts, in place of the one before."""
    return IcalUrl(engine.open_schedule(tx, caller, request.schedule_id))


@operation("/schedule/ical/revoke", Permission.SCHEDULES_MANAGE, Kind.WRITE, tag=TAG)
def revoke(tx: Tx, caller: Caller, request: ScheduleId) -> Empty:
    """End the secret address of a schedule's shifts."""
    engine.close_schedule(tx, caller, request.schedule_id)
    return Empty()


@operation("/preference/ical/info", None, Kind.READ, tag=TAG)
def own_info(tx: Tx, caller: Caller, request: Empty) -> IcalInfo:
    """Tell whether calendars can read the caller's own shifts, and when one last did."""
    return _info(engine.of_caller(tx, caller))


@operation("/preference/ical/rotate", None, Kind.WRITE, tag=TAG)
def own_rotate(tx: Tx, caller: Caller, request: Empty) -> IcalUrl:
    """Make a secret address of the caller's own shifts, in place of the one before."""
    return IcalUrl(engine.open_own(tx, caller))


@operation("/preference/ical/revoke", None, Kind.WRITE, tag=TAG)
def own_revoke(tx: Tx, caller: Caller, request: Empty) -> Empty:
    """End the secret address of the caller's own shifts."""
    engine.close_own(tx, caller)
    return Empty()


def _info(link: IcalLink | None) -> IcalInfo:
    if link is None:
        return IcalInfo(False, 0, 0, 0)
    return IcalInfo(True, seconds(link.created_at), link.created_by, seconds(link.read_at))
