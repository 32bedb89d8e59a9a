"""The sealed secrets of chat robots; rules refer to them by handle."""

from typing import Final

from sqlalchemy import bindparam, delete, exists, select

from tocsin.store.database import Tx
from tocsin.store.escalation import Named
from tocsin.store.tables.escalation import robot_secret, rule_reference
from tocsin.store.upsert import upsert

_SEALED: Final = select(robot_secret.c.sealed).where(
    robot_secret.c.account_id == bindparam("account_id"),
    robot_secret.c.handle == bindparam("handle"),
)


def get(tx: Tx, account_id: int, handle: str) -> bytes | None:
    """What a handle stands for, sealed; None for a handle of nobody."""
    found = tx.value(_SEALED, {"account_id": account_id, "handle": handle})
    return None if found is None else bytes(found)


def keep(tx: Tx, account_id: int, handle: str, sealed: bytes) -> None:
    """Keep a secret under its handle."""
    upsert(
        tx,
        robot_secret,
        {"account_id": account_id, "handle": handle},
        {"sealed": sealed, "kept_at": tx.now},
    )


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to `limit` secrets kept before an instant that no rule refers to; how many."""
    used = exists().where(
        rule_reference.c.account_id == robot_secret.c.account_id,
        rule_reference.c.kind == Named.SECRET,
        rule_reference.c.target_id == robot_secret.c.handle,
    )
    idle = select(robot_secret.c.handle).where(robot_secret.c.kept_at < before, ~used).limit(limit)
    return tx.run(delete(robot_secret).where(robot_secret.c.handle.in_(idle)))
