"""Engines say that they live."""

from sqlalchemy import delete

from tocsin.kernel.units import DAY
from tocsin.store.database import Tx
from tocsin.store.tables.engine import engine_beat
from tocsin.store.upsert import upsert


def beat(tx: Tx, engine_id: str, started_at: int) -> None:
    """This engine lives, and those silent for a day are forgotten."""
    tx.run(delete(engine_beat).where(engine_beat.c.beat_at < tx.now - DAY))
    upsert(tx, engine_beat, {"engine_id": engine_id}, {"started_at": started_at, "beat_at": tx.now})


def leave(tx: Tx, engine_id: str) -> None:
    """This engine has stopped in good order."""
    tx.run(delete(engine_beat).where(engine_beat.c.engine_id == engine_id))
