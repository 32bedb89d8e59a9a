"""How far the shifts of schedules were looked at, and which gaps were told."""

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, select

from tocsin.store.database import Tx
from tocsin.store.tables.schedule import schedule_watch
from tocsin.store.upsert import upsert


class ScheduleWatch(Struct, frozen=True):
    """Shifts that began by `checked_at` (ms) were looked at; `gaps` are those that were told."""

    account_id: int
    schedule_id: int
    checked_at: int
    gaps: tuple[str, ...] = ()


def get(tx: Tx, account_id: int, schedule_id: int) -> ScheduleWatch | None:
    """How far a schedule was looked at."""
    return tx.row(select(schedule_watch).where(_of(account_id, schedule_id)), ScheduleWatch)


def put(tx: Tx, watch: ScheduleWatch) -> None:
    """Keep how far a schedule was looked at."""
    values = asdict(watch)
    key = {name: values.pop(name) for name in ("account_id", "schedule_id")}
    upsert(tx, schedule_watch, key, values)


def remove(tx: Tx, account_id: int, schedule_id: int) -> None:
    """Forget a schedule."""
    tx.run(delete(schedule_watch).where(_of(account_id, schedule_id)))


def _of(account_id: int, schedule_id: int) -> ColumnElement[bool]:
    return and_(
        schedule_watch.c.account_id == account_id, schedule_watch.c.schedule_id == schedule_id
    )
