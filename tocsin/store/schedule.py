"""Schedules and the people they name."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tocsin.domain.news import About
from tocsin.domain.robot_secret import handle_of
from tocsin.domain.schedule_plan import Schedule
from tocsin.domain.shift_notice import robots_of
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.paging import Window
from tocsin.kernel.text import fold
from tocsin.store import escalation, news
from tocsin.store.columns import containing, fields
from tocsin.store.database import Tx
from tocsin.store.escalation import Named
from tocsin.store.tables.schedule import schedule, schedule_person, schedule_source

_COLUMNS = fields(schedule, Schedule)


class Filter(Struct, frozen=True):
    """Which schedules a list holds; None and "" narrow nothing."""

    team_ids: tuple[int, ...] | None = None
    creator_id: int | None = None
    query: str = ""


def get(tx: Tx, account_id: int, schedule_id: int, *, lock: bool = False) -> Schedule | None:
    """One schedule."""
    found = select(*_COLUMNS).where(_key(account_id, schedule_id))
    return tx.row(found.with_for_update() if lock else found, Schedule)


def by_ids(tx: Tx, account_id: int, schedule_ids: Collection[int]) -> list[Schedule]:
    """Those of these schedules that there are, in the order of their ids."""
    found = select(*_COLUMNS).where(
        schedule.c.account_id == account_id, schedule.c.id.in_(schedule_ids)
    )
    return tx.rows(found.order_by(schedule.c.id), Schedule)


def ids(tx: Tx, account_id: int) -> list[int]:
    """Every schedule of the account, in one order."""
    mine = select(schedule.c.id).where(schedule.c.account_id == account_id)
    return tx.values(mine.order_by(schedule.c.id))


def of_person(tx: Tx, account_id: int, person_id: int) -> list[Schedule]:
    """The schedules that name a person."""
    naming = select(schedule_person.c.schedule_id).where(
        schedule_person.c.account_id == account_id, schedule_person.c.person_id == person_id
    )
    found = select(*_COLUMNS).where(schedule.c.account_id == account_id, schedule.c.id.in_(naming))
    return tx.rows(found.order_by(schedule.c.id), Schedule)


def browse(tx: Tx, account_id: int, wanted: Filter, window: Window) -> list[Schedule]:
    """A page of schedules, newest first."""
    found = select(*_COLUMNS).where(*_conditions(account_id, wanted))
    ordered = found.order_by(schedule.c.created_at.desc(), schedule.c.id.desc())
    return tx.rows(ordered.offset(window.offset).limit(window.limit), Schedule)


def count(tx: Tx, account_id: int, wanted: Filter) -> int:
    """How many schedules a list has in all."""
    found = select(func.count()).select_from(schedule).where(*_conditions(account_id, wanted))
    return int(tx.value(found))


def add(tx: Tx, new: Schedule) -> None:
    """Keep a new schedule; InvalidParameter where its name is taken."""
    with _unique_name(new):
        tx.run(insert(schedule).values(**_values(new)))
    _write_named(tx, new)


def save(tx: Tx, changed: Schedule) -> None:
    """Keep what became of a schedule; InvalidParameter where its name is taken."""
    with _unique_name(changed):
        of_schedule = _key(changed.account_id, changed.id)
        tx.run(update(schedule).where(of_schedule).values(**_values(changed)))
    _forget_named(tx, changed.account_id, [changed.id])
    _write_named(tx, changed)


def remove(tx: Tx, account_id: int, schedule_ids: Sequence[int]) -> None:
    """Remove schedules."""
    for schedule_id in schedule_ids:
        news.tell(tx, account_id, About.SCHEDULE, str(schedule_id))
    _forget_named(tx, account_id, schedule_ids)
    tx.run(
        delete(schedule).where(schedule.c.account_id == account_id, schedule.c.id.in_(schedule_ids))
    )


def _key(account_id: int, schedule_id: int) -> ColumnElement[bool]:
    return and_(schedule.c.account_id == account_id, schedule.c.id == schedule_id)


def _conditions(account_id: int, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [schedule.c.account_id == account_id]
    if wanted.team_ids is not None:
        conditions.append(schedule.c.team_id.in_(wanted.team_ids))
    if wanted.creator_id is not None:
        conditions.append(schedule.c.created_by == wanted.creator_id)
    if wanted.query:
        conditions.append(schedule.c.search.like(containing(wanted.query), escape="\\"))
    return conditions


def _values(of: Schedule) -> dict[str, object]:
    return asdict(of) | {"search": fold(f"{of.name}\n{of.description}")}


def _write_named(tx: Tx, of: Schedule) -> None:
    news.tell(tx, of.account_id, About.SCHEDULE, str(of.id))
    rows = [
        {"account_id": of.account_id, "person_id": person_id, "schedule_id": of.id}
        for person_id in sorted(of.person_ids)
    ]
    tx.run(insert(schedule_person), rows)
    sources = [
        {"account_id": of.account_id, "source_id": source_id, "schedule_id": of.id}
        for source_id in sorted(of.source_ids)
    ]
    tx.run(insert(schedule_source), sources)
    handles = {handle_of(one.settings or {}) for one in robots_of(of.notify or {})}
    escalation.refer(tx, of.account_id, str(of.id), [(Named.SECRET, one) for one in handles if one])


def _forget_named(tx: Tx, account_id: int, schedule_ids: Sequence[int]) -> None:
    escalation.forget_references(tx, account_id, [str(one) for one in schedule_ids])
    for table in (schedule_person, schedule_source):
        tx.run(
            delete(table).where(
                table.c.account_id == account_id, table.c.schedule_id.in_(schedule_ids)
            )
        )


@contextmanager
def _unique_name(of: Schedule) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise InvalidParameter(
            "another schedule is called {name}; choose another schedule_name", name=of.name
        ) from None
