"""The outbox: messages that are owed, until they are sent or given up.

At-least-once: a claim that nobody settles is due again when its lease ends, and carries
`may_repeat` from then on.

What is owed to a `receiver` is sent in order for each thing it is about (`ref`), AT_A_TIME of them
at once, and not at all while it is held.
"""

from collections.abc import Collection
from typing import Final

from msgspec.structs import asdict, replace
from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.domain.news import About
from tocsin.kernel.text import cut
from tocsin.kernel.units import SECOND
from tocsin.store import news
from tocsin.store.database import Tx
from tocsin.store.tables.engine import delivery

LEASE_MS: Final = 30 * SECOND
ERROR_LENGTH_MAX: Final = 1_000
AT_A_TIME: Final = 2
HELD: Final = 1 << 62
_PENDING: Final = delivery.c.status == DeliveryStatus.PENDING
_NOBODY: Final[ColumnElement[str]] = literal_column("''")
_EARLIER: Final = delivery.alias("earlier")
_UNDER_WAY: Final = delivery.alias("under_way")
_IS_FIRST: Final = ~exists().where(
    _EARLIER.c.status == DeliveryStatus.PENDING,
    _EARLIER.c.receiver != _NOBODY,
    _EARLIER.c.receiver == delivery.c.receiver,
    _EARLIER.c.ref == delivery.c.ref,
    tuple_(_EARLIER.c.owed_at, _EARLIER.c.id) < tuple_(delivery.c.owed_at, delivery.c.id),
)
_BUSY: Final = (
    select(_UNDER_WAY.c.receiver)
    .where(
        _UNDER_WAY.c.status == DeliveryStatus.PENDING,
        _UNDER_WAY.c.method == bindparam("method_"),
        _UNDER_WAY.c.receiver != _NOBODY,
        _UNDER_WAY.c.claimed,
        _UNDER_WAY.c.due_at > bindparam("now"),
    )
    .group_by(_UNDER_WAY.c.receiver)
    .having(func.count() >= AT_A_TIME)
)
_HAS_ITS_TURN: Final = or_(
    delivery.c.receiver == _NOBODY, and_(delivery.c.receiver.not_in(_BUSY), _IS_FIRST)
)
_DUE: Final = (
    _PENDING,
    delivery.c.method == bindparam("method_"),
    delivery.c.due_at <= bindparam("now"),
)
_COUNT_DUE: Final = select(func.count()).select_from(
    select(delivery.c.id).where(*_DUE).limit(bindparam("bound")).subquery()
)
_NEXT: Final = (
    select(delivery)
    .where(*_DUE, _HAS_ITS_TURN)
    .order_by(delivery.c.due_at, delivery.c.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=delivery)
)
_COUNT_UNDER_WAY: Final = select(func.count()).where(
    _UNDER_WAY.c.status == DeliveryStatus.PENDING,
    _UNDER_WAY.c.receiver != _NOBODY,
    _UNDER_WAY.c.receiver == bindparam("receiver_"),
    _UNDER_WAY.c.claimed,
    _UNDER_WAY.c.due_at > bindparam("now"),
)
_OWE: Final = insert(delivery)
_CHANGE: Final = update(delivery).where(delivery.c.id == bindparam("id_"))
_CLAIM: Final = _CHANGE.values(
    {name: bindparam(name) for name in ("claimed", "may_repeat", "due_at", "attempts")}
)
_SETTLE: Final = _CHANGE.values(
    {name: bindparam(name) for name in ("status", "claimed", "answer", "settled_at")}
)
_METHODS_DUE: Final = (
    select(delivery.c.method).where(_PENDING, delivery.c.due_at <= bindparam("now")).distinct()
)


def owe(
    tx: Tx,
    account_id: int,
    method: str,
    target: str,
    payload: bytes,
    ref: str,
    receiver: str = "",
    *,
    held: bool = False,
    delivery_id: str = "",
) -> str:
    """Owe a message from now on, or once it is released; its id. `payload` is JSON in the
    method's own shape.

    An engine with room for it in its tray claims it at once.
    """
    due_at = HELD if held else _turn(tx, receiver, ref)
    made = Delivery(
        id=delivery_id or tx.ids.object_id(),
        account_id=account_id,
        method=method,
        target=target,
        payload=payload,
        ref=ref,
        status=DeliveryStatus.PENDING,
        owed_at=tx.now,
        due_at=due_at,
        receiver=receiver,
    )
    if not receiver and not held and tx.tray and tx.tray.has_room(method, tx.in_hand):
        made = _claimed(made, tx.now)
        tx.in_hand.append(made)
    elif not held:
        tx.stirred.add(method)
    _tell(tx, account_id, ref)
    tx.connection.execute(_OWE, asdict(made))
    return made.id


def count_due(tx: Tx, method: str, bound: int) -> int:
    """How many messages are due by `method`, counted up to `bound`; a question that needs no
    write lock."""
    return int(tx.value(_COUNT_DUE, {"method_": method, "now": tx.now, "bound": bound}))


