"""How often alerts fired and recovered lately, by key."""

from collections.abc import Sequence

from sqlalchemy import delete, select, tuple_

from tocsin.domain.flapping import Swings
from tocsin.store import bulk
from tocsin.store.database import Tx
from tocsin.store.tables.incident import flapping
from tocsin.store.upsert import upsert


def find(tx: Tx, account_id: int, keys: Sequence[tuple[int, str]]) -> list[Swings]:
    """What is counted of these keys, each of an integration, in whichever channel."""
    of_keys, wanted = bulk.among_pairs(tx, ("integration_id", "alert_key"), keys)
    return bulk.read(tx, flapping, Swings, f"account_id = ? AND {of_keys}", (account_id, *wanted))


def save(tx: Tx, swings: Swings) -> None:
    """Keep what is counted of a key."""
    key = {
        "account_id": swings.account_id,
        "channel_id": swings.channel_id,
        "integration_id": swings.integration_id,
        "alert_key": swings.alert_key,
    }
    counted = {"changes": swings.changes, "muted_until": swings.muted_until}
    upsert(tx, flapping, key, {**counted, "updated_at": tx.now})


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to `limit` keys that have not changed since that instant; how many."""
    key = (
        flapping.c.account_id,
        flapping.c.channel_id,
        flapping.c.integration_id,
        flapping.c.alert_key,
    )
    old = select(*key).where(flapping.c.updated_at < before).limit(limit)
    return tx.run(delete(flapping).where(tuple_(*key).in_(old)))
