"""How people are reached, and what they prefer, at rest."""

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from tocsin.domain.contact import Contact, Service
from tocsin.domain.preference import Preference
from tocsin.store.database import Tx
from tocsin.store.tables.contact import contact, preference
from tocsin.store.upsert import upsert


def get(tx: Tx, account_id: int, contact_id: str, *, lock: bool = False) -> Contact | None:
    """One contact."""
    found = select(contact).where(_key(account_id, contact_id))
    return tx.row(found.with_for_update() if lock else found, Contact)


def of_person(tx: Tx, account_id: int, person_id: int) -> list[Contact]:
    """A person's contacts, the oldest first."""
    found = select(contact).where(
        contact.c.account_id == account_id, contact.c.person_id == person_id
    )
    return tx.rows(found.order_by(contact.c.id), Contact)


def verified(tx: Tx, account_id: int, person_id: int) -> list[Contact]:
    """Those of a person's contacts that were proved to be theirs."""
    return [one for one in of_person(tx, account_id, person_id) if one.verified_at]


def labelled(tx: Tx, account_id: int, service: Service, label: str) -> list[Contact]:
    """An account's contacts of a service that show this label, the oldest first."""
    found = select(contact).where(
        contact.c.account_id == account_id, contact.c.service == service, contact.c.label == label
    )
    return tx.rows(found.order_by(contact.c.id), Contact)


def all_verified(tx: Tx, account_id: int) -> list[Contact]:
    """Every contact of an account that was proved, the oldest first."""
    found = select(contact).where(contact.c.account_id == account_id, contact.c.verified_at > 0)
    return tx.rows(found.order_by(contact.c.id), Contact)


def preferences(tx: Tx, account_id: int) -> list[Preference]:
    """What the people of an account prefer, as far as they said so."""
    return tx.rows(select(preference).where(preference.c.account_id == account_id), Preference)


def add(tx: Tx, new: Contact) -> None:
    """Keep a new contact."""
    tx.run(insert(contact).values(**asdict(new)))


def save(tx: Tx, changed: Contact) -> None:
    """Keep what became of a contact."""
    tx.run(update(contact).where(_key(changed.account_id, changed.id)).values(**asdict(changed)))


def remove(tx: Tx, account_id: int, contact_id: str) -> None:
    """Forget a contact."""
    tx.run(delete(contact).where(_key(account_id, contact_id)))


def preference_of(tx: Tx, account_id: int, person_id: int, *, lock: bool = False) -> Preference:
    """A person's preference; mail for everything where they have said nothing."""
    found = select(preference).where(
        preference.c.account_id == account_id, preference.c.person_id == person_id
    )
    if lock:
        found = found.with_for_update()
    return tx.row(found, Preference) or Preference(account_id, person_id)


def save_preference(tx: Tx, wanted: Preference) -> None:
    """Keep a person's preference."""
    values = asdict(wanted)
    key = {name: values.pop(name) for name in ("account_id", "person_id")}
    upsert(tx, preference, key, values)


def _key(account_id: int, contact_id: str) -> ColumnElement[bool]:
    return and_(contact.c.account_id == account_id, contact.c.id == contact_id)
