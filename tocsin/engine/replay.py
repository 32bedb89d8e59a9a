"""Input that was not taken in, submitted again after what stood in its way was mended.

What a door refused is judged by the door again, what could not be read is read again, and an event
that became nothing goes through the chain again: once each, through the outbox.
"""

from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.integration import Integration
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.trace import Trace
from tocsin.engine import alert, alert_report, intake, passage
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.sender import load
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.paging import Window
from tocsin.kernel.units import DAY, MINUTE, SECOND
from tocsin.outbound.transport import Message, Receipt
from tocsin.sources import doors
from tocsin.sources.door import Kept, Knock
from tocsin.sources.retold import CUT, REQUEST, again
from tocsin.store import delivery, rejected, seen
from tocsin.store import trace as traces
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import Entry
from tocsin.store.rejected import Rejected
from tocsin.store.trace import Wanted

METHOD: Final = "replay"
_SCOPE: Final = "replay"


class Wish(Struct, frozen=True):
    """What is to be submitted again: rejected input with the meta its door has found now, or the
    event of a trace."""

    account_id: int
    rejected_id: str = ""
    meta: dict[str, str] = {}
    trace_id: str = ""


def replay(tx: Tx, integration: Integration, rejected_id: str, by: int) -> None:
    """Have rejected input taken in after all.

    Raises InvalidParameter that says why not: it is unknown here, was replayed before, was kept
    in part only, or is still refused.
    """
    found = rejected.get(tx, integration.account_id, rejected_id, lock=True)
    if found is None or found.scope != str(integration.id):
        raise InvalidParameter(
            "no rejected input has the id {rejected_id}", rejected_id=rejected_id
        )
    if found.replayed_at:
        raise InvalidParameter("it was replayed before", field="rejected_ids")
    if CUT in found.meta or found.body_size > rejected.BODY_BYTES_MAX:
        raise InvalidParameter("only its beginning was kept; have the sender send it again")
    meta = _judged(tx, integration, found)
    try:
        doors.read(Kept(found.body, meta, found.received_at), integration)
    except ValueError as problem:
        raise InvalidParameter("it cannot be read: {problem}", problem=problem) from None
    rejected.mark_replayed(tx, found, by)
    wish = Wish(found.account_id, rejected_id=found.id, meta=meta)
    _owe(tx, wish, found.id)


def replay_trace(tx: Tx, found: Trace) -> None:
    """Have an event that became nothing go through the chain again, as rules are now.

    InvalidParameter for one that an alert took in, or that was replayed since it was received.
    """
    if found.alert_id:
        raise InvalidParameter("an alert took this event in; there is nothing to replay")
    name = f"{found.id}/{found.last_received_at}"
    if not seen.first(tx, found.account_id, _SCOPE, name):
        raise InvalidParameter("it was replayed before", field="trace_ids")
    _owe(tx, Wish(found.account_id, trace_id=found.id), found.id)


class ReplayTransport:
    """Submits what was wished for. Each wish is carried out once, however often it is sent."""

    retry = RetryPolicy(
        failures_max=10_000, age_max_ms=DAY, first_wait_ms=SECOND, wait_max_ms=MINUTE
    )
    senders = 1

    def __init__(self, database: Database, inquiries: Inquiries) -> None:
        self._database = database
        self._inquiries = inquiries

    def send(self, message: Message) -> Receipt:
        wish = msgspec.json.decode(message.payload, type=Wish)
        if wish.trace_id:
            return self._trace(message, wish)
        with self._database.read() as tx:
            found = rejected.get(tx, wish.account_id, wish.rejected_id)
        if found is None:
            return Receipt("it was forgotten meanwhile")
        entry = Entry(
            found.door, found.account_id, found.scope, found.received_at, found.body, wish.meta
        )
        try:
            with intake.reader(self._database) as read:
                heard = read(entry)
        except ValueError as problem:
            with self._database.write() as tx:
                rejected.unmark_replayed(tx, found, str(problem))
            return Receipt(f"still rejected: {problem}")
        pushed = intake.preparer(self._inquiries)(self._database, [heard])
        with self._database.write() as tx:
            if seen.first(tx, wish.account_id, _SCOPE, message.id):
                intake.store(tx, pushed)
        return Receipt("submitted")

    def _trace(self, message: Message, wish: Wish) -> Receipt:
        with self._database.read() as tx:
            wanted = Wanted(ids=(wish.trace_id,))
            rows = traces.page(tx, wish.account_id, wanted, Window(0, 1), None)
            found = rows[0] if rows else None
            sender = load(tx, *_came_by(found)) if found else None
        if found is None or sender is None:
            return Receipt("it was forgotten meanwhile")
        given = found.given
        if isinstance(given, AlertEvent):
            given = replace(given, message_id="")
        told = passage.Told(sender, given, found.last_received_at)
        arrivals = passage.pass_through(self._database, [told], self._inquiries)
        with self._database.write() as tx:
            if seen.first(tx, wish.account_id, _SCOPE, message.id):
                if isinstance(given, AlertEvent):
                    alert.deliver(tx, arrivals)
                else:
                    alert_report.pass_on(tx, arrivals)
        return Receipt("submitted")


def _came_by(found: Trace) -> tuple[int, int, int]:
    return found.account_id, found.integration_id, found.channel_id


def _judged(tx: Tx, integration: Integration, found: Rejected) -> dict[str, str]:
    """The meta that the door finds now in what it refused then; that of what it let in stays."""
    if REQUEST not in found.meta:
        return found.meta
    door = doors.of(found.meta)
    secret = tx.site.seal.open(integration.signing_secret)
    bare = Knock("", "", {}, {}, found.body, fresh=tx.ids.short, secret=secret)
    kept = {name: value for name, value in found.meta.items() if name != REQUEST}
    return {**door.check(again(bare, found.meta), integration), **kept}


def _owe(tx: Tx, wish: Wish, ref: str) -> None:
    delivery.owe(tx, wish.account_id, METHOD, ref, msgspec.json.encode(wish), ref)