def methods_due(tx: Tx) -> set[str]:
    """The methods by which anything is to be sent by now."""
    return {method for (method,) in tx.tuples(_METHODS_DUE, {"now": tx.now})}


def pending_since(tx: Tx, account_id: int, method: str) -> int:
    """When the oldest message that an account still owes by `method` was owed, 0 for none."""
    owed = select(func.min(delivery.c.owed_at)).where(
        _PENDING, delivery.c.method == method, delivery.c.account_id == account_id
    )
    return int(tx.value(owed) or 0)


def next_due(tx: Tx) -> int | None:
    """When the earliest of what waits is to be sent, None where nothing does."""
    found = tx.value(select(func.min(delivery.c.due_at)).where(_PENDING, delivery.c.due_at < HELD))
    return None if found is None else int(found)


def claim_due(tx: Tx, method: str) -> Delivery | None:
    """The next message to send by `method`, for LEASE_MS this caller's own, or None."""
    asked = {"method_": method, "now": tx.now}
    found = tx.row(_NEXT, Delivery, asked)
    passed: set[str] = set()
    while found and not _may_begin(tx, found):
        passed.add(found.receiver)
        found = tx.row(_NEXT.where(delivery.c.receiver.not_in(passed)), Delivery, asked)
    if found is None:
        return None
    mine = _claimed(found, tx.now)
    changed = {"may_repeat": mine.may_repeat, "due_at": mine.due_at, "attempts": mine.attempts}
    tx.connection.execute(_CLAIM, {"id_": mine.id, "claimed": True, **changed})
    _put_off_later(tx, found, tx.now + LEASE_MS)
    return mine


def claim_some(tx: Tx, method: str, most: int) -> list[Delivery]:
    """Up to `most` messages as `claim_due` claims them, one after the other."""
    found: list[Delivery] = []
    while len(found) < most and (one := claim_due(tx, method)):
        found.append(one)
    return found


def give_back(tx: Tx, claimed: Delivery) -> bool:
    """It was not tried and is due at once; False if the lease was lost."""
    mine = _report(tx, claimed, due_at=tx.now, attempts=claimed.attempts - 1)
    if mine:
        _put_off_later(tx, claimed, tx.now)
    return mine


def settle(tx: Tx, claimed: Delivery, answer: str) -> None:
    """It was handed over, whoever holds the lease by now."""
    _put_off_later(tx, claimed, tx.now)
    said = {"answer": cut(answer, ERROR_LENGTH_MAX), "settled_at": tx.now}
    sent = {"status": DeliveryStatus.SENT, "claimed": False, **said}
    tx.connection.execute(_SETTLE, {"id_": claimed.id, **sent})
    _tell(tx, claimed.account_id, claimed.ref)


def fail(tx: Tx, claimed: Delivery, error: str, retry_at: int, *, may_have_arrived: bool) -> bool:
    """It was not handed over and is due again at `retry_at`; False if the lease was lost."""
    mine = _report(
        tx,
        claimed,
        failures=claimed.failures + 1,
        last_error=cut(error, ERROR_LENGTH_MAX),
        may_repeat=claimed.may_repeat or may_have_arrived,
        due_at=retry_at,
    )
    if mine:
        _put_off_later(tx, claimed, retry_at)
    return mine


def give_up(tx: Tx, claimed: Delivery, error: str) -> bool:
    """It will not be tried again; False if the lease was lost."""
    mine = _report(
        tx,
        claimed,
        failures=claimed.failures + 1,
        last_error=cut(error, ERROR_LENGTH_MAX),
        status=DeliveryStatus.FAILED,
        settled_at=tx.now,
    )
    if mine:
        _put_off_later(tx, claimed, tx.now)
    return mine


def _claimed(found: Delivery, now: int) -> Delivery:
    return replace(
        found,
        claimed=True,
        may_repeat=found.may_repeat or found.claimed,
        due_at=now + LEASE_MS,
        attempts=found.attempts + 1,
    )


def _tell(tx: Tx, account_id: int, ref: str) -> None:
    if ref:
        news.tell(tx, account_id, About.DELIVERY, ref)


def hold(tx: Tx, receiver: str) -> None:
    """Send nothing more to a receiver until it is released; what is under way stays so."""
    waiting = and_(*_of(receiver), ~delivery.c.claimed)
    tx.run(update(delivery).where(waiting).values(due_at=HELD))


def release(tx: Tx, receiver: str) -> None:
    """Send what a receiver is owed, in order."""
    held = and_(*_of(receiver), delivery.c.due_at == HELD)
    tx.run(update(delivery).where(held).values(due_at=tx.now))


