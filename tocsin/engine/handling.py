"""What the turns of the loop are given to work with."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from msgspec import Struct

from tocsin.domain.delivery import Delivery
from tocsin.domain.timer import Timer
from tocsin.outbound.transport import Receipt, SendFailed, Transport
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import Entry


class Together(Struct, frozen=True):
    """What due timers of one kind and account do in one transaction; `lock` takes their subjects
    in order."""

    lock: Callable[[Tx, int, Sequence[str]], object]
    fire: Callable[[Tx, Sequence[Timer]], None]


class TimerHandler(Struct, frozen=True):
    """What a due timer of one kind does.

    `lock(tx, account_id, subject)` locks what the timer is about, as everybody does who sets or
    clears the timer; `fire` then acts, in the same transaction, and may set the next one. Kinds
    that come due by the thousand say how they do so `together`.
    """

    lock: Callable[[Tx, int, str], object]
    fire: Callable[[Tx, Timer], None]
    together: Together | None = None


class Digester(Struct, frozen=True):
    """What becomes of the entries of some doors. Entries of doors that share one are digested
    together, in the order they came.

    `reader` gives, while a batch is read with no write transaction open, what takes an entry apart;
    ValueError says, for people, why an entry cannot be read. `recognise` then looks at what a few
    entries came to, at once: what is known of it decides how much work it is. `weigh` says how much work one is, in
    events of alerts. `prepare` is given what several entries came to, in their order, and may ask others
    about it: it too has no write transaction open. `store` writes what it made of them.
    """

    reader: Callable[[Database], AbstractContextManager[Callable[[Entry], Any]]]
    store: Callable[[Tx, list[Any]], None]
    prepare: Callable[[Database, list[Any]], list[Any]] = lambda _, values: values
    weigh: Callable[[Any], float] = lambda _: 1
    recognise: Callable[[Database, list[Any]], list[Any]] = lambda _, values: values


Sweeper = Callable[[Tx, int], int]
"""Forget up to so many rows that are older than anybody needs; how many there were."""


Failed = Callable[[Tx, Delivery], None]
"""Hears of a message that could not be handed over, so that another way may be tried."""


Heard = Callable[[Tx, Delivery, Receipt | SendFailed], None]
"""Hears of every try, in the transaction that records it."""


def nobody_hears(tx: Tx, delivery: Delivery, outcome: Receipt | SendFailed) -> None:
    """Keep nothing of it."""


def nothing_follows(tx: Tx, delivery: Delivery) -> None:
    """Leave it at that."""


class Work(Struct, frozen=True):
    """All that an engine works with: handlers by timer kind, digesters by door, transports by
    method, what sweeps, and who hears of messages that failed, and of every try."""

    timers: Mapping[str, TimerHandler]
    digesters: Mapping[str, Digester]
    transports: Mapping[str, Transport]
    sweepers: Sequence[Sweeper]
    failed: Failed = nothing_follows
    heard: Heard = nobody_hears
