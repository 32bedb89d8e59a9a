"""Pages on trial: asked for by a watcher outside, they go the way of a real one, by a timer and a
delivery, so that their arrival proves an engine at work."""

from typing import Final

import msgspec

from tocsin.domain.delivery import Delivery
from tocsin.domain.timer import Timer
from tocsin.outbound.transport import Receipt, SendFailed
from tocsin.outbound.trial import METHOD, Trial
from tocsin.store import delivery, timer, watch
from tocsin.store.database import Tx
from tocsin.store.watch import Watcher

DUE: Final = "trial"
NOBODY: Final = 0
"""The account of what belongs to the operator."""


def heard_of(tx: Tx, name: str, nonce: str, callback: str) -> Watcher:
    """A watcher was heard of; with a nonce it asks for a page. What is known of it now."""
    before = watch.get(tx, name) or Watcher(name, tx.now)
    now = msgspec.structs.replace(before, seen_at=tx.now)
    if nonce:
        now = Watcher(name, tx.now, nonce, callback, tx.now)
        timer.set_(tx, NOBODY, DUE, name, tx.now)
    watch.save(tx, now)
    return now


def hold(tx: Tx, account_id: int, subject: str) -> None:
    """A page on trial belongs to a watcher alone."""


def fire(tx: Tx, fired: Timer) -> None:
    """Owe the page that a watcher asked for."""
    found = watch.get(tx, fired.subject)
    if found is None or found.arrived_at:
        return
    payload = msgspec.json.encode(Trial(found.name, found.nonce, found.callback))
    delivery.owe(tx, NOBODY, METHOD, found.name, payload, f"trial {found.name}")


def heard(tx: Tx, claimed: Delivery, outcome: Receipt | SendFailed) -> None:
    """Note that a page on trial arrived."""
    if claimed.method == METHOD and isinstance(outcome, Receipt):
        trial = msgspec.json.decode(claimed.payload, type=Trial)
        watch.arrived(tx, trial.name, trial.nonce)
