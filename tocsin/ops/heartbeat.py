"""Heartbeats: jobs and machines that ought to be heard of regularly."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from tocsin.domain import heartbeat as rules
from tocsin.domain.access import Permission
from tocsin.domain.heartbeat import Heartbeat, HeartbeatStatus, Ping, Reason, Schedule
from tocsin.domain.severity import Severity
from tocsin.engine import heartbeat as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied
from tocsin.kernel.given import given
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import from_seconds, seconds
from tocsin.store import heartbeat as heartbeats
from tocsin.store.database import Tx
from tocsin.store.heartbeat import Filter, HeardPing

TAG: Final = "Heartbeats"

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Description = Annotated[str, Meta(max_length=1000)]
Period = Annotated[int, Meta(description="Seconds from one ping to the next; unused with `cron`.")]
Grace = Annotated[int, Meta(description="Seconds a ping may be late.")]
Cron = Annotated[
    str,
    Meta(description="Five cron fields that say when pings are due; empty: by `period`.",
         max_length=200),
]  # fmt: skip
TimeZone = Annotated[str, Meta(description="Zone that `cron` is meant in, as Europe/Berlin.")]
Labels = Annotated[dict[str, str], Meta(description="Labels of its alerts.")]
Key = Annotated[
    str,
    Meta(
        description="What it is pinged with; made where none is given. Give one to keep the "
        "addresses of a service you move from.",
        pattern="^([A-Za-z0-9_-]{16,64})?$",
    ),
]


class CreateHeartbeat(Struct, frozen=True):
    integration_id: Annotated[
        int, Meta(description="One of the type `heartbeat`; its channels hear of it.")
    ]
    heartbeat_name: Name
    description: Description = ""
    period: Period = 86_400
    grace: Grace = 300
    cron: Cron = ""
    time_zone: TimeZone = "UTC"
    severity: Severity = Severity.CRITICAL
    labels: Labels = {}
    ping_key: Key = ""


class CreatedHeartbeat(Struct, frozen=True):
    heartbeat_id: str
    heartbeat_name: str
    ping_key: str
    ping_url: Annotated[str, Meta(description="Where the job reports; see the docs for more.")]


class UpdateHeartbeat(Struct, frozen=True):
    heartbeat_id: str
    heartbeat_name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    period: Period | UnsetType = UNSET
    grace: Grace | UnsetType = UNSET
    cron: Cron | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    labels: Labels | UnsetType = UNSET


class HeartbeatId(Struct, frozen=True):
    heartbeat_id: str


class ListHeartbeats(Struct, frozen=True):
    p: int = 1
    limit: int = 20
    integration_ids: Annotated[tuple[int, ...] | None, Meta(description="Of these only.")] = None
    status: HeartbeatStatus | None = None
    query: Annotated[str, Meta(description="Part of a name.")] = ""


class ListPings(Struct, frozen=True):
    heartbeat_id: str
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class HeartbeatItem(Struct, frozen=True):
    """Instants are seconds, 0 for none."""

    heartbeat_id: str
    account_id: int
    integration_id: int
    heartbeat_name: str
    description: str
    period: Period
    grace: Grace
    cron: Cron
    time_zone: TimeZone
    severity: Severity
    labels: Labels
    status: HeartbeatStatus
    reason: Annotated[Reason, Meta(description="Why it is down; empty while it is not.")]
    ping_key: Annotated[str, Meta(description="Empty unless one may manage its integration.")]
    ping_url: str
    last_ping_at: int
    started_at: Annotated[int, Meta(description="When work began that has not ended.")]
    due_at: Annotated[int, Meta(description="When it is missed unless it is heard of before.")]
    moved_at: Annotated[int, Meta(description="When it last went up or down.")]
    ping_count: int
    creator_id: int
    created_at: int
    updated_at: int


class HeartbeatPage(Struct, frozen=True):
    items: list[HeartbeatItem]
    total: int
    has_next_page: bool


class PingItem(Struct, frozen=True):
    number: int
    kind: Ping
    received_at: Annotated[int, Meta(description="ms.")]
    method: str
    ip: str
    agent: str
    exit_code: Annotated[int, Meta(description="-1 where none was told.")]
    body: Annotated[str, Meta(description="What the job said, cut.")]


class PingList(Struct, frozen=True):
    items: list[PingItem]


@operation("/heartbeat/create", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateHeartbeat) -> CreatedHeartbeat:
    """Expect something to be heard of regularly.

    The answer holds the address to ping. Nothing is expected before the first ping; from then on
    a ping that stays away beyond the grace opens an alert, and the next one ends it.
    """
    new = Heartbeat(
        id=tx.ids.object_id(),
        account_id=caller.account_id,
        integration_id=request.integration_id,
        name=request.heartbeat_name,
        key=request.ping_key or tx.ids.short(),
        creator_id=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
        description=request.description,
        schedule=Schedule(
            from_seconds(request.period),
            from_seconds(request.grace),
            request.cron.strip(),
            request.time_zone,
        ),
        severity=request.severity,
        labels=request.labels,
    )
    engine.create(tx, caller, new)
    return CreatedHeartbeat(new.id, new.name, new.key, _url(tx, new))


@operation("/heartbeat/update", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateHeartbeat) -> Empty:
    """Change a heartbeat; what is not sent stays. A new schedule counts from the last ping."""
    before = engine.managed(tx, caller, request.heartbeat_id)
    wanted = {
        "name": request.heartbeat_name,
        "description": request.description,
        "severity": request.severity,
        "labels": request.labels,
    }
    schedule = _schedule(before.schedule, request)
    engine.change(tx, before, replace(before, **given(wanted), schedule=schedule))
    return Empty()


@operation("/heartbeat/info", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: HeartbeatId) -> HeartbeatItem:
    """Show one heartbeat."""
    found = _seen(tx, caller, request.heartbeat_id)
    return _items(tx, caller, [found])[0]


@operation("/heartbeat/list", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListHeartbeats) -> HeartbeatPage:
    """List heartbeats by name; those that only channels hidden from the caller hear of are left out."""
    page = window(request.p, request.limit)
    wanted = Filter(request.integration_ids, request.status, request.query)
    found = heartbeats.browse(tx, caller.account_id, wanted, page)
    total = heartbeats.count(tx, caller.account_id, wanted)
    more = page.offset + len(found) < total
    return HeartbeatPage(_items(tx, caller, found), total, more)


@operation("/heartbeat/delete", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: HeartbeatId) -> Empty:
    """Expect nothing of it any more, and forget it; an alert that it had opened ends."""
    before = engine.managed(tx, caller, request.heartbeat_id)
    gone = replace(rules.deleted(before, tx.now), updated_at=tx.now)
    engine.keep(tx, before, gone)
    return Empty()


@operation("/heartbeat/disable", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def disable(tx: Tx, caller: Caller, request: HeartbeatId) -> Empty:
    """Expect nothing of it for now; pings are still recorded, and an alert that it had opened ends."""
    before = engine.managed(tx, caller, request.heartbeat_id)
    engine.keep(tx, before, replace(rules.paused(before, tx.now), updated_at=tx.now))
    return Empty()


@operation("/heartbeat/enable", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: HeartbeatId) -> Empty:
    """Expect it again, from its next ping on."""
    before = engine.managed(tx, caller, request.heartbeat_id)
    engine.keep(tx, before, replace(rules.resumed(before, tx.now), updated_at=tx.now))
    return Empty()


@operation("/heartbeat/ping/list", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def pings(tx: Tx, caller: Caller, request: ListPings) -> PingList:
    """List the last pings of a heartbeat, newest first; 100 are kept."""
    found = _seen(tx, caller, request.heartbeat_id)
    heard = heartbeats.pings(tx, caller.account_id, found.id, request.limit)
    return PingList([_ping(one) for one in heard])


def _seen(tx: Tx, caller: Caller, heartbeat_id: str) -> Heartbeat:
    found = engine.get(tx, caller.account_id, heartbeat_id)
    if not engine.visible(tx, caller, [found]):
        raise AccessDenied("this integration serves a private channel; ask one of its members")
    return found


def _schedule(before: Schedule, request: UpdateHeartbeat) -> Schedule:
    wanted = {
        "period_ms": request.period if request.period is UNSET else from_seconds(request.period),
        "grace_ms": request.grace if request.grace is UNSET else from_seconds(request.grace),
        "cron": request.cron if request.cron is UNSET else request.cron.strip(),
        "time_zone": request.time_zone,
    }
    return replace(before, **given(wanted))


def _items(tx: Tx, caller: Caller, found: list[Heartbeat]) -> list[HeartbeatItem]:
    may_manage = Permission.INTEGRATIONS_MANAGE in caller.permissions
    shown = engine.visible(tx, caller, found)
    return [_item(tx, one, may_ping=may_manage) for one in found if one.integration_id in shown]


def _item(tx: Tx, one: Heartbeat, *, may_ping: bool) -> HeartbeatItem:
    return HeartbeatItem(
        heartbeat_id=one.id,
        account_id=one.account_id,
        integration_id=one.integration_id,
        heartbeat_name=one.name,
        description=one.description,
        period=seconds(one.schedule.period_ms),
        grace=seconds(one.schedule.grace_ms),
        cron=one.schedule.cron,
        time_zone=one.schedule.time_zone,
        severity=one.severity,
        labels=one.labels,
        status=one.status,
        reason=one.reason,
        ping_key=one.key if may_ping else "",
        ping_url=_url(tx, one) if may_ping else "",
        last_ping_at=seconds(one.last_ping_at),
        started_at=seconds(one.started_at),
        due_at=seconds(one.due_at),
        moved_at=seconds(one.moved_at),
        ping_count=one.ping_count,
        creator_id=one.creator_id,
        created_at=seconds(one.created_at),
        updated_at=seconds(one.updated_at),
    )


def _ping(one: HeardPing) -> PingItem:
    return PingItem(
        number=one.number,
        kind=one.kind,
        received_at=one.received_at,
        method=one.method,
        ip=one.ip,
        agent=one.agent,
        exit_code=one.exit_code,
        body=one.body,
    )


def _url(tx: Tx, one: Heartbeat) -> str:
    return f"{tx.site.public_url}/ping/{one.key}"
