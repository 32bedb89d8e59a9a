"""What may be done to heartbeats, and how their channels hear of it.

Whatever changes a heartbeat holds its row, sets its timer anew, and owes a report where it went
down or ceased to be. A report tells how the heartbeat stands when it is made, and before that of the
going down it was owed for, once: so it makes no difference in which order reports are made, or how
often, and what was down for a moment leaves an alert all the same.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from tocsin.domain import heartbeat as rules
from tocsin.domain.heartbeat import Heartbeat, HeartbeatStatus, Ping
from tocsin.domain.integration import Integration, IntegrationStatus
from tocsin.domain.plugin import HEARTBEAT
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.timer import Timer
from tocsin.engine import alert, passage
from tocsin.engine import integration as engine_integration
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.sender import load
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.text import cut
from tocsin.kernel.units import DAY, MINUTE, SECOND
from tocsin.outbound.transport import Message, Receipt, SendFailed
from tocsin.sources import push
from tocsin.store import delivery, seen, timer
from tocsin.store import heartbeat as heartbeats
from tocsin.store import integration as integrations
from tocsin.store.database import Database, Tx
from tocsin.store.heartbeat import HeardPing

DUE: Final = "heartbeat"
METHOD: Final = "heartbeat"
AGENT_LENGTH_MAX: Final = 200
BODY_LENGTH_MAX: Final = 10_000


class Report(msgspec.Struct, frozen=True):
    """That a heartbeat moved; `down` is how it was if it went down then."""

    account_id: int
    down: Heartbeat | None = None


class Call(msgspec.Struct, frozen=True):
    """A ping as it came: what it says and by whom; `exit_code` is -1 where none was told."""

    ping: Ping
    method: str = ""
    ip: str = ""
    agent: str = ""
    exit_code: int = -1
    body: str = ""


def get(tx: Tx, account_id: int, heartbeat_id: str, *, lock: bool = False) -> Heartbeat:
    """A heartbeat; ResourceNotFound for an id that is unknown here."""
    found = heartbeats.get(tx, account_id, heartbeat_id, lock=lock)
    if found is None or found.status is HeartbeatStatus.DELETED:
        raise ResourceNotFound("no heartbeat has the id {heartbeat_id}", heartbeat_id=heartbeat_id)
    return found


def managed(tx: Tx, caller: Caller, heartbeat_id: str) -> Heartbeat:
    """A heartbeat the caller may change, locked: they may change its integration."""
    found = get(tx, caller.account_id, heartbeat_id)
    engine_integration.managed(tx, caller, found.integration_id)
    return get(tx, caller.account_id, heartbeat_id, lock=True)


def create(tx: Tx, caller: Caller, new: Heartbeat) -> None:
    """Keep a new heartbeat of an integration that the caller may change."""
    sender = engine_integration.managed(tx, caller, new.integration_id)
    if sender.plugin_id != HEARTBEAT.id:
        raise InvalidParameter(
            "integration {name} is not of the type heartbeat; make one that is", name=sender.name
        )
    add(tx, new)


def add(tx: Tx, new: Heartbeat) -> None:
    """Keep a new heartbeat; InvalidParameter for one that cannot be kept."""
    _check(new)
    heartbeats.add(tx, new)


def keep(tx: Tx, before: Heartbeat, after: Heartbeat) -> None:
    """Keep what became of a heartbeat that was read with a lock, and all that follows."""
    heartbeats.save(tx, after)
    if after.due_at != before.due_at:
        if after.due_at:
            timer.set_(tx, after.account_id, DUE, after.id, after.due_at)
        else:
            timer.clear(tx, DUE, after.id)
    if rules.is_told(before, after):
        went_down = replace(after, key="") if after.status is HeartbeatStatus.DOWN else None
        payload = msgspec.json.encode(Report(after.account_id, went_down))
        delivery.owe(tx, after.account_id, METHOD, after.id, payload, after.id)


def change(tx: Tx, before: Heartbeat, changed: Heartbeat) -> None:
    """Keep other settings of a heartbeat; InvalidParameter for some that cannot be kept."""
    _check(changed)
    settled = rules.rescheduled(
        replace(changed, schedule=before.schedule, updated_at=tx.now), changed.schedule
    )
    keep(tx, before, settled)


def ping(tx: Tx, found: Heartbeat, call: Call) -> None:
    """Hear a ping of a heartbeat that was read with a lock."""
    heard = rules.pinged(found, call.ping, tx.now)
    heartbeats.record(
        tx,
        HeardPing(
            heartbeat_id=found.id,
            number=heard.ping_count,
            account_id=found.account_id,
            kind=call.ping,
            received_at=tx.now,
            method=call.method[:8],
            ip=call.ip[:64],
            agent=cut(call.agent, AGENT_LENGTH_MAX),
            exit_code=call.exit_code,
            body=cut(call.body, BODY_LENGTH_MAX),
        ),
    )
    keep(tx, found, heard)


def by_key(tx: Tx, key: str) -> Heartbeat | None:
    """The heartbeat that a key pings, locked; none of an integration that is switched off."""
    found = heartbeats.by_key(tx, key, lock=True)
    return found if found and _listens(tx, found) else None


def by_name(tx: Tx, integration_key: str, name: str) -> Heartbeat | None:
    """The heartbeat of a name, locked, in the account that any integration's key belongs to; its
    own if it has one of this name."""
    opened = integrations.by_key(tx, integration_key)
    if opened is None or opened.status is not IntegrationStatus.ENABLED:
        return None
    found = heartbeats.of_name(tx, opened.account_id, opened.id, name, lock=True)
    found = found or heartbeats.by_name(tx, opened.account_id, name, lock=True)
    return found if found and _listens(tx, found) else None


def hold(tx: Tx, account_id: int, subject: str) -> None:
    """Lock the heartbeat that a timer is about."""
    heartbeats.get(tx, account_id, subject, lock=True)


def miss(tx: Tx, fired: Timer) -> None:
    """Nothing was heard of a heartbeat in time."""
    found = heartbeats.get(tx, fired.account_id, fired.subject)
    if found is None:
        return
    after = rules.missed(found, tx.now)
    if after is found and found.due_at:
        timer.set_(tx, found.account_id, DUE, found.id, found.due_at)
    else:
        keep(tx, found, after)


class HeartbeatTransport:
    """Takes the state of a heartbeat into the chain that every sender's events go through. It is
    a method of delivery: nothing is held open while the chain asks others, and nothing is lost."""

    retry = RetryPolicy(
        failures_max=10_000, age_max_ms=7 * DAY, first_wait_ms=SECOND, wait_max_ms=MINUTE
    )
    senders = 1

    def __init__(self, database: Database, inquiries: Inquiries) -> None:
        self._database = database
        self._inquiries = inquiries

    def send(self, message: Message) -> Receipt:
        report = msgspec.json.decode(message.payload, type=Report)
        account_id = report.account_id
        with self._database.read() as tx:
            found = heartbeats.get(tx, account_id, message.target)
            sender = load(tx, account_id, found.integration_id, 0) if found else None
        if found is None:
            return Receipt("it was deleted")
        if sender is None:
            return Receipt("its integration was deleted")
        # What it went down with is told though it came up again meanwhile.
        stands = (found.status, found.moved_at)
        down = report.down
        over = down if down and (down.status, down.moved_at) != stands else None
        told = [passage.Told(sender, rules.event(found), found.moved_at)]
        earlier = [passage.Told(sender, rules.event(over), over.moved_at)] if over else []
        arrivals = passage.pass_through(self._database, told, self._inquiries)
        earlier_arrivals = passage.pass_through(self._database, earlier, self._inquiries)
        with self._database.write() as tx:
            now = heartbeats.get(tx, account_id, found.id, lock=True)
            if now is None or (now.status, now.moved_at) != stands:
                raise SendFailed("it changed meanwhile", retryable=True)
            if over and _is_new(tx, over):
                alert.deliver(tx, earlier_arrivals)
            if found.status is HeartbeatStatus.DOWN:
                _is_new(tx, found)
            alert.deliver(tx, arrivals)
        return Receipt(f"reported as {found.status}")


def _is_new(tx: Tx, down: Heartbeat) -> bool:
    """Whether it is told for the first time that a heartbeat went down then."""
    return seen.first(tx, down.account_id, "heartbeat", f"{down.id}/{down.moved_at}")


def _check(wanted: Heartbeat) -> None:
    rules.check(wanted.schedule)
    push.labels(dict[str, str | None](wanted.labels))


def _listens(tx: Tx, found: Heartbeat) -> bool:
    sender = integrations.get(tx, found.account_id, found.integration_id)
    return sender is not None and sender.status is IntegrationStatus.ENABLED


def visible(tx: Tx, caller: Caller, found: list[Heartbeat]) -> Mapping[int, Integration]:
    """The integrations of those of these heartbeats that lead to no channel hidden from the
    caller, by id."""
    ids = {one.integration_id for one in found}
    known = integrations.get_many(tx, caller.account_id, ids)
    shown = engine_integration.open_to(tx, caller, known)
    return {one.id: one for one in known if one.id in shown}
