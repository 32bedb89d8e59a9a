"""When coverage is checked next: whatever it depends on calls this as it changes."""

from typing import Final

from tocsin.kernel.units import MINUTE
from tocsin.store import delivery, timer
from tocsin.store.database import Tx

DUE: Final = "coverage"
METHOD: Final = "coverage"
SETTLE_MS: Final = MINUTE
_DEPENDED_ON: Final = (
    "account:",
    "calendar",
    "channel:",
    "channel-escalate",
    "channel-coverage",
    "member",
    "preference",
    "schedule",
    "team",
)


def touch(tx: Tx, account_id: int) -> None:
    """Check within a minute. What waits already is not put off."""
    subject = str(account_id)
    waiting = timer.get(tx, DUE, subject)
    if waiting is None or waiting.due_at > tx.now + SETTLE_MS:
        timer.set_(tx, account_id, DUE, subject, tx.now + SETTLE_MS)


def ask(tx: Tx, account_id: int) -> None:
    """Check as soon as an engine comes by."""
    timer.set_(tx, account_id, DUE, str(account_id), tx.now)


def computing_since(tx: Tx, account_id: int) -> int:
    """Since when (ms) a check is wanted that has not been finished, 0 where none is."""
    owed = delivery.pending_since(tx, account_id, METHOD)
    waiting = timer.get(tx, DUE, str(account_id))
    if waiting is None or waiting.due_at > tx.now + SETTLE_MS:
        return owed
    asked = waiting.failing_since or min(waiting.due_at, tx.now)
    return min(owed, asked) if owed else asked


def touched_by(tx: Tx, account_id: int, audit_name: str) -> None:
    """An operation was carried out; check if it may have changed whom incidents reach."""
    if audit_name.startswith(_DEPENDED_ON):
        touch(tx, account_id)
