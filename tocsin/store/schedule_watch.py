"""What was told of schedules: how far their shifts were looked at, and every notice."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from tocsin.domain.preference import Stage
from tocsin.store.database import Tx
from tocsin.store.tables.schedule import schedule_watch, shift_notice
from tocsin.store.upsert import upsert


class ScheduleWatch(Struct, frozen=True):
    """Shifts that began by `checked_at` (ms) were looked at; `gaps` are those that were told."""

    account_id: int
    schedule_id: int
    checked_at: int
    gaps: tuple[str, ...] = ()


class ShiftNotice(Struct, frozen=True):
    """A message to a person (0: to the chats) about their time from `starts_at` (ms) on. Where it
    fails, the first of `reserve` carries it."""

    id: str
    account_id: int
    schedule_id: int
    person_id: int
    starts_at: int
    title: str
    text: str
    delivery_id: str
    reserve: tuple[Stage, ...]
    created_at: int


def get(tx: Tx, account_id: int, schedule_id: int) -> ScheduleWatch | None:
    """How far a schedule was looked at."""
    return tx.row(select(schedule_watch).where(_of(account_id, schedule_id)), ScheduleWatch)


def put(tx: Tx, watch: ScheduleWatch) -> None:
    """Keep how far a schedule was looked at."""
    values = asdict(watch)
    key = {name: values.pop(name) for name in ("account_id", "schedule_id")}
    upsert(tx, schedule_watch, key, values)


def remove(tx: Tx, account_id: int, schedule_ids: Sequence[int]) -> None:
    """Forget all that was told of schedules."""
    for table in (schedule_watch, shift_notice):
        tx.run(
            delete(table).where(
                table.c.account_id == account_id, table.c.schedule_id.in_(schedule_ids)
            )
        )


def told(tx: Tx, account_id: int, schedule_id: int, since: int) -> set[tuple[int, int]]:
    """Whom a schedule told of time that begins after an instant: person and beginning."""
    found = select(shift_notice.c.person_id, shift_notice.c.starts_at).where(
        shift_notice.c.account_id == account_id,
        shift_notice.c.schedule_id == schedule_id,
        shift_notice.c.starts_at > since,
    )
    return {(person_id, at) for person_id, at in tx.tuples(found)}


def add_notices(tx: Tx, notices: Sequence[ShiftNotice]) -> None:
    """Keep messages that are on their way."""
    tx.run(insert(shift_notice), [asdict(one) for one in notices])


def of_delivery(tx: Tx, account_id: int, delivery_id: str) -> ShiftNotice | None:
    """The notice that a delivery carries."""
    found = select(shift_notice).where(
        shift_notice.c.account_id == account_id, shift_notice.c.delivery_id == delivery_id
    )
    return tx.row(found, ShiftNotice)


def carry(tx: Tx, notice: ShiftNotice, delivery_id: str, reserve: tuple[Stage, ...]) -> None:
    """Another delivery carries a notice; this reserve is left."""
    tx.run(
        update(shift_notice)
        .where(shift_notice.c.account_id == notice.account_id, shift_notice.c.id == notice.id)
        .values(delivery_id=delivery_id, reserve=reserve)
    )


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to `limit` notices made before an instant; how many."""
    old = select(shift_notice.c.id).where(shift_notice.c.created_at < before).limit(limit)
    return tx.run(delete(shift_notice).where(shift_notice.c.id.in_(old)))


def _of(account_id: int, schedule_id: int) -> ColumnElement[bool]:
    return and_(
        schedule_watch.c.account_id == account_id, schedule_watch.c.schedule_id == schedule_id
    )