def held_since(tx: Tx, before: int, limit: int) -> list[Delivery]:
    """Up to `limit` held deliveries owed before an instant, oldest first."""
    found = select(delivery).where(
        _PENDING, delivery.c.receiver != _NOBODY, delivery.c.due_at == HELD,
        delivery.c.owed_at < before,
    )  # fmt: skip
    return tx.rows(found.order_by(delivery.c.owed_at, delivery.c.id).limit(limit), Delivery)


def waiting(tx: Tx, receivers: Collection[str]) -> dict[str, int]:
    """How many deliveries each of these receivers is owed; those who are owed none are absent."""
    found = (
        select(delivery.c.receiver, func.count())
        .where(_PENDING, delivery.c.receiver != _NOBODY, delivery.c.receiver.in_(receivers))
        .group_by(delivery.c.receiver)
    )
    return {str(receiver): int(count) for receiver, count in tx.tuples(found)}


def get(tx: Tx, account_id: int, delivery_id: str) -> Delivery | None:
    """The delivery, or None."""
    return tx.row(
        select(delivery).where(delivery.c.account_id == account_id, delivery.c.id == delivery_id),
        Delivery,
    )


def anywhere(tx: Tx, delivery_id: str) -> Delivery | None:
    """The delivery, whosever account it is of: for links that carry a signature."""
    return tx.row(select(delivery).where(delivery.c.id == delivery_id), Delivery)


def of(tx: Tx, account_id: int, ref: str) -> list[Delivery]:
    """Every delivery about `ref` that is still kept, oldest first."""
    return tx.rows(
        select(delivery)
        .where(delivery.c.account_id == account_id, delivery.c.ref == ref)
        .order_by(delivery.c.owed_at, delivery.c.id),
        Delivery,
    )


def by_ids(tx: Tx, account_id: int, delivery_ids: Collection[str]) -> list[Delivery]:
    """Those of these deliveries that are still kept."""
    return tx.rows(
        select(delivery).where(
            delivery.c.account_id == account_id, delivery.c.id.in_(delivery_ids)
        ),
        Delivery,
    )


def sweep(tx: Tx, settled_before: int, limit: int) -> int:
    """Forget up to `limit` deliveries settled before that instant; how many."""
    old = (
        select(delivery.c.id)
        .where(delivery.c.settled_at > literal_column("0"), delivery.c.settled_at < settled_before)
        .limit(limit)
    )
    return tx.run(delete(delivery).where(delivery.c.id.in_(old)))


def _of(receiver: str) -> tuple[ColumnElement[bool], ...]:
    return (_PENDING, delivery.c.receiver != _NOBODY, delivery.c.receiver == receiver)


def _may_begin(tx: Tx, found: Delivery) -> bool:
    """Whether a receiver takes one more. Another engine may begin something at this very moment,
    which is not seen yet, but holds a place until its transaction ends: whoever begins takes a
    place for itself, and one for each that it sees under way."""
    if not found.receiver or tx.dialect == "sqlite":
        return True
    receiver = found.receiver
    mine: set[int] = tx.once(("places", receiver), set)
    held: list[int] = []
    seen = AT_A_TIME
    for place in range(AT_A_TIME):
        if place not in mine and _take_place(tx, receiver, place):
            held.append(place)
            seen = _under_way(tx, receiver)
            if len(held) > seen - len(mine):
                break
    may = seen < AT_A_TIME and len(held) > seen - len(mine)
    if may:
        mine.add(held[0])
    return may


def _take_place(tx: Tx, receiver: str, place: int) -> bool:
    name = func.hashtextextended(f"receiver/{receiver}/{place}", 0)
    return bool(tx.value(select(func.pg_try_advisory_xact_lock(name))))


def _under_way(tx: Tx, receiver: str) -> int:
    return int(tx.value(_COUNT_UNDER_WAY, {"receiver_": receiver, "now": tx.now}))


def _put_off_later(tx: Tx, first: Delivery, due_at: int) -> None:
    """Let what comes after a delivery wait with it, instead of being looked at in vain."""
    if first.receiver:
        after = and_(*_of(first.receiver), delivery.c.ref == first.ref, delivery.c.id != first.id)
        later = and_(after, ~delivery.c.claimed, delivery.c.due_at != HELD)
        tx.run(update(delivery).where(later).values(due_at=due_at))


def _turn(tx: Tx, receiver: str, ref: str) -> int:
    """When a new delivery is due: no sooner than those before it."""
    if not receiver:
        return tx.now
    before = and_(*_of(receiver), delivery.c.ref == ref)
    last = tx.value(select(func.max(delivery.c.due_at)).where(before, delivery.c.due_at < HELD))
    return max(tx.now, last or 0)


def _report(tx: Tx, claimed: Delivery, **values: object) -> bool:
    """Record a claim's outcome, unless another claim followed it."""
    _tell(tx, claimed.account_id, claimed.ref)
    mine = (_PENDING, delivery.c.id == claimed.id, delivery.c.attempts == claimed.attempts)
    return bool(tx.run(update(delivery).where(*mine).values(claimed=False, **values)))
