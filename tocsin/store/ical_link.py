"""Secret addresses of shifts, by what they lead to and by their hash."""

from collections.abc import Sequence

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, select, update

from tocsin.domain.ical_link import IcalLink
from tocsin.store.database import Tx
from tocsin.store.tables.schedule import ical_link
from tocsin.store.upsert import upsert

_KEY = ("account_id", "schedule_id", "person_id")


def get(tx: Tx, account_id: int, schedule_id: int, person_id: int) -> IcalLink | None:
    """The address of a schedule's or a person's shifts."""
    return tx.row(select(ical_link).where(_is(account_id, schedule_id, person_id)), IcalLink)


def by_hash(tx: Tx, hash_: str) -> IcalLink | None:
    """Where a secret leads, whosever account it is of."""
    return tx.row(select(ical_link).where(ical_link.c.hash == hash_), IcalLink)


def put(tx: Tx, link: IcalLink) -> None:
    """Keep an address in place of the one before."""
    values = asdict(link)
    upsert(tx, ical_link, {name: values.pop(name) for name in _KEY}, values)


def was_read(tx: Tx, link: IcalLink, at: int) -> None:
    """Note when an address was last asked for, unless it was replaced meanwhile."""
    tx.run(
        update(ical_link)
        .where(_is(link.account_id, link.schedule_id, link.person_id))
        .where(ical_link.c.hash == link.hash)
        .values(read_at=at)
    )


def remove(tx: Tx, account_id: int, schedule_id: int, person_id: int) -> None:
    """Forget an address."""
    tx.run(delete(ical_link).where(_is(account_id, schedule_id, person_id)))


def remove_of_schedules(tx: Tx, account_id: int, schedule_ids: Sequence[int]) -> None:
    """Forget the addresses of schedules."""
    tx.run(
        delete(ical_link).where(
            ical_link.c.account_id == account_id, ical_link.c.schedule_id.in_(schedule_ids)
        )
    )


def _is(account_id: int, schedule_id: int, person_id: int) -> ColumnElement[bool]:
    return and_(
        ical_link.c.account_id == account_id,
        ical_link.c.schedule_id == schedule_id,
        ical_link.c.person_id == person_id,
    )
