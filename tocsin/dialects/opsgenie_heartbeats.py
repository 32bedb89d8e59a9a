"""Heartbeats by Opsgenie's API: those of the integration whose key is sent. Its channels hear of
them; nothing is expected of one before its first ping."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from tocsin.dialects import opsgenie_wire as wire
from tocsin.dialects.opsgenie_endpoint import Answer, Call
from tocsin.domain import heartbeat as rules
from tocsin.domain.heartbeat import Heartbeat, HeartbeatStatus, Schedule
from tocsin.domain.integration import Integration
from tocsin.domain.order import TAGS
from tocsin.domain.severity import Severity
from tocsin.engine import heartbeat as engine
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.paging import Window
from tocsin.sources import push
from tocsin.sources.opsgenie_order import PRIORITIES, PRIORITY
from tocsin.sources.source import clean
from tocsin.store import heartbeat as heartbeats
from tocsin.store.database import Tx
from tocsin.store.heartbeat import Filter

NAMES_MAX = 1000

Unit = Annotated[str, Meta(pattern="^(minutes|hours|days)$")]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Description = Annotated[str, Meta(max_length=10_000)]


class Wish(Struct, frozen=True, rename="camel"):
    """What a heartbeat is to be; what is not sent stays."""

    description: Description | UnsetType | None = UNSET
    interval: Count | UnsetType = UNSET
    interval_unit: Unit | UnsetType = UNSET
    enabled: bool | UnsetType | None = UNSET
    alert_message: Annotated[str, Meta(max_length=130)] | UnsetType | None = UNSET
    alert_tags: tuple[str, ...] | UnsetType | None = UNSET
    alert_priority: str | UnsetType | None = UNSET


class New(Wish, frozen=True, rename="camel", kw_only=True):
    """A heartbeat to expect."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


def browse(tx: Tx, sender: Integration, call: Call) -> Answer:
    """List the integration's heartbeats."""
    mine = Filter(integration_ids=(sender.id,))
    found = heartbeats.browse(tx, sender.account_id, mine, Window(0, NAMES_MAX))
    return Answer({"data": {"heartbeats": [wire.heartbeat_view(one) for one in found]}})


def get(tx: Tx, sender: Integration, call: Call) -> Answer:
    """Show one."""
    return Answer({"data": wire.heartbeat_view(_named(tx, sender, call))})


def create(tx: Tx, sender: Integration, call: Call) -> Answer:
    """Expect something to be heard of."""
    wish = push.read(call.body, New)
    name = clean(wish.name).strip()
    if heartbeats.of_name(tx, sender.account_id, sender.id, name):
        raise InvalidParameter("a heartbeat is named {name} already", name=name, field="name")
    blank = Heartbeat(
        id=tx.ids.object_id(),
        account_id=sender.account_id,
        integration_id=sender.id,
        name=push.required(name, "name"),
        key=tx.ids.short(),
        creator_id=sender.creator_id,
        created_at=tx.now,
        updated_at=tx.now,
        schedule=Schedule(period_ms=0, grace_ms=0),
    )
    if wish.interval is UNSET or wish.interval_unit is UNSET:
        raise InvalidParameter("{field} is required", field="interval")
    new = _wished(blank, wish)
    if wish.enabled is False:
        new = rules.paused(new, tx.now)
    engine.add(tx, new)
    return Answer({"result": "Created", "data": wire.heartbeat_view(new)}, 201)


def update(tx: Tx, sender: Integration, call: Call) -> Answer:
    """Change one; a new interval counts from the last ping."""
    before = _named(tx, sender, call, lock=True)
    wish = push.read(call.body, Wish)
    engine.change(tx, before, _wished(before, wish))
    if wish.enabled is not UNSET and wish.enabled is not None:
        _switch(tx, sender, call, on=wish.enabled)
    return Answer({"result": "Updated", "data": wire.heartbeat_meta(_named(tx, sender, call))})


def delete(tx: Tx, sender: Integration, call: Call) -> Answer:
    """Expect it no more."""
    before = _named(tx, sender, call, lock=True)
    engine.keep(tx, before, replace(rules.deleted(before, tx.now), updated_at=tx.now))
    return Answer({"result": "Deleted"})


def enable(tx: Tx, sender: Integration, call: Call) -> Answer:
    """Expect it again, from its next ping on."""
    return _switched(tx, sender, call, on=True)


def disable(tx: Tx, sender: Integration, call: Call) -> Answer:
    """Expect nothing of it for now."""
    return _switched(tx, sender, call, on=False)


def _switched(tx: Tx, sender: Integration, call: Call, *, on: bool) -> Answer:
    _switch(tx, sender, call, on=on)
    return Answer({"data": wire.heartbeat_meta(_named(tx, sender, call))})


def _switch(tx: Tx, sender: Integration, call: Call, *, on: bool) -> None:
    before = _named(tx, sender, call, lock=True)
    after = rules.resumed(before, tx.now) if on else rules.paused(before, tx.now)
    engine.keep(tx, before, replace(after, updated_at=tx.now))


def _named(tx: Tx, sender: Integration, call: Call, *, lock: bool = False) -> Heartbeat:
    name = call.names["name"]
    found = heartbeats.of_name(tx, sender.account_id, sender.id, name, lock=lock)
    if found is None or found.status is HeartbeatStatus.DELETED:
        raise ResourceNotFound("no heartbeat is named {name}", name=name)
    return found


def _wished(before: Heartbeat, wish: Wish) -> Heartbeat:
    labels = dict(before.labels)
    severity = before.severity
    if wish.alert_message:
        labels["alert_message"] = clean(wish.alert_message)
    if wish.alert_tags:
        labels[TAGS] = clean(",".join(wish.alert_tags))[: push.LABEL_VALUE_MAX]
    if wish.alert_priority:
        if wish.alert_priority not in PRIORITIES:
            raise InvalidParameter(
                "priority must be P1, P2, P3, P4 or P5, not {value}",
                value=wish.alert_priority,
                field="alertPriority",
            )
        labels[PRIORITY] = wish.alert_priority
        severity = Severity(PRIORITIES[wish.alert_priority])
    described = clean(wish.description)[:1000] if wish.description else before.description
    return replace(
        before,
        labels=labels,
        severity=severity,
        description=described,
        schedule=_schedule(before.schedule, wish),
    )


def _schedule(before: Schedule, wish: Wish) -> Schedule:
    shown = wire.interval(before.period_ms or wire.UNITS["minutes"])
    count = shown[0] if wish.interval is UNSET else wish.interval
    unit = shown[1] if wish.interval_unit is UNSET else wish.interval_unit
    return replace(before, period_ms=count * wire.UNITS[unit])
