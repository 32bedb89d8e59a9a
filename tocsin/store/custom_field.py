"""The account's custom fields."""

from msgspec.structs import asdict
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tocsin.domain.custom_field import CustomField, FieldStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.store.database import Tx
from tocsin.store.tables.channel import custom_field

_LIVE = custom_field.c.status == FieldStatus.ENABLED


def get(tx: Tx, account_id: int, field_id: str, *, lock: bool = False) -> CustomField | None:
    """One field, None for an id that is unknown here."""
    found = select(custom_field).where(
        custom_field.c.account_id == account_id, custom_field.c.id == field_id, _LIVE
    )
    return tx.row(found.with_for_update() if lock else found, CustomField)


def all_of(tx: Tx, account_id: int) -> list[CustomField]:
    """Every field, oldest first; an account has 15 at most."""
    found = select(custom_field).where(custom_field.c.account_id == account_id, _LIVE)
    in_order = found.order_by(custom_field.c.created_at, custom_field.c.id)
    key = ("custom fields", account_id)
    return list(tx.remembered(key, lambda: tx.rows(in_order, CustomField)))


def count(tx: Tx, account_id: int) -> int:
    """How many fields the account has."""
    found = select(func.count()).select_from(custom_field)
    return int(tx.value(found.where(custom_field.c.account_id == account_id, _LIVE)))


def add(tx: Tx, new: CustomField) -> None:
    """Keep a new field; InvalidParameter where its name is taken."""
    try:
        tx.run(insert(custom_field).values(**asdict(new)))
    except IntegrityError:
        raise InvalidParameter(
            "another custom field is called {name}; choose another field_name", name=new.name
        ) from None


def save(tx: Tx, changed: CustomField) -> None:
    """Keep what became of a field."""
    of_field = (custom_field.c.account_id == changed.account_id, custom_field.c.id == changed.id)
    tx.run(update(custom_field).where(*of_field).values(**asdict(changed)))


def name_to_free(tx: Tx, account_id: int, field_id: str) -> str | None:
    """The name of a field that is being deleted, locked; None once it is gone."""
    found = select(custom_field.c.name).where(
        custom_field.c.account_id == account_id,
        custom_field.c.id == field_id,
        custom_field.c.status == FieldStatus.DELETING,
    )
    name = tx.value(found.with_for_update())
    return None if name is None else str(name)


def remove(tx: Tx, account_id: int, field_id: str) -> int:
    """Remove a field; 0 where there was none."""
    return tx.run(
        delete(custom_field).where(
            custom_field.c.account_id == account_id, custom_field.c.id == field_id
        )
    )
