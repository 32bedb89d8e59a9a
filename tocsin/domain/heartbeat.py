"""A heartbeat: something that ought to be heard of regularly, and an alert when it is not.

It is due after a period, or at the times of a cron line in a time zone; when a grace has passed as
well it is missed. Before its first ping nothing is expected of it.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from cronsim import CronSim, CronSimError
from msgspec import Struct, field
from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.severity import EventStatus, Severity
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.time_zone import is_time_zone, zone
from tocsin.kernel.units import DAY, MINUTE, SECOND

PERIOD_MS_MIN: Final = 10 * SECOND
PERIOD_MS_MAX: Final = 366 * DAY
GRACE_MS_MAX: Final = 31 * DAY
NEVER: Final = 0


class HeartbeatStatus(StrEnum):
    """New until its first ping; then up or down; paused while switched off."""

    NEW = "new"
    UP = "up"
    DOWN = "down"
    PAUSED = "paused"
    DELETED = "deleted"


class Ping(StrEnum):
    """What a ping says: the work is done, has begun, failed, or just a note for the record."""

    SUCCESS = "success"
    START = "start"
    FAIL = "fail"
    LOG = "log"


class Reason(StrEnum):
    """Why a heartbeat is down."""

    NONE = ""
    MISSED = "missed"
    UNFINISHED = "unfinished"
    FAILED = "failed"


class Schedule(Struct, frozen=True):
    """When the next ping is due: `period_ms` after the last one, or as `cron` says in `time_zone`
    where there is one; `grace_ms` later it is missed."""

    period_ms: int = DAY
    grace_ms: int = 5 * MINUTE
    cron: str = ""
    time_zone: str = "UTC"


class Heartbeat(Struct, frozen=True):
    """Instants are ms, 0 for none.

    `due_at` is when it will be missed, unless it is heard of before. `started_at` is when work
    began that has not ended. `moved_at` is when it last went up or down.
    """

    id: str
    account_id: int
    integration_id: int
    name: str
    key: str
    creator_id: int
    created_at: int
    updated_at: int
    description: str = ""
    schedule: Schedule = Schedule()
    severity: Severity = Severity.CRITICAL
    labels: dict[str, str] = field(default_factory=dict)
    status: HeartbeatStatus = HeartbeatStatus.NEW
    reason: Reason = Reason.NONE
    last_ping_at: int = NEVER
    started_at: int = NEVER
    due_at: int = NEVER
    moved_at: int = NEVER
    ping_count: int = 0


def check(schedule: Schedule) -> None:
    """Raise InvalidParameter for a schedule that cannot be kept."""
    if not 0 <= schedule.grace_ms <= GRACE_MS_MAX:
        raise InvalidParameter("grace must lie from 0 s to 31 days", field="grace")
    if not is_time_zone(schedule.time_zone):
        raise InvalidParameter(
            "time_zone must be a name such as Europe/Berlin, not {value}",
            value=schedule.time_zone,
            field="time_zone",
        )
    if schedule.cron:
        try:
            next(CronSim(schedule.cron, datetime(2026, 1, 1, tzinfo=UTC)))
        except (CronSimError, StopIteration):
            raise InvalidParameter(
                "cron must be five fields such as 30 3 * * 1-5 that come around, not {value}",
                value=schedule.cron,
                field="cron",
            ) from None
    elif not PERIOD_MS_MIN <= schedule.period_ms <= PERIOD_MS_MAX:
        raise InvalidParameter("period must lie from 10 s to 366 days", field="period")


def deadline(schedule: Schedule, heard_at: int) -> int:
    """When what was heard of at `heard_at` is missed, unless it is heard of again."""
    if not schedule.cron:
        return heard_at + schedule.period_ms + schedule.grace_ms
    local = datetime.fromtimestamp(heard_at / SECOND, zone(schedule.time_zone))
    expected = next(CronSim(schedule.cron, local))
    return int(expected.timestamp()) * SECOND + schedule.grace_ms


def pinged(found: Heartbeat, ping: Ping, at: int) -> Heartbeat:
    """The heartbeat after a ping. One that is paused only counts it."""
    counted = replace(found, ping_count=found.ping_count + 1)
    if ping is Ping.LOG or found.status is HeartbeatStatus.PAUSED:
        return counted
    match ping:
        case Ping.START:
            unfinished_at = at + found.schedule.grace_ms
            due_at = min(found.due_at or unfinished_at, unfinished_at)
            down = found.status is HeartbeatStatus.DOWN
            return replace(counted, started_at=at, due_at=NEVER if down else due_at)
        case Ping.FAIL:
            return replace(_down(counted, Reason.FAILED, at), last_ping_at=at)
        case _:
            due_at = deadline(found.schedule, at)
            return replace(_moved(counted, HeartbeatStatus.UP, Reason.NONE, at),
                           last_ping_at=at, started_at=NEVER, due_at=due_at)  # fmt: skip


def missed(found: Heartbeat, at: int) -> Heartbeat:
    """The heartbeat once it is due and was not heard of; what is not due stays as it is."""
    expected = found.status in (HeartbeatStatus.NEW, HeartbeatStatus.UP)
    if not expected or not found.due_at or found.due_at > at:
        return found
    return _down(found, Reason.UNFINISHED if found.started_at else Reason.MISSED, at)


def paused(found: Heartbeat, at: int) -> Heartbeat:
    """The heartbeat switched off: nothing is expected of it, and nothing is wrong with it."""
    return replace(_moved(found, HeartbeatStatus.PAUSED, Reason.NONE, at),
                   started_at=NEVER, due_at=NEVER)  # fmt: skip


def resumed(found: Heartbeat, at: int) -> Heartbeat:
    """The heartbeat switched on again: it is expected from its next ping on."""
    if found.status is not HeartbeatStatus.PAUSED:
        return found
    return _moved(found, HeartbeatStatus.NEW, Reason.NONE, at)


def deleted(found: Heartbeat, at: int) -> Heartbeat:
    """The heartbeat on its way out; whatever it had opened ends."""
    return replace(paused(found, at), status=HeartbeatStatus.DELETED)


def rescheduled(found: Heartbeat, schedule: Schedule) -> Heartbeat:
    """The heartbeat by another schedule, counted from its last ping."""
    if found.status is not HeartbeatStatus.UP or schedule == found.schedule:
        return replace(found, schedule=schedule)
    due_at = deadline(schedule, found.last_ping_at)
    return replace(found, schedule=schedule, due_at=due_at, started_at=NEVER)


def is_told(before: Heartbeat, after: Heartbeat) -> bool:
    """Whether its channel has to hear of a change: it went down, or ceased to be down."""
    down = HeartbeatStatus.DOWN
    return (before.status is down) != (after.status is down)


def event(found: Heartbeat) -> AlertEvent:
    """The heartbeat as it stands, as an alert event."""
    titles = {
        Reason.MISSED: f"{found.name}: no ping when one was due",
        Reason.UNFINISHED: f"{found.name}: started and did not finish in time",
        Reason.FAILED: f"{found.name}: reported a failure",
    }
    title = titles.get(found.reason, f"{found.name}: heard of again")
    is_down = found.status is HeartbeatStatus.DOWN
    last = datetime.fromtimestamp(found.last_ping_at / SECOND, zone(found.schedule.time_zone))
    heard = f"Last ping: {last.isoformat(' ', 'seconds')}" if found.last_ping_at else "Never pinged"
    named = {"heartbeat": found.name, "heartbeat_id": found.id, "reason": found.reason.value}
    return AlertEvent(
        alert_key=f"heartbeat/{found.id}",
        status=EventStatus(found.severity) if is_down else EventStatus.OK,
        title=title,
        title_rule=title,
        description="\n".join(filter(None, (found.description, heard))),
        happened_at=found.moved_at,
        labels={**found.labels, **{name: value for name, value in named.items() if value}},
    )


def _down(found: Heartbeat, reason: Reason, at: int) -> Heartbeat:
    down = _moved(found, HeartbeatStatus.DOWN, reason, at)
    return replace(down, started_at=NEVER, due_at=NEVER)


def _moved(found: Heartbeat, status: HeartbeatStatus, reason: Reason, at: int) -> Heartbeat:
    if found.status is status:
        return replace(found, reason=reason if status is HeartbeatStatus.DOWN else Reason.NONE)
    return replace(found, status=status, reason=reason, moved_at=at)
