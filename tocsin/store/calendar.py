"""Calendars and their entries, and which rules go by them."""

from collections.abc import Collection

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from tocsin.domain.calendar import Calendar, Entry
from tocsin.store.database import Tx
from tocsin.store.tables.calendar import calendar, calendar_entry, calendar_use


def get(tx: Tx, account_id: int, calendar_id: str, *, lock: bool = False) -> Calendar | None:
    """One calendar."""
    found = select(calendar).where(_key(account_id, calendar_id))
    return tx.row(found.with_for_update() if lock else found, Calendar)


def by_ids(tx: Tx, account_id: int, calendar_ids: Collection[str]) -> list[Calendar]:
    """Those of these calendars that there are."""
    found = select(calendar).where(
        calendar.c.account_id == account_id, calendar.c.id.in_(calendar_ids)
    )
    return tx.rows(found, Calendar)


def browse(tx: Tx, account_id: int) -> list[Calendar]:
    """All of an account, oldest first."""
    found = select(calendar).where(calendar.c.account_id == account_id)
    return tx.rows(found.order_by(calendar.c.created_at, calendar.c.id), Calendar)


def count(tx: Tx, account_id: int) -> int:
    """How many an account has."""
    found = select(func.count()).select_from(calendar)
    return int(tx.value(found.where(calendar.c.account_id == account_id)))


def add(tx: Tx, new: Calendar) -> None:
    """Keep a new calendar."""
    tx.run(insert(calendar).values(**asdict(new)))


def save(tx: Tx, changed: Calendar) -> None:
    """Keep what became of a calendar."""
    key = _key(changed.account_id, changed.id)
    tx.run(update(calendar).where(key).values(**asdict(changed)))


def remove(tx: Tx, account_id: int, calendar_id: str) -> None:
    """Remove a calendar with its entries."""
    tx.run(
        delete(calendar_entry).where(
            calendar_entry.c.account_id == account_id, calendar_entry.c.calendar_id == calendar_id
        )
    )
    tx.run(delete(calendar).where(_key(account_id, calendar_id)))


def entries(tx: Tx, account_id: int, calendar_id: str) -> list[Entry]:
    """The entries of a calendar, the one written last at the end."""
    found = select(calendar_entry).where(
        calendar_entry.c.account_id == account_id, calendar_entry.c.calendar_id == calendar_id
    )
    return tx.rows(found.order_by(calendar_entry.c.updated_at, calendar_entry.c.id), Entry)


def entry(tx: Tx, account_id: int, entry_id: str, *, lock: bool = False) -> Entry | None:
    """One entry."""
    found = select(calendar_entry).where(_entry_key(account_id, entry_id))
    return tx.row(found.with_for_update() if lock else found, Entry)


def add_entry(tx: Tx, new: Entry) -> None:
    """Keep a new entry."""
    tx.run(insert(calendar_entry).values(**asdict(new)))


def save_entry(tx: Tx, changed: Entry) -> None:
    """Keep what became of an entry."""
    key = _entry_key(changed.account_id, changed.id)
    tx.run(update(calendar_entry).where(key).values(**asdict(changed)))


def remove_entry(tx: Tx, account_id: int, entry_id: str) -> None:
    """Remove an entry."""
    tx.run(delete(calendar_entry).where(_entry_key(account_id, entry_id)))


def set_use(tx: Tx, account_id: int, rule_id: str, calendar_ids: Collection[str]) -> None:
    """Note which calendars a rule goes by now: none, once it is removed."""
    tx.run(
        delete(calendar_use).where(
            calendar_use.c.account_id == account_id, calendar_use.c.rule_id == rule_id
        )
    )
    tx.run(
        insert(calendar_use),
        [
            {"account_id": account_id, "calendar_id": one, "rule_id": rule_id}
            for one in sorted(set(calendar_ids))
        ],
    )


def _key(account_id: int, calendar_id: str) -> ColumnElement[bool]:
    return and_(calendar.c.account_id == account_id, calendar.c.id == calendar_id)


def _entry_key(account_id: int, entry_id: str) -> ColumnElement[bool]:
    return and_(calendar_entry.c.account_id == account_id, calendar_entry.c.id == entry_id)
