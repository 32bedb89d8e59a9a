"""The engine's turns: fire due timers, send messages, sweep. Digesting is in `digesting.py`.

A turn is a generator that yields wherever the process may lose the floor: between transactions
and around the network. Production runs a turn through; the simulation holds several engines at
their yields and lets them go on in an order it draws from the seed. A turn's value says whether
there was anything to do.
"""

import logging
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Final

from tocsin.domain.delivery import Delivery
from tocsin.domain.retry import FAILURES_TOLD_AT, RetryPolicy, next_try
from tocsin.domain.timer import Timer
from tocsin.engine.handling import (
    Failed,
    Heard,
    Sweeper,
    TimerHandler,
    Together,
    nobody_hears,
    nothing_follows,
)
from tocsin.kernel.units import SECOND
from tocsin.outbound.transport import SEND_SECONDS_MAX, Message, Receipt, SendFailed, Transport
from tocsin.store import delivery, timer
from tocsin.store.database import Database, Tx

Turn = Generator[None, None, bool]
Tried = tuple[Delivery, Receipt | SendFailed]

TIMERS_MAX: Final = 50
SENDS_MAX: Final = 16
SLOW_MS: Final = 2 * SECOND
SWEEP_ROWS_MAX: Final = 200

log = logging.getLogger(__name__)


def fire_one(database: Database, handlers: Mapping[str, TimerHandler]) -> Turn:
    """Fire the earliest due timer. Claim and effects are one transaction; if it fails the timer
    waits a while and the next ones have their turn."""
    with database.read() as tx:
        waiting = timer.is_due(tx)
    if not waiting:
        return False
    yield
    found: Timer | None = None
    try:
        with database.write() as tx:
            found = timer.due(tx)
            if found is not None:
                _fire(tx, found, handlers)
    except Exception as failure:
        if found is None:
            raise
        log.exception("a timer failed", extra={"kind": found.kind, "subject": found.subject})
        yield
        with database.write() as tx:
            timer.postpone(tx, found, why_of(failure))
    yield
    return found is not None


def fire_some(
    database: Database, handlers: Mapping[str, TimerHandler], limit: int = TIMERS_MAX
) -> Turn:
    """Fire the earliest due timer, and those after it that can be fired together with it in one
    transaction. If that fails each is fired alone."""
    with database.read() as tx:
        found = timer.due_together(tx, limit)
    if not found:
        return False
    handler = handlers.get(found[0].kind)
    if len(found) == 1 or handler is None or handler.together is None:
        return (yield from fire_one(database, handlers))
    yield
    try:
        with database.write() as tx:
            _fire_together(tx, timer.reserve(tx, found), handler.together)
    except Exception:
        log.exception("timers failed; firing them one by one", extra={"kind": found[0].kind})
        for _ in found:
            yield
            yield from fire_one(database, handlers)
    yield
    return True


def _fire_together(tx: Tx, found: Sequence[Timer], together: Together) -> None:
    if found:
        together.lock(tx, found[0].account_id, sorted(one.subject for one in found))
        mine = [one for one in found if timer.claim(tx, one)]
        together.fire(tx, mine)


def _fire(tx: Tx, found: Timer, handlers: Mapping[str, TimerHandler]) -> None:
    handler = handlers.get(found.kind)
    if handler is None:
        raise LookupError(f"this version knows no timer of the kind {found.kind}")
    handler.lock(tx, found.account_id, found.subject)
    if timer.claim(tx, found):
        handler.fire(tx, found)


