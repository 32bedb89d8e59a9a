"""Calendars kept elsewhere, with what they last said."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tocsin.domain.ical_source import IcalSource
from tocsin.kernel.errors import InvalidParameter, Ref
from tocsin.store.database import Tx
from tocsin.store.tables.schedule import ical_source, schedule, schedule_source


def get(tx: Tx, account_id: int, source_id: str, *, lock: bool = False) -> IcalSource | None:
    """One calendar."""
    found = select(ical_source).where(_key(account_id, source_id))
    return tx.row(found.with_for_update() if lock else found, IcalSource)


def by_ids(tx: Tx, account_id: int, source_ids: Collection[str]) -> list[IcalSource]:
    """Those of these calendars that there are."""
    if not source_ids:
        return []
    found = select(ical_source).where(
        ical_source.c.account_id == account_id, ical_source.c.id.in_(source_ids)
    )
    return tx.rows(found.order_by(ical_source.c.id), IcalSource)


def browse(tx: Tx, account_id: int) -> list[IcalSource]:
    """All calendars of an account, by name."""
    found = select(ical_source).where(ical_source.c.account_id == account_id)
    return tx.rows(found.order_by(ical_source.c.name), IcalSource)


def count(tx: Tx, account_id: int) -> int:
    """How many calendars an account has."""
    found = select(func.count()).select_from(ical_source)
    return int(tx.value(found.where(ical_source.c.account_id == account_id)))


def add(tx: Tx, new: IcalSource) -> None:
    """Keep a new calendar; InvalidParameter where its name is taken."""
    with _unique_name(new):
        tx.run(insert(ical_source).values(**asdict(new)))


def save(tx: Tx, changed: IcalSource) -> None:
    """Keep what became of a calendar; InvalidParameter where its name is taken."""
    with _unique_name(changed):
        of = _key(changed.account_id, changed.id)
        tx.run(update(ical_source).where(of).values(**asdict(changed)))


def remove(tx: Tx, account_id: int, source_id: str) -> None:
    """Forget a calendar."""
    tx.run(delete(ical_source).where(_key(account_id, source_id)))


def users(tx: Tx, account_id: int, source_id: str) -> list[Ref]:
    """The schedules that have layers from a calendar."""
    using = (
        select(schedule.c.id, schedule.c.name)
        .join(schedule_source, schedule_source.c.schedule_id == schedule.c.id)
        .where(schedule_source.c.account_id == account_id, schedule_source.c.source_id == source_id)
        .order_by(schedule.c.id)
    )
    return [Ref("schedule", name, f"/app/schedules/{id_}") for id_, name in tx.tuples(using)]


def schedule_ids(tx: Tx, account_id: int, source_id: str) -> list[int]:
    """The schedules that have layers from a calendar, by id."""
    using = select(schedule_source.c.schedule_id).where(
        schedule_source.c.account_id == account_id, schedule_source.c.source_id == source_id
    )
    return [id_ for (id_,) in tx.tuples(using.order_by(schedule_source.c.schedule_id))]


def _key(account_id: int, source_id: str) -> ColumnElement[bool]:
    return and_(ical_source.c.account_id == account_id, ical_source.c.id == source_id)


@contextmanager
def _unique_name(of: IcalSource) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise InvalidParameter(
            "another calendar is called {name}; choose another source_name", name=of.name
        ) from None