def send_one(
    database: Database,
    method: str,
    transport: Transport,
    failed: Failed = nothing_follows,
    heard: Heard = nobody_hears,
    most: int = 1,
) -> Turn:
    """Send what is due by `method`: one message, or where many wait some of them, up to `most`,
    which are claimed and recorded together. No transaction is open on the network. `failed` is
    told in the transaction that records it when one is given up, or failed twice; `heard` of
    every try."""
    with database.read() as tx:
        waiting = delivery.count_due(tx, method, most * 2 * transport.senders)
    if not waiting:
        return False
    yield
    share = max(1, min(most, waiting // (2 * transport.senders)))
    with database.write() as tx:
        claimed = delivery.claim_some(tx, method, share)
    yield
    return (yield from send_claimed(database, claimed, transport, failed, heard))


def send_claimed(
    database: Database,
    claimed: Sequence[Delivery],
    transport: Transport,
    failed: Failed = nothing_follows,
    heard: Heard = nobody_hears,
) -> Turn:
    """Send messages that this engine claimed, one after the other, as `send_one` does."""
    started = database.clock.now()
    tried: list[Tried] = []
    for one in claimed:
        now = database.clock.now()
        # Nobody waits behind a slow one; and if the process was asleep, by the time this is sent
        # another engine may be at it.
        if (tried and now > started + SLOW_MS) or now + SEND_SECONDS_MAX * SECOND > one.due_at:
            break
        tried.append((one, _send(transport, one)))
        yield
    _record_all(database, tried, claimed[len(tried) :], transport.retry, (failed, heard))
    yield
    return bool(claimed)


def give_back(database: Database, claimed: Sequence[Delivery]) -> None:
    """Leave messages that were claimed and not tried to whoever comes next."""
    with database.write() as tx:
        for one in claimed:
            delivery.give_back(tx, one)


def _record_all(
    database: Database,
    tried: Sequence[Tried],
    untried: Sequence[Delivery],
    policy: RetryPolicy,
    listeners: tuple[Failed, Heard],
) -> None:
    """Record what became of messages in one transaction; if that fails, of each in its own.

    Nobody waits for the disk: where a power cut undoes it the leases end, and the messages go out
    once more, marked, as they do after any crash before this.
    """
    failed, heard = listeners
    try:
        with database.write(hastily=True) as tx:
            for claimed, outcome in tried:
                _record(tx, claimed, policy, outcome, failed)
                heard(tx, claimed, outcome)
            for one in untried:
                delivery.give_back(tx, one)
    except Exception:
        if len(tried) + len(untried) < 2:
            raise
        log.exception("recording messages failed; recording them one by one")
        parts: list[tuple[list[Tried], list[Delivery]]] = [([each], []) for each in tried]
        parts += [([], [one]) for one in untried]
        _record_apart(database, parts, policy, listeners)


def _record_apart(
    database: Database,
    parts: Iterable[tuple[Sequence[Tried], Sequence[Delivery]]],
    policy: RetryPolicy,
    listeners: tuple[Failed, Heard],
) -> None:
    """Record each part in its own transaction; those that fail keep no other from it."""
    problem: Exception | None = None
    for tried, untried in parts:
        try:
            _record_all(database, tried, untried, policy, listeners)
        except Exception as failure:
            log.exception("recording a message failed")
            problem = failure
    if problem:
        raise problem


def _send(transport: Transport, claimed: Delivery) -> Receipt | SendFailed:
    message = Message(claimed.id, claimed.target, claimed.payload, claimed.may_repeat)
    try:
        return transport.send(message)
    except SendFailed as failure:
        return failure
    except Exception as failure:
        log.exception("a transport failed", extra={"delivery": claimed.id})
        return SendFailed(why_of(failure), retryable=True, may_have_arrived=True)


def _record(
    tx: Tx,
    claimed: Delivery,
    policy: RetryPolicy,
    outcome: Receipt | SendFailed,
    failed: Failed,
) -> None:
    if isinstance(outcome, Receipt):
        delivery.settle(tx, claimed, outcome.answer)
        return
    retry_at = next_try(policy, claimed.failures + 1, claimed.owed_at, tx.now)
    log.warning(
        "a delivery failed",
        extra={"delivery": claimed.id, "method": claimed.method, "why": outcome.why},
    )
    if retry_at is None or not outcome.retryable:
        delivery.give_up(tx, claimed, outcome.why)
    else:
        delivery.fail(tx, claimed, outcome.why, retry_at, may_have_arrived=outcome.may_have_arrived)
        if claimed.failures + 1 != FAILURES_TOLD_AT:
            return
    failed(tx, claimed)


def sweep_some(database: Database, sweepers: Sequence[Sweeper]) -> Turn:
    """Let each sweeper forget a little; True if there may be more."""
    more = False
    for sweep in sweepers:
        with database.write() as tx:
            more = sweep(tx, SWEEP_ROWS_MAX) >= SWEEP_ROWS_MAX or more
        yield
    return more


def why_of(failure: Exception) -> str:
    return f"{type(failure).__name__}: {failure}"
